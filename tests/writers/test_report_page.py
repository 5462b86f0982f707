from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from tests.services.made_up_runs import TODAY, MadeUpStore, a_run, the_story

from goodknee.core.knowledge import Knowledge
from goodknee.core.model import DiaryEntry
from goodknee.core.report import Report
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.report import make_report
from goodknee.writers.report import render_html

KNOWLEDGE = load_knowledge()


def report_of(store: MadeUpStore) -> Report:
    return make_report(store, KNOWLEDGE, today=TODAY)


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(report_of(the_story()))


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def count(elements: Elements, tag: str) -> int:
    return sum(name == tag for name, _ in elements.tags)


def test_the_page_is_whole_and_every_element_is_closed(page: str) -> None:
    elements = Elements(page)
    assert elements.open == []
    assert count(elements, "h1") == 1
    assert count(elements, "main") == 1


def test_the_page_loads_nothing_and_runs_nothing(page: str) -> None:
    elements = Elements(page)
    assert {tag for tag, _ in elements.tags}.isdisjoint(
        {"script", "link", "img", "iframe", "object", "embed", "use"}
    )
    for tag, attributes in elements.tags:
        assert not any(name.startswith("on") or name in ("src", "style", "srcset") for name in attributes), (
            tag
        )
        for name in ("href", "xlink:href"):
            assert re.match(r"#|https://doi\.org/10\.", attributes.get(name) or "#")
    assert not re.search(r"@import|url\((?!#)", page)


def test_the_policy_allows_exactly_this_style(page: str) -> None:
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page.replace("&#39;", "'")


def test_ids_are_unique_and_links_inside_the_page_arrive(page: str) -> None:
    elements = Elements(page)
    ids = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inside = {
        str(attributes["href"])[1:]
        for tag, attributes in elements.tags
        if tag == "a" and str(attributes["href"]).startswith("#")
    }
    assert inside <= set(ids)


def test_sections_stand_in_their_order(page: str) -> None:
    assert re.findall(r'<section class="part" id="(\w+)"', page) == ["now", "why", "progress", "evidence"]


def test_a_section_appears_when_it_has_something_to_say() -> None:
    page = render_html(report_of(MadeUpStore([a_run(TODAY, 5.0)])))
    assert re.findall(r'<section class="part" id="(\w+)"', page) == ["now", "evidence"]


def test_every_finding_has_its_receipt(page: str) -> None:
    report = report_of(the_story())
    receipts = re.findall(r'<details class="receipt">.*?</details>', page, re.DOTALL)
    assert len(receipts) == len(report.findings) == 3
    for finding, receipt in zip(report.findings, receipts, strict=True):
        text = Elements(receipt).text
        assert finding.reason.rule in text
        assert finding.reason.would_change
        assert finding.reason.would_change in text
        assert "vidence" in text or "expert" in text
        for key in finding.reason.sources:
            assert (KNOWLEDGE.sources[key].doi or KNOWLEDGE.sources[key].title) in text


def test_group_figures_never_reach_the_page(page: str) -> None:
    ratios = [
        band.rate_ratio
        for band in KNOWLEDGE.load.session_spike.bands
        if band.rate_ratio and band.rate_ratio != 1
    ]
    assert len(ratios) == 3
    text = Elements(page).text
    assert [ratio for ratio in ratios if str(ratio) in text] == []


def test_the_simulated_runner_is_marked_in_title_and_page_and_a_person_is_not(page: str) -> None:
    ribbon = "Simulated runner. Not a person."
    assert f"<title>Knee report · {ribbon}" in page
    assert f'<div class="ribbon">{ribbon}</div>' in page
    story = the_story()
    real = render_html(report_of(MadeUpStore(story.runs(), story.diary())))
    assert ribbon not in real
    assert "Nobody ran these runs" not in real


def test_each_chart_has_two_renditions_a_name_and_a_table(page: str) -> None:
    elements = Elements(page)
    figures = count(elements, "figure")
    assert figures == 4
    named = [
        attributes for tag, attributes in elements.tags if tag == "svg" and attributes.get("role") == "img"
    ]
    assert len(named) == 2 * figures
    assert all(attributes["aria-label"] for attributes in named)
    assert page.count('<details class="table">') == figures


def test_limits_pack_and_review_state_stand_at_the_foot(page: str) -> None:
    foot = Elements(page.split("<footer>")[1].split("</footer>", maxsplit=1)[0]).text
    assert "Not a diagnosis" in foot
    assert "emergency number" in foot
    assert "Knowledge pack 0.1, not yet reviewed by a clinician." in foot


def test_an_empty_store_gets_a_kind_page() -> None:
    page = render_html(report_of(MadeUpStore([a_run(TODAY, 5.0, sport="walking")])))
    text = Elements(page).text
    assert "goodknee import FOLDER" in text
    assert "1 activity here that is not a run" in text
    assert "Not a diagnosis" in text
    assert "<svg" not in page


def test_a_jump_long_ago_gets_a_chart_of_its_weeks() -> None:
    runs = [a_run(TODAY - timedelta(days=n), 9.0 if n == 210 else 5.0) for n in range(300, -1, -3)]
    page = render_html(report_of(MadeUpStore(runs)))
    assert 'id="chart-around"' in page


def test_runs_without_distance_draw_no_empty_chart() -> None:
    page = render_html(
        report_of(MadeUpStore([a_run(TODAY - timedelta(days=n), None, cadence_spm=None) for n in range(60)]))
    )
    assert "<figure" not in page
    assert "60 runs have no distance" in page


def test_weeks_of_pain_without_a_run_do_not_speak_of_distance() -> None:
    pain = [DiaryEntry(day=TODAY - timedelta(days=n), side="right", pain_worst=4) for n in range(20)]
    text = Elements(render_html(report_of(MadeUpStore([a_run(TODAY - timedelta(days=99), 5.0)], pain)))).text
    assert "No runs in these 12 weeks." in text
    assert "n = 0" not in text


def test_pain_from_before_the_long_run_is_not_told_as_its_beginning(page: str) -> None:
    assert "Knee pain is in the diary from" not in page  # the story has an entry nine days before
    diary = [DiaryEntry(day=TODAY - timedelta(days=n), side="right", pain_worst=4) for n in (40, 30)]
    told = render_html(report_of(MadeUpStore(the_story().runs(), diary)))
    assert "Knee pain is in the diary from Tue\u00a07\u00a0Apr" in told


def test_runs_that_do_not_count_are_said_on_the_empty_page() -> None:
    assert "1 run is dated after" in render_html(
        report_of(MadeUpStore([a_run(TODAY + timedelta(days=2), 5.0)]))
    )


def test_each_printed_sheet_carries_the_mark_of_the_simulated_runner(page: str) -> None:
    assert '@bottom-center { content: "Simulated runner. Not a person."' in page


def test_words_are_escaped() -> None:
    words = replace(
        KNOWLEDGE.words, sentences={**KNOWLEDGE.words.sentences, "report.title": "<script>alert(1)</script>"}
    )
    knowledge = Knowledge(lambda name: words if name == "words/en.yaml" else KNOWLEDGE.read(name))
    report = replace(report_of(the_story()), knowledge=knowledge)
    assert "<script>" not in render_html(report)


def test_the_page_is_the_same_each_time(page: str) -> None:
    assert render_html(report_of(the_story())) == page
