"""The files that docs/cli.md shows do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.commands import Desk, desk_at
from tests.serving import Live

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
_FILE = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
async def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, with the page's policy and profile created from its files."""
    made = desk_at(sqlite_live, tmp_path)
    for name, text in _FILE.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text)
    await made.done("policy", "create", "-f", "web.yaml")
    await made.done("profile", "create", "-f", "shop.yaml")
    return made


async def test_the_page_s_diff_is_true(desk: Desk) -> None:
    """To the letter."""
    (desk.home / "web-80d.yaml").write_text((desk.home / "web.yaml").read_text().replace("90d", "80d"))
    outcome = await desk.run("policy", "diff", "web", "-f", "web-80d.yaml")
    assert outcome.code == 1
    assert outcome.out in PAGE.read_text(encoding="utf-8")


async def test_the_page_s_dry_run_is_true(desk: Desk) -> None:
    """The table is that of the page."""
    names = ("--cn", "shop.example.com", "--dns", "shop.example.com", "--ip", "192.0.2.1")
    outcome = await desk.run("issue", "--profile", "shop", *names, "--ttl", "1y", "--dry-run")
    assert outcome.code == 3
    assert outcome.out[outcome.out.index("FIELD") :] in PAGE.read_text(encoding="utf-8")


async def test_the_page_s_certificate_is_issued(desk: Desk) -> None:
    """With the files and the lines of the page."""
    out = await desk.done("issue", "--profile", "shop", "--cn", "shop.example.com")
    lines = [line for line in out.splitlines() if " in:" in line]
    assert "\n".join(lines) in PAGE.read_text(encoding="utf-8")
    assert "auto-renewal:    at " in out
