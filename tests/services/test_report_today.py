"""Today's decision in the report: the same as the verb's, nothing kept, and the one voice on running."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.made_up_diary import told
from tests.pack_files import cases
from tests.services.made_up_runs import MadeUpStore, the_story
from tests.told import Told

from goodknee.core.report import Report
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import CheckPack, assess, latest
from goodknee.services.decide_today import answer_today, decide_day
from goodknee.services.report import make_report, report_document
from goodknee.stores.store import Store, open_store
from goodknee.writers.report import render_html

KNOWLEDGE = load_knowledge()
TOLD = Told(KNOWLEDGE)
PACK = CheckPack.of(KNOWLEDGE)
TODAY = date(2026, 5, 17)
NOW = datetime(2026, 5, 17, 8, tzinfo=UTC)
#: Every safety question answered with no, and a last run that was calm.
CALM: dict[str, Any] = cases("red_flags.yaml")["clean"] | {
    "side": "right", "age_years": 34, "days_since_last_run": 2, "last_run_pain_max": 1,
    "last_run_settle_minutes": 10, "pain_worst_3d": 2, "pain_stairs_up": 1, "longest_run_30d_km": 8,
}  # fmt: skip
#: What the report says on running where no decision speaks.
OLDER_VOICES = ("Running on", "Your check spoke of", "Your next run", "This report cannot say")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store", create=True) as store:
        yield store


def check(store: Store, *, days: int = 0, **answers: Any) -> None:
    day, now = TODAY + timedelta(days=days), NOW + timedelta(days=days)
    assess({**CALM, **answers}, pack=PACK, store=store, now=now, today=day)


def tell(store: Store, **answers: Any) -> None:
    store.add_diary([told(TODAY, "right", **answers)])


def report_of(store: Store, runs: MadeUpStore | None = None) -> Report:
    return make_report(
        runs or MadeUpStore((), store.diary()),
        KNOWLEDGE,
        today=TODAY,
        check=latest(PACK, store, today=TODAY),
        decided=decide_day(store, KNOWLEDGE, today=TODAY),
    )


class Text(HTMLParser):
    """The text of a page without its style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self.feed(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))

    def handle_data(self, data: str) -> None:
        self._parts.append(data)

    @property
    def all(self) -> str:
        return " ".join(" ".join(self._parts).split())


def text_of(html: str) -> str:
    return Text(html).all


def unfolded(html: str) -> str:
    """Return the text that is read without opening anything."""
    inner = re.compile(r"<details(?:(?!<details).)*?</details>", re.DOTALL)
    while inner.search(html):
        html = inner.sub("", html)
    return text_of(html)


def test_the_report_holds_what_the_verb_says_and_writes_nothing(store: Store) -> None:
    check(store)
    tell(store, pain_morning=1)
    before = report_document(report_of(store))
    assert store.decisions() == []
    answer = answer_today(store, KNOWLEDGE, now=NOW, today=TODAY)
    assert before["today"] == answer.document
    assert before["day"] == TODAY.isoformat()
    assert report_document(report_of(store))["today"] == answer.document
    assert len(store.decisions()) == 1
    assert json.loads(json.dumps(before, allow_nan=False)) == before


@pytest.mark.parametrize(
    ("diary", "says"),
    [
        ({"pain_morning": 1}, "Go, with limits"),
        ({"pain_morning": 9}, "Rest from running"),
        ({"swelling": "slight", "pain_morning": 1}, "Rest from running"),
    ],
)
def test_the_decision_comes_first_and_is_the_one_voice(
    store: Store, diary: dict[str, Any], says: str
) -> None:
    check(store)
    tell(store, **diary)
    report = report_of(store)
    assert report.decision
    page = render_html(report)
    text = text_of(page).replace("\u00a0", " ")
    now = text[text.index("Where are you now?") :]
    assert now.startswith(f"Where are you now? May you run today, Sun 17 May? {says}")
    for sentence in (*report.decision["do"], *report.decision["would_change"]):
        assert sentence.replace("\u00a0", " ") in now
    assert not [voice for voice in OLDER_VOICES if voice in text]
    assert "first_answer." + PACK.first_answer.running[0].id not in text
    assert TOLD.left_over(page) == []


def test_every_reason_and_offer_has_its_receipt(store: Store) -> None:
    check(store)
    tell(store, pain_morning=9)
    report = report_of(store)
    assert report.decision
    assert report.decision["meanwhile"]
    page = render_html(report)
    receipts = [
        text_of(each) for each in re.findall(r'<details class="receipt">.*?</details>', page, re.DOTALL)
    ]
    for advice in (*report.decision["reasons"], *report.decision["meanwhile"]):
        rule = advice.get("rule") or advice["id"]
        (receipt,) = [each for each in receipts if f" Rule {rule} " in each]
        assert advice["evidence"] in receipt
        assert "What would change it" in receipt
        for key in advice["sources"]:
            assert f'id="source-{key}"' in page
    assert any("9/10" in each for each in receipts)


def test_no_what_if_is_shown_on_a_day_of_rest(store: Store) -> None:
    check(store)
    tell(store, pain_morning=9)
    load = report_of(store, the_story()).knee_load
    assert load is not None
    assert load.kinder is None


def test_before_any_check_the_decision_is_withheld_and_says_what_is_missing(store: Store) -> None:
    report = report_of(store, the_story())
    assert report.next_run is None
    seen = unfolded(render_html(report))
    assert "No decision yet" in seen
    assert "goodknee check" in seen[seen.index("Still to tell") :]
    assert not [voice for voice in OLDER_VOICES if voice in seen]


def test_a_sign_told_since_the_check_has_the_page_to_itself(store: Store) -> None:
    check(store, days=-1, country="DE")
    tell(store, swelling="clear", warmth=True, fever=True, pain_morning=2)
    report = report_of(store)
    assert report.blocked
    page = render_html(report)
    headings = [text_of(each) for each in re.findall(r"<h[12].*?</h[12]>", page, re.DOTALL)]
    assert headings[:2] == ["Your knee report", "Get emergency care now"]
    seen = unfolded(page)
    assert seen.index("Get emergency care now") < seen.index("112") < seen.index("Your plan waits")
    for other in ("None of the warning signs", "May you run today", "Three exercises", "What you can change"):
        assert other not in seen
    assert report_of(store, the_story()).knee_load is None
    assert TOLD.left_over(page) == []


def test_a_sign_of_the_check_is_told_once(store: Store) -> None:
    check(store, hot=True, fever_or_unwell=True, swelling="clear", swelling_onset="days")
    page = unfolded(render_html(report_of(store)))
    assert page.count("Get emergency care now") == 1
    assert "May you run today" not in page


def test_a_new_sign_that_does_not_block_takes_away_the_all_clear(store: Store) -> None:
    check(store, days=-1)
    tell(store, swelling="slight", pain_morning=1)
    report = report_of(store)
    assert report.decision
    assert report.decision["check_again"]
    assert not report.blocked
    seen = unfolded(render_html(report))
    assert "None of the warning signs" not in seen
    assert "Your diary has a new sign since this check" in seen
    assert "Three exercises for now" not in seen
