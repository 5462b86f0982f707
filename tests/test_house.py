"""The house keeps its own rules: what core may import, what stays public, what is written down."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import goodknee
from goodknee.faces.cli import VERBS
from goodknee.faces.cli import goodknee as command_line

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCE = CHECKOUT / "src" / "goodknee"

#: what core may import beside itself: the standard library's plain tools and numpy
CORE_MAY_IMPORT = {"__future__", "goodknee", "numpy"} | {
    *("bisect", "collections", "dataclasses", "datetime", "difflib", "enum", "functools", "itertools"),
    *("math", "operator", "re", "statistics", "string", "types", "typing", "unicodedata"),
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "__import__"}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_core_imports_only_what_is_pure() -> None:
    strangers = {
        str(path.relative_to(SOURCE)): extra
        for path in (SOURCE / "core").rglob("*.py")
        if (extra := imports_of(path) - CORE_MAY_IMPORT)
    }
    assert strangers == {}


def test_core_opens_and_prints_nothing() -> None:
    calls = [
        f"{path.name}:{node.lineno} {node.func.id}"
        for path in (SOURCE / "core").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS
    ]
    assert calls == []


def test_every_public_name_can_be_had_and_only_those() -> None:
    for name in goodknee.__all__:
        assert getattr(goodknee, name) is not None
    assert set(goodknee.__all__) <= set(dir(goodknee))
    assert not hasattr(goodknee, "no_such_name")


def test_public_names_are_lazy() -> None:
    heavy = {"numpy", "lxml", "pyarrow", "sqlalchemy", "altair", "pydantic"}
    code = "import sys, goodknee; print(*sorted(set(sys.modules)))"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert heavy.isdisjoint(modules)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom goodknee.faces.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(*sorted(set(sys.modules)), file=sys.stderr)"
    )
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stderr.split()
    assert {"numpy", "lxml", "pyarrow", "sqlalchemy", "altair", "pydantic", "rich"}.isdisjoint(modules)


def test_every_verb_is_documented_and_describes_itself() -> None:
    reference = (CHECKOUT / "docs" / "reference" / "cli.md").read_text("utf-8")
    for name in VERBS:
        verb = command_line.get_command(None, name)  # type: ignore[arg-type] # our group needs no context
        assert verb is not None
        assert verb.help
        assert f"goodknee {name}" in reference


def test_every_relative_link_in_the_docs_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(CHECKOUT)}: {target}"
        for page in [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *(CHECKOUT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_modules_have_names_that_say_something() -> None:
    silent = {"utils", "helpers", "common", "misc", "manager"}
    assert [path for path in SOURCE.rglob("*.py") if path.stem in silent] == []


def test_locks_name_no_address() -> None:
    for lock in (CHECKOUT / "locks").glob("*.txt"):
        assert "://" not in lock.read_text("utf-8")
