"""The sheet for a visit as one page: no network, no scripts, exactly one A4 page on paper."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from goodknee.core.assess.referral import Sheet, SheetPack
from goodknee.core.knowledge import Pack

#: Lines to write on: where nothing was tried yet, and in each box at the end, which shows as many as fit.
BLANK_LINES, BOX_LINES = 3, 20


def render_sheet(sheet: Sheet, pack: SheetPack, label: Pack, *, version: str) -> str:
    """Return the sheet as one self-contained HTML page.

    Args:
        sheet: What stands on it.
        pack: Whose fixed words frame it.
        label: Version and reviewers of the pack.
        version: Of this program.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("goodknee.writers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates = files("goodknee.writers") / "templates"
    css = "".join((templates / name).read_text(encoding="utf-8") for name in ("report.css", "refer.css"))
    page = pack.referral.page
    names = ", ".join(reviewer.name for reviewer in label.reviewers)
    return environment.get_template("refer.html.j2").render(
        sheet=sheet,
        page=page,
        language=pack.words.language,
        safety=pack.red_flags.policy.safety_text,
        made=page["made"].format(
            day=pack.words.day_and_year(sheet.made_on), version=version, rules=label.version
        ),
        reviewed=page["reviewed"].format(names=names) if names else page["unreviewed"],
        blank_lines=BLANK_LINES,
        box_lines=BOX_LINES,
        css=css,
        css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
    )
