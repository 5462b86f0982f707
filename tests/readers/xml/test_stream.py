"""Trap 41 (what XML of real writers looks like) and XML that means harm."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from goodknee.core.model import Recording
from goodknee.errors import NotAnActivityError, ReadError
from goodknee.readers.activity_file import read_bytes
from goodknee.readers.xml.stream import ELEMENT_MAX_BYTES, MEND_MAX_MARKS, PIECE_BYTES, root_name

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
POINT = '<trkpt lat="48" lon="11"><ele>{0}</ele><time>2024-05-03T06:{1:02}:{2:02}Z</time></trkpt>'


def gpx(count: int = 20, *, name: str = "Run", inside: str = "") -> str:
    points = "".join(POINT.format(each, each // 60 % 60, each % 60) for each in range(count))
    return f"<gpx><trk><name>{name}</name><type>running</type>{inside}<trkseg>{points}</trkseg></trk></gpx>"


def read(data: bytes | str) -> Recording:
    return read_bytes(data.encode() if isinstance(data, str) else data, file="run.gpx")


def altitudes(recording: Recording) -> list[float]:
    return list(recording.samples["altitude_m"])


TWENTY = [float(each) for each in range(20)]


@pytest.mark.parametrize(
    "data",
    [
        (DECLARATION + gpx()).encode("utf-8-sig"),
        ("\r\n\t   " + DECLARATION + gpx()).encode(),
        ("\r\n" + DECLARATION + gpx()).encode("utf-8-sig"),
        (DECLARATION.replace("UTF-8", "UTF-16") + gpx()).encode("utf-16"),
        gpx().encode("utf-16"),
        (DECLARATION.replace("UTF-8", "UTF-16") + gpx()).encode("utf-16-be"),
        (DECLARATION.replace("UTF-8", "ISO-8859-1") + gpx(name="Läufe")).encode("latin-1"),
        gpx(name="<![CDATA[Run & <fun>]]>").encode(),
        (DECLARATION + "<!-- by a watch -->" + gpx(inside="<!-- <trkpt/> -->")).encode(),
        (DECLARATION + "<?xml-stylesheet href='x'?>" + gpx()).encode(),
        ('<!DOCTYPE gpx SYSTEM "nowhere.dtd">' + gpx()).encode(),
        gpx().replace("<gpx>", '<g:gpx xmlns:g="u">').replace("</gpx>", "</g:gpx>").encode(),
    ],
    ids=[
        "byte order mark",
        "white space before the declaration",
        "both",
        "UTF-16",
        "UTF-16 undeclared",
        "UTF-16 without mark",
        "Latin-1",
        "CDATA",
        "comments",
        "processing instruction",
        "DOCTYPE",
        "prefixed root",
    ],
)
def test_trap_41_ways_to_write_xml(data: bytes) -> None:
    recording = read(data)
    assert altitudes(recording) == TWENTY
    assert recording.warnings == ()


@pytest.mark.parametrize(
    "data",
    [
        gpx(inside="<extensions><gpxdata:x>1</gpxdata:x></extensions>").encode(),
        gpx(name="Run & fun").encode(),
        gpx(name="Run < fun").encode(),
        gpx(name="Run</b> fun").encode(),
        gpx(name="Run&nbsp;fun").encode(),
        gpx(name="Run").replace("Run", "R\x0bn").encode(),
        gpx(name="Run").encode().replace(b"Run", b"R\xfcn"),
        gpx(name="Run").encode().replace(b"Run", b"R\x00n"),
        (DECLARATION.replace("UTF-8", "UTF-16") + gpx()).encode(),
        (DECLARATION.replace("UTF-8", "Klingon") + gpx()).encode(),
        gpx().encode() + b"<gpx>",
        gpx().encode() + b"and more",
    ],
    ids=[
        "unbound prefix",
        "ampersand",
        "less-than",
        "stray end tag",
        "undefined entity",
        "control character",
        "wrong bytes for the encoding",
        "zero byte",
        "an encoding that it does not use",
        "an encoding that nobody knows",
        "a second document",
        "something behind the end",
    ],
)
def test_trap_41_what_is_not_well_formed_is_mended_and_said(data: bytes) -> None:
    recording = read(data)
    assert altitudes(recording) == TWENTY
    assert recording.warnings
    assert all(warning.at_byte is not None and warning.at_byte <= len(data) for warning in recording.warnings)


def test_a_warning_says_where() -> None:
    data = gpx(name="\n\nRun & fun")
    (warning,) = read(data).warnings
    assert warning.at_byte == data.index("&") + 1
    assert "line 3" in warning.what


def test_a_real_unbound_prefix(test_data: Path) -> None:
    path = test_data / "activities" / "gpx" / "sports-lib__6037744996.gpx"
    recording = read(path.read_bytes())
    assert len(recording.samples) == 4040
    assert np.isfinite(recording.samples["cadence_spm"]).all()
    assert "line 17" in recording.warnings[0].what


def test_a_cut_keeps_every_point_that_was_whole() -> None:
    document = gpx()
    ends = [at + len("</trkpt>") for at in range(len(document)) if document.startswith("</trkpt>", at)]
    for cut in range(1, len(document) - 1):
        whole = sum(end <= cut for end in ends)
        if whole:
            recording = read(document[:cut])
            assert altitudes(recording) == TWENTY[:whole]
            assert recording.warnings[-1].at_byte == cut
        else:
            with pytest.raises(ReadError):
                read(document[:cut])


@pytest.mark.parametrize("cut", [PIECE_BYTES * 2 - 7, PIECE_BYTES * 2, PIECE_BYTES * 5 + 1000])
def test_a_cut_in_a_long_file(cut: int) -> None:
    document = gpx(20_000)
    recording = read(document[:cut])
    assert altitudes(recording) == list(range(document[:cut].count("</trkpt>")))


def test_pieces_join_wherever_they_meet() -> None:
    document = gpx(8_000)
    for shift in range(0, 200, 7):
        padded = f"<!--{'x' * shift}-->{document}"
        recording = read(padded)
        assert recording.warnings == ()
        assert altitudes(recording) == list(range(8_000))


def test_a_damaged_file_too_large_to_mend_keeps_what_came_before() -> None:
    document = gpx(MEND_MAX_MARKS // 9)
    broken = document[:-200] + "<&>" + document[-200:]
    recording = read(broken)
    assert len(recording.samples) > MEND_MAX_MARKS // 9 - 10
    assert "the rest left out" in recording.warnings[0].what


ENTITY = "defines XML entities"
LAUGHS = '<!DOCTYPE gpx [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + each)} "{f"&{chr(97 + each)};" * 10}">' for each in range(12)
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (LAUGHS + "]>" + gpx(name="&m;"), ENTITY),
        (LAUGHS + "]>" + gpx().replace("<trk>", '<trk a="&m;">'), ENTITY),
        (LAUGHS + "]>" + gpx().replace("<gpx>", '<gpx a="&m;">'), "cannot be read"),
        (f'<!DOCTYPE gpx [<!ENTITY a "{"x" * 99_999}">]>' + gpx(name="&a;" * 99_999), ENTITY),
        ('<!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + gpx(name="&a;"), ENTITY),
        ('<!DOCTYPE gpx [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>' + gpx(), ENTITY),
        ("<gpx>" + "<trk>" * 100_000, "Excessive depth"),
        (f"<gpx><name>{'x' * (ELEMENT_MAX_BYTES * 2)}</name></gpx>", "more than 8 MB"),
        (f"<gpx><a>{'<b/>' * (ELEMENT_MAX_BYTES // 3)}</a></gpx>", "more than 8 MB"),
        ("<gpx>" + "<trk><trkpt/></trk>" * 10_001 + "</gpx>", "more than 10,000 tracks"),
    ],
    ids=[
        "billion laughs",
        "billion laughs in an attribute",
        "billion laughs in the root",
        "quadratic blow-up",
        "external entity",
        "external parameter entity",
        "depth",
        "endless text",
        "endless element",
        "endless tracks",
    ],
)
def test_xml_that_means_harm_is_refused_in_no_time(data: str, says: str) -> None:
    before = time.process_time()
    with pytest.raises(ReadError, match=says) as refused:
        read(data)
    assert not isinstance(refused.value, NotAnActivityError)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE gpx SYSTEM "{0}">',
        '<!DOCTYPE gpx SYSTEM "file://{0}">',
        '<!DOCTYPE gpx PUBLIC "-//x" "{0}">',
        '<!DOCTYPE gpx [<!ENTITY % x SYSTEM "{0}"> %x;]>',
        '<!DOCTYPE gpx [<!ENTITY x SYSTEM "{0}">]>',
    ],
)
def test_nothing_outside_the_file_is_opened(doctype: str, tmp_path: Path) -> None:
    # Whoever opens the pipe waits for a writer, so it would take for ever.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    file = tmp_path / "run.gpx"
    file.write_text(doctype.format(pipe) + gpx(name="&x;" if "ENTITY x" in doctype else "Run"))
    code = f"import goodknee\ntry: goodknee.read({str(file)!r})\nexcept goodknee.ReadError: pass"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=20)


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """18 MB of tiny elements, which a whole tree would turn into 500 MB."""
    code = (
        "import resource, goodknee\n"
        "from goodknee.readers.activity_file import read_bytes\n"
        "read_bytes(b'<gpx><trk><trkpt><time>2024-05-03T06:00:00Z</time></trkpt></trk></gpx>', file='warm')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "data = b'<gpx><trk><trkseg>' + b'<a/><trkpt/>' * 1_500_000 + b'</trkseg></trk></gpx>'\n"
        "try: read_bytes(data, file='x')\n"
        "except goodknee.ReadError: pass\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    limit = 3 << 30
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert int(done.stdout) < 150


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<gpx/>", "gpx"),
        (b'<x:gpx xmlns:x="u">', "gpx"),
        (b"  <!-- a --> <TrainingCenterDatabase>", "TrainingCenterDatabase"),
        (b"<html><body>", "html"),
        (b"{}", None),
        (b"", None),
        (b"<", None),
    ],
)
def test_root_name(data: bytes, name: str | None) -> None:
    assert root_name(data) == name
