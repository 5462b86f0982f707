"""May I run today, as a service: what it makes of a store, what it keeps, and that it can be replayed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.made_up_diary import told
from tests.pack_files import cases
from tests.services.made_up_runs import a_run

from goodknee.core.model import StoredRun
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import CheckPack, assess, note_visit
from goodknee.services.decide_today import Answer, answer_today, choose_otherwise, replay
from goodknee.services.today_history import history_of
from goodknee.stores.store import Store, open_store

KNOWLEDGE = load_knowledge()
PACK = CheckPack.of(KNOWLEDGE)
TODAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)
#: Every safety question answered with no, and a last run that was calm.
CALM: dict[str, Any] = cases("red_flags.yaml")["clean"] | {
    "side": "right", "age_years": 34, "days_since_last_run": 2, "last_run_pain_max": 1,
    "last_run_settle_minutes": 10, "pain_worst_3d": 2, "pain_stairs_up": 1, "longest_run_30d_km": 8,
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store", create=True) as store:
        yield store


def check(store: Store, *, on: date = TODAY, **answers: Any) -> None:
    now = NOW + (on - TODAY)
    assess({**CALM, **answers}, pack=PACK, store=store, now=now, today=on)


def tell(store: Store, *, days: int = 0, **answers: Any) -> None:
    store.add_diary([told(TODAY + timedelta(days=days), "right", **answers)])


def ask(store: Store, *, days: int = 0, home: ZoneInfo | None = None) -> Answer:
    today = TODAY + timedelta(days=days)
    return answer_today(store, KNOWLEDGE, now=NOW + timedelta(days=days), today=today, home=home)


def rules(answer: Answer) -> list[str]:
    return [reason["rule"] for reason in answer.document["reasons"]]


def test_a_calm_runner_may_run_within_limits(store: Store) -> None:
    check(store)
    tell(store, pain_morning=1)
    answer = ask(store)
    assert answer.document["verdict"] == "modify"
    assert answer.document["run"]["max_distance_m"] == pytest.approx(6400)
    assert rules(answer)[0] == "morning_unknown"
    assert answer.document["urgency"] == "routine"


def test_without_a_value_this_morning_it_stays_careful_and_says_so(store: Store) -> None:
    check(store)
    answer = ask(store)
    assert "TD13" in rules(answer)
    assert answer.document["missing"][0] == "pain_morning"
    assert answer.document["run"]["no_increase_h"] == 48


def test_asked_again_it_is_the_same_answer_until_something_is_told(store: Store) -> None:
    check(store)
    first, again = ask(store), ask(store)
    assert first.stored == again.stored
    assert first.document == again.document
    assert len(store.decisions()) == 1
    tell(store, pain_morning=9)
    changed = ask(store)
    assert (changed.document["verdict"], len(store.decisions())) == ("rest", 2)


def test_a_kept_decision_replays_to_the_same(store: Store) -> None:
    check(store, country="DE")
    told_then: list[dict[str, Any]] = [
        {"pain_morning": 1}, {"limp": True}, {"swelling": "clear", "warmth": True, "fever": True},
    ]  # fmt: skip
    for days, answers in enumerate(told_then):
        tell(store, days=days, **answers)
        ask(store, days=days)
    kept = store.decisions()
    assert [each.verdict for each in kept] == ["modify", "see_clinician", "see_clinician"]
    for each in kept:
        assert replay(each, KNOWLEDGE) == each.result
        assert each.code_version
        assert each.knowledge_version == KNOWLEDGE.pack.version
    assert len({each.input_sha256 for each in kept}) == 3


def test_a_sign_in_the_diary_counts_at_once_and_asks_for_a_new_check(store: Store) -> None:
    check(store)
    tell(store, days=1, swelling="clear", warmth=True, fever=True, pain_morning=2)
    document = ask(store, days=1).document
    assert (document["verdict"], document["urgency"], document["blocked"]) == (
        "see_clinician",
        "emergency",
        True,
    )
    assert document["says"] == "Get emergency care now"
    assert document["meanwhile"] == []
    assert document["check_again"] is True


def test_a_slight_sign_rests_and_asks_for_a_new_check_which_then_knows_it(store: Store) -> None:
    check(store)
    tell(store, days=1, swelling="slight", pain_morning=1)
    before = ask(store, days=1)
    assert (before.document["verdict"], before.document["check_again"]) == ("rest", True)
    assert rules(before)[0] == "TD04"
    check(store, on=TODAY + timedelta(days=1), swelling="slight", swelling_onset="days", swelling_weeks=0)
    after = ask(store, days=1)
    assert (after.document["verdict"], after.document["check_again"]) == ("rest", False)
    assert "TD04b" in rules(after)
    assert after.document["meanwhile"]


def test_a_visit_lifts_what_the_check_holds(store: Store) -> None:
    check(store, limp=True)
    held = ask(store)
    assert (held.document["verdict"], rules(held)[0]) == ("see_clinician", "RF54b")
    assert held.document["says"] == "Book a visit within 2 weeks"
    note_visit("Dr Roy", TODAY, pack=PACK, store=store, now=NOW + timedelta(minutes=1), today=TODAY)
    tell(store, pain_morning=1, limp=False)
    assert ask(store).document["verdict"] == "modify"


def test_an_open_safety_question_gives_no_decision(store: Store) -> None:
    check(store, hot=None)
    document = ask(store).document
    assert document["verdict"] == "withheld"
    assert document["missing"][0] == "hot"


def test_before_any_check(store: Store) -> None:
    document = ask(store).document
    assert (document["verdict"], document["missing"]) == ("withheld", ["check"])
    assert document["meanwhile"]


def test_a_runner_of_13_is_told_of_parent_and_clinician(store: Store) -> None:
    check(store, age_years=13, growth_spurt=False, tibial_bump_sudden_pop=False, leg_turned_out=False)
    tell(store, pain_morning=1)
    answer = ask(store)
    said = " ".join(reason["says"] for reason in answer.document["reasons"])
    assert "parent" in said
    assert "clinician" in said


@pytest.mark.parametrize(
    ("answers", "word"),
    [({"pregnant": True}, "midwife"), ({"previous_knee_surgery": True}, "surgeon")],
)
def test_others_who_have_a_say_are_named(store: Store, answers: dict[str, Any], word: str) -> None:
    check(store, **answers)
    tell(store, pain_morning=1)
    assert word in " ".join(reason["says"] for reason in ask(store).document["reasons"])


def test_the_sorer_of_two_knees_decides(store: Store) -> None:
    check(store, side="both")
    store.add_diary([told(TODAY, "left", pain_morning=9), told(TODAY, "right", pain_morning=1)])
    document = ask(store).document
    assert (document["verdict"], document["knee"]) == ("rest", "left")


def test_what_the_runner_chose_stays_beside_it(store: Store) -> None:
    check(store)
    tell(store, pain_morning=9)
    answer = ask(store)
    chosen = choose_otherwise(answer, "go", "race day", store=store, now=NOW)
    assert chosen is not None
    again = ask(store)
    assert again.document["verdict"] == "rest"
    assert again.override == chosen
    assert (chosen.chose, chosen.why, chosen.decision_id) == ("go", "race day", store.decisions()[0].id)
    assert ask(store, days=1).override is None


def test_there_is_nothing_to_choose_beside_a_warning_sign(store: Store) -> None:
    check(store, foot_cold_pale_numb=True)
    assert choose_otherwise(ask(store), "go", "", store=store, now=NOW) is None
    assert store.overrides() == []


class WithRuns:
    """A store whose runs are given."""

    def __init__(self, store: Store, runs: list[StoredRun]) -> None:
        self._store, self._runs = store, runs

    def runs(self) -> list[StoredRun]:
        return self._runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def days_since(store: Store, started: datetime, offset_min: int | None, today: date, home: str) -> int | None:
    run = a_run(started.date(), 5.0)
    run = replace(run, activity=replace(run.activity, started_at=started, utc_offset_min=offset_min))
    past = history_of(
        WithRuns(store, [run]),  # type: ignore[arg-type] # the rest is the store's own
        KNOWLEDGE,
        None,
        today=today,
        home=ZoneInfo(home),
    )
    return (today - past.runs[0].day).days if past.runs else None


@pytest.mark.parametrize(
    ("started", "offset_min", "today", "home", "days"),
    [
        # The clocks went forward in the night between.
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), 60, date(2026, 3, 29), "Europe/Berlin", 1),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), None, date(2026, 3, 29), "Europe/Berlin", 0),
        # Run in Tokyo on the morning of the 12th, home in Los Angeles by the 11th.
        (datetime(2026, 5, 11, 22, 0, tzinfo=UTC), 540, date(2026, 5, 11), "America/Los_Angeles", 0),
        (datetime(2026, 5, 11, 22, 0, tzinfo=UTC), 540, date(2026, 5, 13), "America/Los_Angeles", 1),
        # A run of tomorrow is not seen today.
        (datetime(2026, 5, 13, 7, 0, tzinfo=UTC), 120, date(2026, 5, 12), "Europe/Berlin", None),
    ],
)
def test_days_since_a_run_over_clock_changes_and_zones(
    store: Store, started: datetime, offset_min: int | None, today: date, home: str, days: int | None
) -> None:
    assert days_since(store, started, offset_min, today, home) == days


def test_later_entries_and_checks_are_not_seen_earlier(store: Store) -> None:
    check(store)
    tell(store, pain_morning=1)
    before = ask(store).document
    tell(store, days=2, limp=True, pain_morning=9)
    check(store, on=TODAY + timedelta(days=3), foot_cold_pale_numb=True)
    assert ask(store).document == before
