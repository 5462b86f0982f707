"""``goodknee plan`` and ``goal``: the next weeks, proposed; the earliest honest date for a goal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

from goodknee.faces.cli.check_page import say
from goodknee.faces.cli.options import Asked, verb
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.person_week import race_m
from goodknee.services.plan_calendar import calendar_events
from goodknee.services.plan_document import goal_document
from goodknee.services.plan_weeks import goal_dates, propose_plan
from goodknee.services.plan_workouts import write_workouts
from goodknee.services.session_words import dose_words
from goodknee.stores.store import open_store
from goodknee.stores.trouble import told_plainly
from goodknee.writers.calendar import render_calendar
from goodknee.writers.whole_file import write_whole_file

#: A plan is blocked by a warning sign.
BLOCKED: Final = 3


@verb
@click.option("--weeks", type=click.IntRange(1, 8), default=2, show_default=True, help="How many weeks.")
@click.option("--accept", is_flag=True, help="Say yes to what is proposed.")
@click.option(
    "--ics",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the sessions as a calendar file; import it again after a change.",
)
@click.option(
    "--at",
    type=click.DateTime(["%H:%M"]),
    metavar="HH:MM",
    help="With --ics: when sessions begin; else all day.",
)
@click.option(
    "--alarm", type=click.DateTime(["%H:%M"]), metavar="HH:MM", help="With --ics: remind at this time of day."
)
@click.option(
    "--fit",
    "fit_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each run as a workout for your watch, with a text beside it.",
)
@click.option("-v", "--verbose", is_flag=True, help="Each exercise, each reason, and its sources.")
def plan_verb(
    asked: Asked,
    weeks: int,
    accept: bool,
    ics: Path | None,
    at: datetime | None,
    alarm: datetime | None,
    fit_folder: Path | None,
    verbose: bool,
) -> int:
    """See the next weeks: runs, strength work, tests and rest, with the reason for each.

    A plan is a proposal until you say yes with --accept. Earlier versions stay. The exit code is 3 when a
    warning sign blocks your plan.
    """
    if ics is None and (at or alarm):
        raise click.UsageError("--at and --alarm go with --ics.")
    knowledge = load_knowledge()
    with open_store(asked.folder) as store:
        proposal = propose_plan(
            store,
            knowledge,
            now=asked.now,
            today=asked.day(store.story_day),
            home=asked.home,
            weeks=weeks,
            accept=accept,
        )
        kept = store.plans()
    if ics is not None and not proposal.blocked:
        events = calendar_events(
            kept, proposal.to_show, knowledge, at=at.time() if at else None, mornings=alarm is not None
        )
        page = render_calendar(events, name="GoodKnee", alarm_at=alarm.time() if alarm else None)
        write_whole_file(ics, page, replace=True)
        _talk(asked, f"{ics}: {len(events)} events")
    if fit_folder is not None and kept and not proposal.blocked:
        with told_plainly(fit_folder):
            files = write_workouts(proposal.to_show, fit_folder, knowledge, made_at=kept[-1].at)
        _talk(asked, f"{fit_folder}: {len(files)} files")
    if asked.as_json:
        asked.print_json(proposal.document)
    else:
        _show(proposal.document, verbose=verbose)
    return BLOCKED if proposal.blocked else 0


def _talk(asked: Asked, text: str) -> None:
    if not asked.quiet:
        click.echo(text, err=True)


def _show(document: Mapping[str, Any], *, verbose: bool) -> None:
    reasons = {each["rule"]: each for each in document["reasons"]}
    if document["blocked"]:
        say("No plan for now. A warning sign comes first.")
        for sign in document["red_flags"]:
            say(f"{sign['rule']}: {sign['says']}", lead="  ")
        return
    if "check" in document["missing"]:
        say("There is no plan yet. Do the check first: goodknee check. It takes about three minutes.")
        return
    _show_head(document, reasons)
    for day in document["days"]:
        _show_day(day, reasons, verbose=verbose)
    _show_changes(document)
    if document["missing"]:
        say(f"A surer plan needs: {', '.join(document['missing'])}. Tell it with: goodknee log.")
    say(
        "This is not a diagnosis."
        + ("" if document["reviewed_by_clinician"] else " No clinician has reviewed it yet.")
    )
    if not document["accepted"]:
        say("This is a proposal. Say yes with: goodknee plan --accept")


def _show_head(document: Mapping[str, Any], reasons: Mapping[str, Any]) -> None:
    if document["phase"] is not None:
        say(f"{document['phase_name']}: {document['phase_goal']}")
        if document["phase_ends_when"]:
            say(f"It goes on when: {'; '.join(document['phase_ends_when'])}.")
    for rule in document["notes"]:
        if rule in reasons and rule != "next":
            say(reasons[rule]["says"])
    for cap in document["caps"]:
        if cap["rule"] in reasons:
            say(f"Limit: {reasons[cap['rule']]['says']}")


def _show_day(day: Mapping[str, Any], reasons: Mapping[str, Any], *, verbose: bool) -> None:
    when = date.fromisoformat(day["day"])
    for session in day["sessions"]:
        minutes = f", {session['minutes']:.0f} min" if session["minutes"] else ""
        click.echo(f"{when:%a} {when.day:>2} {when:%b}  {session['title']}{minutes}")
        lesson = session["details"].get("lesson")
        if lesson:
            say(f"Lesson: {lesson['title']} (goodknee learn {lesson['id']})", lead=" " * 9)
        if verbose:
            _show_session(session, reasons)


def _show_session(session: Mapping[str, Any], reasons: Mapping[str, Any]) -> None:
    for exercise in session["details"].get("exercises", ()):
        say(f"{exercise['name']}: {dose_words(exercise)}. {exercise.get('cue', '')}", lead=" " * 12)
    for rule in session["why"]:
        reason = reasons[rule]
        say(f"{rule}: {reason['says']} [{reason['evidence']}; {', '.join(reason['sources'])}]", lead=" " * 12)


def _show_changes(document: Mapping[str, Any]) -> None:
    if not document["changes"]:
        return
    say("What is another than in your plan:")
    for change in document["changes"]:
        say(f"{change['what']}. {change['why']}", lead="  ")


@verb
@click.option("--race", required=True, metavar="DISTANCE", help="5k, 10k, half, marathon, or such as 7.5km.")
@click.option(
    "--on",
    "on",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day you have in mind.",
)
def goal_verb(asked: Asked, race: str, on: datetime) -> int:
    """See the earliest honest date for a race, under every limit of the plan, in three ways it may go.

    The exit code is 3 when a warning sign blocks your plan.
    """
    knowledge = load_knowledge()
    try:
        distance_m = race_m(race, knowledge)
    except ValueError:
        raise click.BadParameter(
            f"{race!r} is no distance. Write 5k, 10k, half, marathon, or such as 7.5km.", param_hint="--race"
        ) from None
    with open_store(asked.folder) as store:
        today = asked.day(store.story_day)
        if on.date() <= today:
            raise click.BadParameter("Choose a day that lies ahead.", param_hint="--on")
        answer = goal_dates(
            store, knowledge, distance_m=distance_m, on=on.date(), today=today, home=asked.home
        )
    document = goal_document(answer, knowledge, race=race, distance_m=distance_m, on=on.date())
    if asked.as_json:
        asked.print_json(document)
    else:
        _show_goal(document)
    return BLOCKED if document["blocked"] else 0


def _show_goal(document: Mapping[str, Any]) -> None:
    on = date.fromisoformat(document["on"])
    click.echo(f"{document['race']} on {_day(on)}")
    if "check" in document["missing"]:
        say("Do the check first: goodknee check. It takes about three minutes.")
        return
    for reason in document["held"]:
        say(reason["says"])
    for way in document["scenarios"]:
        earliest = "no date" if way["earliest"] is None else _day(date.fromisoformat(way["earliest"]))
        click.echo(f"  {way['name'] + ':':<12} {earliest:<18} {way['says']}")
    say(document["says"])
    say(document["limits"])


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
