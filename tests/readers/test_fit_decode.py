"""FIT structure: blocks, definitions, byte order, sentinels, compressed timestamps, damage.

A trap is one of the numbered ways in which real files surprise a reader: 1-12 and 20-24 are tested here.
"""

from __future__ import annotations

import struct
import tracemalloc
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fitdecode
import numpy as np
import pytest
from fastcrc import crc16
from hypothesis import given, settings
from hypothesis import strategies as st

from goodknee.errors import ReadError
from goodknee.formats.fit_profile import (
    BASE_TYPES,
    DEVELOPER_DATA_ID,
    FIELD_DESCRIPTION,
    MESSAGES,
    RECORD,
    TIMESTAMP,
)
from goodknee.readers.fit.column import Column
from goodknee.readers.fit.decode import FitFile, decode

EVENT, ANY_MESSAGE = 21, 0xFF00
BASES = list(BASE_TYPES.values())
UINT8, UINT16, UINT32, STRING, BYTE = (BASE_TYPES[n] for n in ("uint8", "uint16", "uint32", "string", "byte"))

Fields = list[tuple[int, ...]]  # (field number, size in bytes, base type number or developer data index)


def definition(
    local: int, message: int, fields: Fields, *, big: bool = False, developer: Fields | None = None
) -> bytes:
    order = ">" if big else "<"
    head = 0x40 | (0x20 if developer else 0) | local
    body = struct.pack(f"{order}BBBHB", head, 0, big, message, len(fields)) + bytes(
        v for f in fields for v in f
    )
    return body + (bytes([len(developer), *(v for f in developer for v in f)]) if developer else b"")


def data(local: int, payload: bytes, *, five_bits: int | None = None) -> bytes:
    return bytes([local if five_bits is None else 0x80 | local << 5 | five_bits]) + payload


def block(*messages: bytes, header: int = 14, size: int | None = None, crc: bool = True) -> bytes:
    body = b"".join(messages)
    head = struct.pack("<BBHI4s", header, 0x20, 2100, len(body) if size is None else size, b".FIT")
    if header == 14:
        head += struct.pack("<H", crc16.arc(head))
    return head + body + (struct.pack("<H", crc16.arc(head + body)) if crc else b"")


def simple(count: int = 3) -> bytes:
    fields: Fields = [(TIMESTAMP, 4, UINT32.number), (3, 1, UINT8.number)]
    rows = [data(0, struct.pack("<IB", 1_000_000_000 + i, 100 + i % 100)) for i in range(count)]
    return block(definition(0, RECORD, fields), *rows)


def values(fit: FitFile, number: int, message: int = RECORD) -> list[Any]:
    column = fit.table(message).column(number)
    assert column is not None
    return listed(column)


def listed(column: Column) -> list[Any]:
    """The column as Python values, None where missing; for lists and text likewise."""
    rows: list[Any] = []
    for raw, missing in zip(column.raw.tolist(), column.missing.tolist(), strict=True):
        if isinstance(raw, list):
            rows.append(tuple(None if gone else one for one, gone in zip(raw, missing, strict=True)))
        else:
            rows.append(None if missing else raw)
    return rows


def whats(fit: FitFile) -> list[tuple[str, int | None]]:
    return [(warning.what, warning.at_byte) for warning in fit.warnings]


# --- blocks, headers, checksums ---


def test_trap_1_header_checksum_of_zero_and_headers_without_one() -> None:
    whole = bytearray(simple())
    whole[12:14] = b"\0\0"
    whole[-2:] = struct.pack("<H", crc16.arc(bytes(whole[:-2])))
    assert whats(decode(bytes(whole))) == []
    short = block(definition(0, RECORD, [(3, 1, 2)]), data(0, b"\x50"), header=12)
    assert (whats(decode(short)), values(decode(short), 3)) == ([], [0x50])


def test_wrong_checksums_warn_and_keep_the_data() -> None:
    whole = bytearray(simple())
    whole[12] ^= 1
    [header, body] = whats(decode(bytes(whole)))
    assert "header" in header[0]
    assert header[1] == 12
    assert "checksum does not match" in body[0]
    assert values(decode(bytes(whole)), 3) == [100, 101, 102]


def test_trap_2_a_recording_that_was_never_closed_is_read_to_the_end() -> None:
    opened = bytearray(simple()[:-2])
    opened[4:8] = bytes(4)
    opened[12:14] = bytes(2)
    fit = decode(bytes(opened))
    assert values(fit, 3) == [100, 101, 102]
    assert "never closed" in whats(fit)[0][0]


def test_trap_3_chained_blocks_keep_their_own_definitions() -> None:
    second = block(definition(0, RECORD, [(3, 1, 2)]), data(0, b"\x07"))
    fit = decode(simple(2) + second)
    assert values(fit, 3) == [100, 101, 7]
    assert fit.table(RECORD).blocks.tolist() == [0, 0, 1]
    orphan = decode(simple(2) + block(data(0, b"\x07")))  # its definition stood in the block before
    assert values(orphan, 3) == [100, 101]
    assert "never defined" in whats(orphan)[0][0]


def test_a_block_after_damage_is_still_found() -> None:
    damaged = block(definition(0, RECORD, [(3, 1, 2)]), data(0, b"\x07"), b"\x0c\x0c\x0c\x0c")
    fit = decode(damaged + simple(2))
    assert values(fit, 3) == [7, 100, 101]
    [(what, at)] = whats(fit)
    assert "type 12 was never defined" in what
    assert at == 14 + 9 + 2


def test_bytes_that_follow_the_end_are_named() -> None:
    fit = decode(simple() + b"\0" * 10)
    [(what, at)] = whats(fit)
    assert "10 bytes after the end" in what
    assert at == len(simple())


@pytest.mark.parametrize("junk", [b"", b"x", b"<gpx>", b"\x0e\x10\0\0\0\0\0\0.FITxx", bytes(1000)])
def test_empty_and_foreign_bytes_are_refused_with_the_place(junk: bytes) -> None:
    with pytest.raises(ReadError) as refused:
        decode(junk, file="run.fit")
    assert "run.fit" in refused.value.where
    assert refused.value.at_byte is not None
    assert refused.value.next_step


# --- definitions and values ---


def test_trap_4_local_types_are_reused() -> None:
    one, two = definition(0, RECORD, [(3, 1, 2)]), definition(0, RECORD, [(4, 1, 2), (3, 1, 2)])
    fit = decode(block(one, data(0, b"\x01"), two, data(0, b"\x02\x03"), one, data(0, b"\x04")))
    assert values(fit, 3) == [1, 3, 4]
    assert values(fit, 4) == [None, 2, None]


def test_trap_5_byte_order_is_per_definition() -> None:
    fields: Fields = [(7, 2, UINT16.number)]
    little, big = definition(0, RECORD, fields), definition(1, RECORD, fields, big=True)
    fit = decode(block(little, big, data(0, b"\x01\x02"), data(1, b"\x01\x02"), data(0, b"\xff\xff")))
    assert values(fit, 7) == [0x0201, 0x0102, None]


def test_trap_6_compressed_timestamps_roll_over_and_follow_any_message() -> None:
    event = definition(1, EVENT, [(TIMESTAMP, 4, UINT32.number)])
    record = definition(0, RECORD, [(3, 1, 2)])
    start = 1_000_000_000 // 32 * 32 + 30
    fit = decode(
        block(
            record,
            event,
            data(0, b"\x01", five_bits=3),  # nothing to count from yet but zero
            data(1, struct.pack("<I", start)),
            data(0, b"\x02", five_bits=31),
            data(0, b"\x03", five_bits=1),
            data(0, b"\x04", five_bits=0),
            data(1, struct.pack("<I", start + 1000)),
            data(0, b"\x05", five_bits=(start + 1002) % 32),
        )
    )
    assert values(fit, TIMESTAMP) == [3, start + 1, start + 3, start + 34, start + 1002]


@pytest.mark.parametrize("base", BASES, ids=[base.name for base in BASES])
def test_trap_7_every_sentinel_and_its_neighbour(base: Any) -> None:
    if base.name in ("string", "float32", "float64"):
        invalid, valid = (b"\xff", b"\0") if base.name != "string" else (b"\0", b"a")
    else:
        invalid = base.invalid.to_bytes(base.size, "little")
        valid = (base.invalid ^ 1).to_bytes(base.size, "little")
    invalid, valid = invalid.ljust(base.size, invalid[-1:]), valid.ljust(base.size, valid[-1:])
    fit = decode(
        block(definition(0, RECORD, [(100, base.size, base.number)]), data(0, invalid), data(0, valid))
    )
    gone, kept = values(fit, 100)
    assert gone is None
    assert kept is not None


def test_trap_7_array_sentinels_are_per_element_but_bytes_are_one_value() -> None:
    fields: Fields = [(1, 4, UINT16.number), (2, 2, BYTE.number)]
    fit = decode(
        block(definition(0, RECORD, fields), data(0, b"\x01\0\xff\xff\xff\x01"), data(0, b"\xff" * 6))
    )
    assert values(fit, 1) == [(1, None), (None, None)]
    assert values(fit, 2) == [(0xFF, 1), (None, None)]


def test_trap_8_odd_sizes_are_bytes_and_shift_nothing() -> None:
    fields: Fields = [(5, 3, UINT32.number), (3, 1, UINT8.number), (6, 1, UINT16.number), (9, 2, 0x7E)]
    fit = decode(block(definition(0, RECORD, fields), data(0, b"\x01\x02\x03\x50\x09\x04\x05")))
    assert (values(fit, 5), values(fit, 3), values(fit, 6)) == ([(1, 2, 3)], [0x50], [9])
    assert values(fit, 9) == [(4, 5)]


def test_trap_8_the_definition_decides_not_the_profile() -> None:
    fit = decode(block(definition(0, RECORD, [(5, 1, UINT8.number)]), data(0, b"\xc8")))
    distance = fit.table(RECORD).floats(5)
    assert distance is not None
    assert distance[0] == 2.0  # 200 at the profile's scale of 100


def test_trap_9_strings_with_and_without_an_end() -> None:
    fields: Fields = [(3, 4, STRING.number)]
    sport = definition(0, 12, fields)
    fit = decode(block(sport, data(0, b"run\0"), data(0, b"walk"), data(0, b"\xc3\0xx"), data(0, bytes(4))))
    assert [message.get("name") for message in fit.table(12).messages()] == ["run", "walk", "�", None]


def test_a_float_that_is_no_number_is_missing_without_a_fuss() -> None:
    fields: Fields = [(100, 4, BASE_TYPES["float32"].number)]
    one, two = definition(0, RECORD, fields), definition(1, RECORD, [*fields, (3, 1, 2)])
    signalling, infinite = b"\x01\0\x80\x7f", b"\0\0\x80\x7f"
    fit = decode(block(one, two, data(0, signalling), data(1, infinite + b"\x05")))
    column = fit.table(RECORD).column(100)
    assert column is not None
    assert column.missing.tolist() == [True, False]
    assert np.isnan(column.floats(MESSAGES[RECORD].fields[3])).all()


def test_fields_of_no_size_and_repeated_fields_are_survived() -> None:
    fields: Fields = [(3, 1, 2), (4, 0, 2), (3, 1, 2)]
    assert values(decode(block(definition(0, RECORD, fields), data(0, b"\x01\x02"))), 3) == [1]


def test_trap_20_unknown_messages_and_fields_stay_raw() -> None:
    fit = decode(block(definition(0, ANY_MESSAGE, [(77, 2, UINT16.number)]), data(0, b"\x05\x01")))
    assert fit.numbers == {ANY_MESSAGE}
    assert values(fit, 77, ANY_MESSAGE) == [0x0105]


# --- developer fields ---

APPLICATION = bytes(range(16))


def application(index: int, app: bytes = APPLICATION) -> bytes:
    fields: Fields = [(1, 16, BYTE.number), (3, 1, UINT8.number)]
    return definition(14, DEVELOPER_DATA_ID, fields) + data(14, app + bytes([index]))


def description(
    index: int, number: int, base: int, *, scale: int = 255, offset: int = 127, name: str = ""
) -> bytes:
    fields: Fields = [(0, 1, 2), (1, 1, 2), (2, 1, 2), (6, 1, 2), (7, 1, 1), (3, 8, 7), (8, 8, 7)]
    payload = struct.pack("<BBBBb8s8s", index, number, base, scale, offset, name.encode(), b"SPM")
    return definition(15, FIELD_DESCRIPTION, fields) + data(15, payload)


def developer_values(fit: FitFile) -> dict[tuple[str, int], list[Any]]:
    table = fit.table(RECORD)
    return {f.key: listed(c) for f in table.developer_fields if (c := table.developer_column(f.key))}


def test_traps_21_to_23_developer_fields_go_by_application_and_number() -> None:
    record = definition(0, RECORD, [(4, 1, 2)], developer=[(0, 2, 3), (1, 1, 3)], big=True)
    fit = decode(
        block(
            application(3),
            description(3, 0, UINT16.number, scale=10, offset=2, name="Cadence"),
            description(3, 1, UINT8.number),
            record,
            data(0, b"\x55\x01\x02\xff"),
        )
    )
    assert developer_values(fit) == {(APPLICATION.hex(), 0): [0x0102], (APPLICATION.hex(), 1): [None]}
    first, second = fit.table(RECORD).developer_fields
    assert (first.name, first.unit, second.name) == ("Cadence", "SPM", "")
    assert first.to_value(np.array([258.0]))[0] == pytest.approx(23.8)
    assert (second.scale, second.offset) == (1.0, 0.0)  # 255 and 127 mean none
    assert values(fit, 4) == [0x55]


def test_trap_24_descriptions_may_be_late_repeated_changed_or_missing() -> None:
    record = definition(0, RECORD, [], developer=[(0, 2, 5), (9, 1, 5)])
    late = decode(block(record, data(0, b"\x01\x02\x03"), description(5, 0, UINT16.number), application(5)))
    assert developer_values(late) == {(APPLICATION.hex(), 0): [0x0201]}
    assert late.table(RECORD).undescribed == 1
    nameless = decode(block(description(5, 0, UINT16.number), record, data(0, b"\x01\x02\x03")))
    assert developer_values(nameless) == {("5", 0): [0x0201]}
    changed = decode(
        block(
            description(5, 0, UINT16.number),
            record,
            data(0, b"\x01\x02\x03"),
            description(5, 0, UINT8.number),
            record,
            data(0, b"\x01\x02\x03"),
        )
    )
    assert developer_values(changed) == {("5", 0): [(0x0201, None), (1, 2)]}


# --- damage and hostile sizes ---


def test_trap_12_a_message_cut_by_the_end_is_left_out() -> None:
    whole = simple(200)
    for cut, left in ((1, 200), (2, 200), (3, 199), (8, 199), (9, 198), (15, 197)):
        fit = decode(whole[:-cut])
        assert len(fit.table(RECORD)) == left
        assert whats(fit)


def test_a_small_file_that_claims_four_gigabytes_costs_little() -> None:
    body = definition(1, RECORD, [(1, 1, UINT8.number)]) + data(1, b"\x01") * 28_000
    hostile = block(body, size=0xFFFF_FFF0, crc=False)
    tracemalloc.start()
    fit = decode(hostile)
    assert len(values(fit, 1)) == 28_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "promises 4294967280 bytes" in whats(fit)[0][0]
    assert peak < 20e6


def test_a_column_cannot_grow_far_beyond_the_file() -> None:
    wide = definition(0, RECORD, [(1, 248, BASE_TYPES["float64"].number)]) + data(0, bytes(248))
    narrow = definition(1, RECORD, [(1, 1, UINT8.number)]) + data(1, b"\x01") * 200_000
    with pytest.raises(ReadError, match="far more data"):
        decode(block(wide, narrow)).table(RECORD).column(1)


def test_definitions_without_end_are_stopped() -> None:
    many = b"".join(
        definition(0, number, [(number % 250, 1, 2)]) + data(0, b"\x01") for number in range(30_000)
    )
    fit = decode(block(many))
    assert "far more definitions" in whats(fit)[0][0]


# --- the block reader against a plain one ---


def plain_decode(file: bytes) -> Iterator[tuple[int, int, dict[int, Any]]]:
    """Yield (offset, message, raw values by field number), one message after the other, for a sound file."""
    at, end = 14, 14 + int.from_bytes(file[4:8], "little")
    known: dict[int, tuple[str, int, Fields, Fields]] = {}
    clock = 0
    while at < end:
        start, head = at, file[at]
        at += 1
        if head & 0xC0 == 0x40:
            order = ">" if file[at + 1] else "<"
            message, count = struct.unpack_from(order + "HB", file, at + 2)
            at += 5
            fields = [tuple(file[at + 3 * i : at + 3 * i + 3]) for i in range(count)]
            at += 3 * count
            extra: list[Any] = []
            if head & 0x20:
                extra = [tuple(file[at + 1 + 3 * i : at + 4 + 3 * i]) for i in range(file[at])]
                at += 1 + 3 * len(extra)
            known[head & 15] = (order, message, fields, extra)
            continue
        order, message, fields, extra = known[head >> 5 & 3 if head & 0x80 else head & 15]
        row: dict[int, Any] = {}
        for number, size, base_number in fields:
            row[number] = plain_value(file[at : at + size], order, base_number)
            at += size
        at += sum(size for _, size, _ in extra)
        if row.get(TIMESTAMP) is not None:
            clock = row[TIMESTAMP]
        elif head & 0x80:
            clock += ((head & 31) - clock) & 31
            row[TIMESTAMP] = clock
        yield start, message, row


def plain_value(octets: bytes, order: str, base_number: int) -> Any:
    base = next((base for base in BASES if base.number == base_number), BYTE)
    if base.name == "string":
        return octets.rstrip(b"\0") or None
    if len(octets) % base.size:
        base = BYTE
    letter = {"u": "BHIQ", "i": "bhiq", "f": "??fd"}[base.dtype[0]][{1: 0, 2: 1, 4: 2, 8: 3}[base.size]]
    found = struct.unpack(f"{order}{len(octets) // base.size}{letter}", octets)
    if base.name == "byte":
        kept: tuple[Any, ...] = (None,) * len(found) if set(found) == {0xFF} else found
    else:
        kept = tuple(None if one == base.invalid or one != one else one for one in found)
    return kept[0] if len(kept) == 1 else kept


#: One base type per field number, so that columns of several definitions keep their type.
FIELD_BASES = {number: BASES[number % len(BASES)].number for number in range(40)} | {TIMESTAMP: UINT32.number}


@st.composite
def some_definitions(draw: st.DrawFn) -> tuple[int, bytes, int]:
    local = draw(st.integers(0, 15))
    numbers = draw(st.lists(st.sampled_from(sorted(FIELD_BASES)), max_size=5, unique=True))
    fields: Fields = []
    for number in numbers:
        size = next(base.size for base in BASES if base.number == FIELD_BASES[number])
        odd = draw(st.integers(0, 9)) == 0
        size = (
            4 if number == TIMESTAMP else draw(st.integers(1, 9)) if odd else size * draw(st.integers(1, 3))
        )
        fields.append((number, size, FIELD_BASES[number]))
    extra: Fields = [(1, draw(st.integers(1, 9)), 0)] if draw(st.booleans()) else []
    message = draw(st.sampled_from([RECORD, RECORD, EVENT, ANY_MESSAGE]))
    size = sum(size for _, size, _ in fields + extra)
    return local, definition(local, message, fields, big=draw(st.booleans()), developer=extra), size


@st.composite
def fit_files(draw: st.DrawFn) -> bytes:
    """Redefinitions, both byte orders, runs and alternations, compressed headers, developer fields."""
    chunks, sizes = [], {}
    for _ in range(draw(st.integers(1, 5))):
        for local, text, size in draw(st.lists(some_definitions(), min_size=1, max_size=3)):
            sizes[local] = size
            chunks.append(text)
        for _ in range(draw(st.integers(0, 4))):
            local = draw(st.sampled_from(sorted(sizes)))
            rows = draw(
                st.lists(st.binary(min_size=sizes[local], max_size=sizes[local]), min_size=1, max_size=3)
            )
            packed = local < 4 and draw(st.booleans())
            for i in range(draw(st.sampled_from([1, 2, 3, 70, 400]))):
                five_bits = draw(st.integers(0, 31)) if packed and i < 3 else None
                chunks.append(data(local, rows[i % len(rows)], five_bits=five_bits))
    return block(*chunks, data(local, bytes(sizes[local])))


@settings(max_examples=150, deadline=None)
@given(fit_files())
def test_the_block_reader_equals_the_plain_one(file: bytes) -> None:
    fit = decode(file)
    expected: dict[int, list[tuple[int, dict[int, Any]]]] = {}
    for at, message, row in plain_decode(file):
        expected.setdefault(message, []).append((at, row))
    assert fit.warnings == ()
    assert fit.numbers == expected.keys()
    for message, rows in expected.items():
        assert fit.table(message).offsets.tolist() == [at for at, _ in rows]
        for number in {number for _, row in rows for number in row}:
            assert_same(values(fit, number, message), [row.get(number) for _, row in rows])


def assert_same(ours: list[Any], plain: list[Any]) -> None:
    """Equal, but for padding: a column of lists is as wide as its longest."""
    for one, other in zip(ours, plain, strict=True):
        if isinstance(one, tuple):
            wide = other if isinstance(other, tuple) else (other,)
            assert one == wide + (None,) * (len(one) - len(wide))
        else:
            assert one == other


@settings(max_examples=60, deadline=None)
@given(fit_files(), st.data())
def test_a_cut_file_holds_the_first_rows_of_the_whole(file: bytes, chance: st.DataObject) -> None:
    whole = decode(file)
    try:
        cut = decode(file[: chance.draw(st.integers(0, len(file) - 1))])
    except ReadError:
        return
    for message in cut.numbers:
        rows = len(cut.table(message))
        assert cut.table(message).offsets.tolist() == whole.table(message).offsets[:rows].tolist()


# --- real files against an independent decoder ---

HANDFUL = [
    "sports-lib__7739869618.fit",  # redefined 994 times, big-endian, developer fields
    "tormoder-fit__compressed-speed-distance.fit",  # compressed timestamps
    "fitparse-rs__sample_mulitple_header.fit",  # chained
    "fit4s__Fenix-3-with-empty-runscribe.fit",  # nameless developer fields
    "fit4s__moxy-float.fit",
    "choochoo__8CS90646.fit",  # damaged
]


def fitdecode_rows(path: Path) -> list[dict[Any, Any]]:
    """Raw values of every record until the first error; nothing when a checksum is wrong."""
    rows: list[dict[Any, Any]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with fitdecode.FitReader(path, check_crc=fitdecode.CrcCheck.RAISE) as reader:
                rows.extend(
                    fitdecode_row(frame)
                    for frame in reader
                    if isinstance(frame, fitdecode.FitDataMessage) and frame.global_mesg_num == RECORD
                )
        except fitdecode.FitError:
            pass
    return rows


def fitdecode_row(frame: Any) -> dict[Any, Any]:
    row: dict[Any, Any] = {}
    for field in frame.fields:
        if field.field_def is None:
            if field.field is fitdecode.profile.FIELD_TYPE_TIMESTAMP:
                row.setdefault(TIMESTAMP, field.raw_value)
        elif field.field_def.is_dev:
            row.setdefault((field.field_def.dev_data_index, field.field_def.def_num), field.raw_value)
        else:
            row.setdefault(field.field_def.def_num, field.raw_value)
    return row


def compare_with_fitdecode(path: Path) -> int:
    """Compare every value of every record; return how many were compared."""
    rows = fitdecode_rows(path)
    if not rows:
        return 0
    fit = decode(path.read_bytes(), file=path.name)
    table = fit.table(RECORD)
    assert len(table) == len(rows)
    keys = {key for row in rows for key in row}
    for key in keys:
        if isinstance(key, int):
            column = table.column(key)
        else:
            description = fit.description(0, key[0], key[1], len(fit.data))
            assert description is not None, (path.name, key)
            column = table.developer_column(description.key)
        assert column is not None, (path.name, key)
        theirs = [row.get(key) for row in rows]
        if column.raw.dtype.kind == "S":
            ours = [raw.split(b"\0")[0].decode() or None for raw in column.raw.tolist()]
        else:
            ours = listed(column)
        assert_same(ours, theirs)
    return len(keys) * len(rows)


@pytest.mark.parametrize("name", HANDFUL)
def test_raw_values_equal_fitdecode(test_data: Path, name: str) -> None:
    assert compare_with_fitdecode(test_data / "activities" / "fit" / name) > 0


@pytest.mark.slow
def test_raw_values_equal_fitdecode_on_every_file(test_data: Path) -> None:
    files = sorted((test_data / "activities" / "fit").iterdir())
    compared = [compare_with_fitdecode(path) for path in files]
    assert sum(count > 0 for count in compared) >= 0.9 * len(files)
