"""The command line: verbs in, result on stdout, talk and progress on stderr.

A verb's module is imported when the verb is used, so ``goodknee --help`` stays quick.
"""

from __future__ import annotations

import gc
import json
import sys
from importlib import import_module

import click

from goodknee import __version__
from goodknee.errors import GoodKneeError
from goodknee.faces.cli.options import Asked, global_options
from goodknee.faces.cli.screen import on_one_line

#: verb → (module of this folder, what the list of verbs says of it)
VERBS = {
    "demo": ("report", "See what GoodKnee does: a simulated runner, start to finish."),
    "read": ("read", "Say what is in these files; store nothing."),
    "import": ("store", "Bring files and folders into your store."),
    "runs": ("store", "List your runs, show one, or get its original file back."),
    "settings": ("settings", "See or change your settings."),
    "shoes": ("settings", "See your shoes: km, age, which ran what."),
    "report": ("report", "Write your knee report."),
    "load": ("load", "See what each run cost your knee, and why."),
    "what-if": ("load", "See what a run would have cost, run otherwise."),
    "route": ("load", "See what a planned route would cost your knee."),
    "check": ("check", "Check your knee: what must be seen, what it fits, what may feed it."),
    "today": ("today", "May I run today? Go, with limits, rest, or see someone, and why."),
    "log": ("log", "Keep a diary: pain, signs, sessions, self tests."),
    "progress": ("progress", "See whether it is working, beside the noise."),
    "plan": ("plan", "See the next weeks, proposed; say yes to them."),
    "goal": ("plan", "The earliest honest date for a race."),
    "ask": ("ask", "Ask what the evidence says, in your own words."),
    "score": ("learn", "Score a questionnaire, or see what it asks."),
    "learn": ("learn", "Read the short lessons."),
    "refer": ("learn", "Write a page to take to a physio, doctor, form coach or podiatrist."),
    "lab": ("lab", "Say what each step of a motion trial costs the knee."),
    "knowledge": ("knowledge", "Is the knowledge pack sound, and who stands for it."),
}


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in VERBS:
            return None
        module = import_module(f"goodknee.faces.cli.{VERBS[cmd_name][0]}")
        verb: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_verb")
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Verbs"):
            formatter.write_dl([(name, says) for name, (_, says) in VERBS.items()])


@click.group(
    cls=_Verbs,
    params=global_options(),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="GoodKnee %(version)s")
@click.pass_context
def goodknee(ctx: click.Context) -> None:
    """A companion for runner's knee. Your files stay on this computer.

    Start with `goodknee demo`, then `goodknee import FOLDER` and `goodknee report`.
    """
    if ctx.invoked_subcommand is None:
        if ctx.ensure_object(Asked).as_json:
            raise click.UsageError("Say a verb.")
        click.echo(ctx.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # A verb makes many objects that live until it ends; looking through them for garbage costs a tenth.
    gc.set_threshold(100_000, 50, 50)
    as_json = "--json" in arguments
    try:
        code = goodknee.main(args=arguments, prog_name="goodknee", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "goodknee"
        _say(error.format_message(), where, f"See `{where} --help`.", as_json=as_json)
        sys.exit(2)
    except click.ClickException as error:
        _say(error.format_message(), "goodknee", "See `goodknee --help`.", as_json=as_json)
        sys.exit(2)
    except GoodKneeError as error:
        _say(error.what, error.where, error.next_step, as_json=as_json)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. What was saved before is kept.", err=True)
        sys.exit(130)


def _say(what: str, where: str, next_step: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps({"error": {"what": what, "where": where, "next": next_step}}, ensure_ascii=False)
        )
    else:
        lines = "\n".join((what, f"  where: {where}", f"  next:  {next_step}")).splitlines()
        click.echo("\n".join(map(on_one_line, lines)), err=True)
