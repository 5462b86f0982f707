"""Parsed files of the pack are kept, and count only for the bytes they were made from."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pack_files import held_by

from goodknee.readers import knowledge as reader
from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.knowledge_cache import KnowledgeCache
from goodknee.readers.knowledge_file import FILES

PARSED = load_knowledge()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "pack" / "rules").mkdir(parents=True)
    (tmp_path / "pack" / "pack.yaml").write_text("a: 1\n")
    (tmp_path / "pack" / "rules" / "pain.yaml").write_text("b: 1\n")
    return tmp_path / "pack"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def test_what_was_kept_comes_back_the_same(pack: Path, kept: Path) -> None:
    cache = KnowledgeCache(pack, kept)
    for name in FILES:
        assert cache.get(name) is None
        cache.put(name, PARSED.read(name))
        assert held_by(KnowledgeCache(pack, kept).get(name)) == held_by(PARSED.read(name))


def test_a_change_anywhere_in_the_pack_makes_it_void(pack: Path, kept: Path) -> None:
    KnowledgeCache(pack, kept).put("pack.yaml", PARSED.pack)
    (pack / "rules" / "pain.yaml").write_text("b: 2\n")
    assert KnowledgeCache(pack, kept).get("pack.yaml") is None


def test_a_change_in_the_code_that_reads_makes_it_void(
    pack: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    KnowledgeCache(pack, kept).put("pack.yaml", PARSED.pack)
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "words.py").touch()
    monkeypatch.setattr("goodknee.readers.knowledge_cache.SOURCE", tmp_path)
    assert KnowledgeCache(pack, kept).get("pack.yaml") is None


@pytest.mark.parametrize("keep", [0, 31, 64, 80])
def test_a_kept_file_that_was_cut_or_changed_does_not_count(pack: Path, kept: Path, keep: int) -> None:
    KnowledgeCache(pack, kept).put("pack.yaml", PARSED.pack)
    (file,) = kept.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:keep])
    assert KnowledgeCache(pack, kept).get("pack.yaml") is None
    file.write_bytes(whole[:-2] + b"x.")
    assert KnowledgeCache(pack, kept).get("pack.yaml") is None


def test_where_nothing_can_be_kept_all_still_works(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = KnowledgeCache(pack, tmp_path / "file" / "kept")
    cache.put("pack.yaml", PARSED.pack)
    assert cache.get("pack.yaml") is None


def test_another_pack_is_never_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(KnowledgeCache, "put", never)
    monkeypatch.setattr(KnowledgeCache, "get", never)
    folder = Path(reader.__file__).parent.parent / "knowledge"
    assert held_by(load_knowledge(folder).pack) == held_by(PARSED.pack)
