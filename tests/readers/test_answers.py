"""A file of answers: flat, plain, and nothing that runs, unfolds or surprises."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodknee.errors import AnswerError
from goodknee.readers.answers import MOST_BYTES, read_answers


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "answers.yaml"


def test_yaml_and_json_give_the_same(file: Path) -> None:
    file.write_text("age_years: 33\nhot: no\nlocation: [front, outer]\ngoal_date: 2027-05-01\nred:\n")
    assert read_answers(file) == {
        "age_years": 33, "hot": False, "location": ["front", "outer"], "goal_date": date(2027, 5, 1),
        "red": None,
    }  # fmt: skip
    file.write_bytes(b'\xef\xbb\xbf{"age_years": 33, "hot": false}')
    assert read_answers(file) == {"age_years": 33, "hot": False}


BILLION_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED = {
    "empty": ("", "empty"),
    "only a comment": ("# nothing yet\n", "no answers"),
    "only spaces": (" \n\n", "empty"),
    "a list": ("- hot\n- red\n", "no answers"),
    "a word": ("hot\n", "no answers"),
    "not YAML": ("age_years: [33\n", "not plain YAML"),
    "not YAML, a tab": ("a:\n\t- b\n", "not plain YAML"),
    "a tag": ("age_years: !!python/object/apply:os.system ['true']\n", "anchor or a tag"),
    "a harmless tag": ("age_years: !!int 33\n", "anchor or a tag"),
    "anchors": (BILLION_LAUGHS, "anchor or a tag"),
    "an alias": ("a: &x 1\nb: *x\n", "anchor or a tag"),
    "a key twice": ("hot: no\nhot: yes\n", "stands twice"),
    "two documents": ("hot: no\n---\nhot: yes\n", "not plain YAML"),
    "too deep": ("a: " + "[" * 50_000, "too deep"),
    "no such day": ("goal_date: 2026-02-31\n", "not plain YAML"),
    "a key that is a list": ("? [a]\n: 1\n", "not plain YAML"),
    "a key that is a map": ("{a: 1}: 1\n", "not plain YAML"),
    "an octal number": ("age_years: 031\n", "031 is not written as a plain number"),
    "a number in sixties": ("age_years: 1:30\n", "1:30 is not written as a plain number"),
    "a hexadecimal number": ("age_years: 0x1F\n", "0x1F is not written as a plain number"),
    "a number of 6,000 digits": ("age_years: " + "9" * 6_000 + "\n", "is not written as a plain number"),
    "a zero byte": ("age_years: 30\n\0\n", "not plain YAML"),
    "too long": ("a: " + "x" * MOST_BYTES, "longer than"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_file_of_answers_is_refused(file: Path, text: str, says: str) -> None:
    file.write_text(text)
    with pytest.raises(AnswerError) as refused:
        read_answers(file)
    assert says in refused.value.what
    assert str(file) in refused.value.where
    assert "Nothing was stored" in refused.value.next_step


def test_a_missing_file_a_folder_and_bytes_are_refused(file: Path) -> None:
    for path in (file, file.parent):
        with pytest.raises(AnswerError, match="cannot be read"):
            read_answers(path)
    file.write_bytes(b"hot: \xff\xfe")
    with pytest.raises(AnswerError, match="UTF-8"):
        read_answers(file)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    data=st.binary(max_size=200)
    | st.text(alphabet="ab:-[]{},&*!?|>'\"# \n\t0.1", max_size=60).map(str.encode)
)
def test_any_bytes_give_answers_or_one_error(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with suppress(AnswerError):
        assert isinstance(read_answers(file), dict)
