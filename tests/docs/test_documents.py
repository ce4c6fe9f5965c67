"""The documents say what the program does: their tables are complete, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server import config
from server.errors import Reason
from server.ra.policy.rules import Rule

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
)
LINK = re.compile(r"\]\(([^)#:]+)(?:#([^)]*))?\)")
RULE_PAGES = ("docs/issuance.md", "docs/authorities.md", "docs/errors.md")
CODE_RULE = re.compile(r'"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)", (?:f?"|message|str\()')


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def anchors(page: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_to_a_file_and_its_heading(page: str) -> None:
    """A page that was moved or renamed leaves no dead link."""
    dead = []
    for target, anchor in LINK.findall(text(page)):
        path = (ROOT / page).parent / target
        if not path.exists() or (anchor and anchor not in anchors(str(path.resolve().relative_to(ROOT)))):
            dead.append(f"{target}#{anchor}")
    assert dead == []


@pytest.mark.parametrize("name", config.Settings.model_fields)
def test_each_setting_is_told_as_the_program_does(name: str) -> None:
    """Flag, default and meaning in the table are those of server/config.py."""
    info = config.Settings.model_fields[name]
    spelling = config.flag(name) if name in config.flags() else config.PREFIX + name.upper()
    rows = [line for line in text("docs/settings.md").splitlines() if line.startswith(f"| `{spelling}`")]
    assert len(rows) == 1
    default, meaning = (cell.strip() for cell in rows[0].strip("| ").split("|")[-2:])
    shown = (
        {None: "", "": "", True: "on", False: "off"} if isinstance(info.default, bool | str | None) else {}
    )
    assert meaning == info.description
    assert default == shown.get(info.default, f"`{info.default}`")


@pytest.mark.parametrize("reason", Reason)
def test_the_page_on_errors_has_every_reason(reason: Reason) -> None:
    """No error arrives that cannot be looked up."""
    assert f"`{reason.value}`" in text("docs/errors.md")


@pytest.mark.parametrize("rule", Rule)
def test_the_page_on_issuance_has_every_rule_of_policies(rule: Rule) -> None:
    """No violation of a policy arrives that cannot be looked up."""
    assert f"`{rule.name}`" in text("docs/issuance.md")


def test_the_pages_have_the_rules_that_the_code_writes() -> None:
    """The names beside a sentence in the floors that judge are all told, on one of the pages."""
    pages = "".join(map(text, RULE_PAGES))
    found = {
        name
        for floor in ("pki", "ca", "ra", "api", "web/rest")
        for path in (ROOT / "server" / floor).rglob("*.py")
        for name in CODE_RULE.findall(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 60, "the pattern finds no rules any more"
    assert {name for name in found if f"`{name}`" not in pages} == {"GRPC_VERBOSITY"}, (
        "all but a variable of gRPC's"
    )


def test_the_readme_is_short() -> None:
    """A README that nobody reads to its end helps nobody."""
    assert len(text("README.md").splitlines()) <= 200
