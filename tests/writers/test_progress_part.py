"""Progress in the knee report: the sentence first, every reason with its receipt, nothing beside a sign."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from tests.core.made_up_diary import day
from tests.pack_files import cases
from tests.services.test_show_progress import Kept, kept

from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import CheckPack, look_at
from goodknee.services.report import make_report, report_document
from goodknee.services.show_progress import show_progress
from goodknee.writers.report import render_html

KNOWLEDGE = load_knowledge()
CLEAN: dict[str, Any] = cases("red_flags.yaml")["clean"]
UNCHANGED = {"tell": [[0, 27, "pain_worst", 4]]}


def page(store: Kept, today: int, **answers: Any) -> str:
    at = datetime.combine(day(today), datetime.min.time(), tzinfo=UTC)
    pack = CheckPack.of(KNOWLEDGE)
    check = look_at(CLEAN | answers, pack, day=at.date(), at=at, today=at.date()) if answers else None
    shown = show_progress(store, KNOWLEDGE, today=at.date(), check=check)  # type: ignore[arg-type] # all that it reads
    report = make_report(store, KNOWLEDGE, today=at.date(), check=check, progress=shown)
    assert (report_document(report)["progress"] is None) == (not shown.progress.courses)
    return render_html(report)


def section(html: str) -> str:
    found = re.search(r'<section class="part" id="progress".*?</section>', html, re.DOTALL)
    return found.group(0) if found else ""


def test_the_answer_the_reason_and_its_receipt() -> None:
    """A diary alone, without a run or a check, has a page."""
    html = page(kept(UNCHANGED), 27)
    part = section(html)
    assert part.index("No clear change so far") < part.index("Three weeks in") < part.index("<figure")
    assert "No trial found, expert opinion" in part
    assert KNOWLEDGE.outcomes.reference_band.label in part
    for key in re.findall(r'href="#source-([a-z0-9_]+)"', part):
        assert f'id="source-{key}"' in html


def test_signs_of_a_return_say_what_to_do_first() -> None:
    case = {"tell": [[0, 9, "pain_worst", 5], [10, 50, "pain_worst", 0], [51, 54, "pain_worst", 3]]}
    part = section(page(kept(case), 54))
    assert part.index("It had been good") < part.index("Signs that it is coming back")
    assert KNOWLEDGE.referral.relapse_plan.first_48_hours[0] in part


def test_a_blocking_sign_has_the_page_to_itself() -> None:
    html = page(kept(UNCHANGED), 27, side="right", hot=True, fever_or_unwell=True)
    assert section(html) == ""
    assert "No clear change so far" not in html


def test_nothing_told_is_no_section() -> None:
    assert section(page(Kept(), 27)) == ""
