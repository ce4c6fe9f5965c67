"""Templates and scripts as they stand: nothing inline, nothing from elsewhere, nothing evaluated."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from server.web.ui.static_files import STATIC

_TEMPLATES = sorted((STATIC.parent / "templates").rglob("*.html"))


class _Tags(HTMLParser):
    """Collects what a strict policy would not run or show."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.inline += [
            f"{tag} {name}" for name in names if name == "style" or name.startswith(("on", "hx-on"))
        ]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in names) else []
        if "download" in names:
            return  # octets of the page itself, to be saved
        links = (names.get("href") or "", names.get("src") or "", names.get("action") or "")
        self.inline += [
            f"{tag} {link}" for link in links if re.match(r"(?i)\s*(javascript|data|https?):|//", link)
        ]


@pytest.mark.parametrize("template", _TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_anything_inline_or_from_elsewhere(template: Path) -> None:
    tags = _Tags()
    tags.feed(re.sub(r"(?s){%.*?%}|{#.*?#}", " ", template.read_text()))
    assert tags.inline == []


@pytest.mark.parametrize("script", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
def test_our_scripts_are_small_and_evaluate_nothing(script: Path) -> None:
    text = script.read_text()
    assert len(text.splitlines()) <= 200
    assert not re.search(r"\beval\b|new Function|https?://|\.style\b|sourceMappingURL", text)


def test_the_vendored_script_is_the_one_that_its_notes_name() -> None:
    notes = (STATIC / "vendor" / "README.md").read_text()
    for file in (STATIC / "vendor").glob("*.js"):
        content = file.read_bytes()
        assert hashlib.sha256(content).hexdigest() in notes, file.name
        assert b"sourceMappingURL" not in content
    assert (STATIC / "vendor" / "htmx.LICENSE").exists()
