from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from tests.made_up_diary import told
from tests.pack_files import cases
from tests.services.made_up_runs import TODAY, MadeUpStore, a_run, the_story

from goodknee.core.assess.answers import check_answers
from goodknee.core.citation import short_citation, url
from goodknee.core.knowledge import Knowledge
from goodknee.core.report import Report
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import Assessment, CheckPack, look_at
from goodknee.services.demo import ANSWERS
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
            to = attributes.get(name) or "#"
            assert to.startswith("#") or to in {url(source) for source in KNOWLEDGE.sources.values()}
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
    assert re.findall(r'<section class="part" id="(\w+)"', page) == [
        "now",
        "why",
        "load",
        "progress",
        "evidence",
    ]


def test_a_section_appears_when_it_has_something_to_say() -> None:
    page = render_html(report_of(MadeUpStore([a_run(TODAY, 5.0)])))
    assert re.findall(r'<section class="part" id="(\w+)"', page) == ["now", "why", "load", "evidence"]


def test_every_finding_has_its_receipt(page: str) -> None:
    report = report_of(the_story())
    receipts = re.findall(r'<details class="receipt">.*?</details>', page, re.DOTALL)
    assert report.knee_load
    findings = (*report.findings, *report.knee_load.findings)
    assert len(receipts) == len(findings) == 3 + 2
    for finding, receipt in zip(findings, receipts, strict=True):
        text = Elements(receipt).text
        assert finding.reason.rule in text
        assert finding.reason.would_change
        assert finding.reason.would_change in text
        assert "vidence" in text or "expert" in text or "Laboratory" in text
        assert_named_and_listed(finding.reason.sources, text, page)


def assert_named_and_listed(keys: Sequence[str], receipt: str, page: str) -> None:
    listed = dict(re.findall(r'<li id="source-(\w+)"[^>]*>(.*?)</li>', page, re.DOTALL))
    for key in keys:
        source = KNOWLEDGE.sources[key]
        assert short_citation(source) in receipt
        assert html.escape(source.title, quote=False) in listed[key].replace("&#39;", "'").replace(
            "&#34;", '"'
        )
        assert source.doi is None or f'href="https://doi.org/{source.doi}"' in listed[key]


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
    assert figures == 5
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
    assert re.findall(r'<figure class="card" id="chart-(\w+)"', page) == ["ledger"]  # the time stands in
    assert "60 runs have no distance" in page


def test_weeks_of_pain_without_a_run_do_not_speak_of_distance() -> None:
    pain = [told(day=TODAY - timedelta(days=n), side="right", pain_worst=4) for n in range(20)]
    text = Elements(render_html(report_of(MadeUpStore([a_run(TODAY - timedelta(days=99), 5.0)], pain)))).text
    assert "No runs in these 12 weeks." in text
    assert "n = 0" not in text


def test_pain_from_before_the_long_run_is_not_told_as_its_beginning(page: str) -> None:
    assert "Knee pain is in the diary from" not in page  # the story has an entry nine days before
    diary = [told(day=TODAY - timedelta(days=n), side="right", pain_worst=4) for n in (40, 30)]
    page = render_html(report_of(MadeUpStore(the_story().runs(), diary)))
    assert "Knee pain is in the diary from Tue\u00a07\u00a0Apr" in page


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


# The knee check

PACK = CheckPack.of(KNOWLEDGE)
NO_SIGNS = cases("red_flags.yaml")["clean"]


def checked(**changes: Any) -> Assessment:
    answers = {key: value for key, value in {**NO_SIGNS, **ANSWERS, **changes}.items() if value is not None}
    at = datetime.combine(TODAY, time(8), tzinfo=UTC)
    return look_at(check_answers(answers, PACK.questions), PACK, day=TODAY, at=at, today=TODAY)


def page_with(check: Assessment, store: MadeUpStore | None = None) -> str:
    return render_html(make_report(store or the_story(), KNOWLEDGE, today=TODAY, check=check))


@pytest.fixture(scope="module")
def checked_page() -> str:
    return page_with(checked())


BLOCKED: dict[str, Any] = {
    "hot": True,
    "fever_or_unwell": True,
    "swelling": "clear",
    "swelling_onset": "days",
}


def headings(page: str) -> list[str]:
    return [Elements(each).text.strip() for each in re.findall(r"<h[123].*?</h[123]>", page, re.DOTALL)]


def unfolded(page: str) -> str:
    """The text that is read without opening anything."""
    inner = re.compile(r"<details(?:(?!<details).)*?</details>", re.DOTALL)
    while inner.search(page):
        page = inner.sub("", page)
    return Elements(page).text


@pytest.mark.parametrize(
    ("answers", "store"),
    [
        ({}, MadeUpStore()),
        (BLOCKED, MadeUpStore()),
        (BLOCKED, the_story()),
        ({"hot": None}, MadeUpStore()),
        ({"locked": True}, MadeUpStore()),
        ({"spot": "outer_side_above_joint", "aggravated_by": ["running"]}, MadeUpStore()),
    ],
)
def test_a_page_with_a_check_is_whole(answers: dict[str, Any], store: MadeUpStore) -> None:
    page = page_with(checked(**answers), store)
    elements = Elements(page)
    assert elements.open == []
    assert (count(elements, "h1"), count(elements, "main")) == (1, 1)
    ids = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    test_ids_are_unique_and_links_inside_the_page_arrive(page)
    test_the_page_loads_nothing_and_runs_nothing(page)


def test_the_three_sections_speak_of_the_check(checked_page: str) -> None:
    now, why, evidence = (checked_page.split(f'id="{id_}"')[1] for id_ in ("now", "why", "evidence"))
    assert "Running on Mon\u00a018" in now
    assert "fits well" in now
    assert "Not a diagnosis. No clinician has reviewed these rules yet." in now
    assert "Worst pain in 3 days" in now
    assert "What you can change" in why
    assert "Women get runner&#39;s knee" in why
    assert "Often blamed, but not shown" in checked_page
    assert "At least several weeks off are likely needed." in evidence
    assert "Moderate evidence against" in evidence


def test_every_advice_of_the_check_has_its_receipt(checked_page: str) -> None:
    document = make_report(the_story(), KNOWLEDGE, today=TODAY, check=checked()).check
    assert document
    receipts = re.findall(r'<details class="receipt">.*?</details>', checked_page, re.DOTALL)
    by_rule = {Elements(each).text.split("Rule")[1].split()[0]: Elements(each).text for each in receipts}
    check = document.document
    advice = {f"risk.{one['id']}": one for one in check["risk_factors"]}
    advice |= {one["id"]: one for one in check["article"]}
    advice |= {
        f"differential.{one['id']}": one for one in check["differential"] if one["id"] in check["shown"]
    }
    advice["first_answer." + check["for_now"]["running"]["rule"]] = check["for_now"]["running"]
    for rule, one in advice.items():
        assert "What would change it" in by_rule[rule]
        assert "How sure" in by_rule[rule]
        assert_named_and_listed(one["sources"], by_rule[rule], checked_page)
    assert "what do you weigh" not in by_rule["risk.sex_female"].lower()
    assert "What is your sex at birth?" in by_rule["risk.sex_female"]


def test_a_chance_or_a_diagnosis_is_never_told(checked_page: str) -> None:
    (fits,) = re.findall(r'<ol class="fits">.*?</ol>', checked_page, re.DOTALL)
    assert "fits well" in fits
    assert "%" not in fits
    assert not re.search(r"you have runner|diagnosed|probab", Elements(checked_page).text, re.IGNORECASE)


def test_a_red_flag_has_the_page_to_itself() -> None:
    page = page_with(checked(**BLOCKED))
    seen = unfolded(page)
    assert headings(page)[:2] == ["Your knee report", "Get emergency care now"]
    assert seen.index("112") < seen.index("Go to an emergency department")
    assert "On hold until a clinician has looked: running, exercise." in seen
    assert "less urgent" in page
    for advice in ("What you can change", "Running on", "Three exercises", "km per run", "Why we say this"):
        assert advice not in seen
    assert "For the clinician: what the answers fit" in page
    assert "What you can change" not in page
    assert "Lessons, strength work" not in page


def test_an_open_safety_question_is_shown_as_open_and_gives_no_leave_to_run() -> None:
    page = page_with(checked(hot=None, foot_cold_pale_numb=None))
    assert headings(page)[1] == "Not all safety questions are answered"
    seen = unfolded(page)
    assert "None of the warning signs" not in seen
    assert PACK.questions.by_key["foot_cold_pale_numb"].text in seen
    assert "No answer on running yet" in seen
    assert "Three exercises" not in seen


def test_without_a_check_each_section_says_what_will_be_here_and_what_to_do(page: str) -> None:
    assert page.count("Here you will see") == 3
    assert page.count("<code>goodknee check</code>") == 3
    assert "<code>goodknee check</code>" in render_html(report_of(MadeUpStore()))


def test_a_check_without_runs_says_how_to_bring_them_in() -> None:
    assert "goodknee import FOLDER" in unfolded(page_with(checked(), MadeUpStore()))
    assert "goodknee import FOLDER" not in page_with(checked(**BLOCKED), MadeUpStore())


def test_the_simulated_answers_are_said_to_be_so(checked_page: str) -> None:
    assert "A program made up these answers." in checked_page
    story = the_story()
    assert "made up" not in page_with(checked(), MadeUpStore(story.runs(), story.diary()))
