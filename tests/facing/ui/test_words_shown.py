"""How values, moments and colours are shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from server.web.literals import UnknownLiteral
from server.web.refusals import Broken
from server.web.ui import forms, moments, words
from server.web.ui.static_files import STATIC

_NOW = datetime(2026, 11, 23, 21, 55, 4, tzinfo=UTC)
_ENUMS = ["KeyUsage", "ExtendedKeyUsage", "KeyAlgorithm", "SignatureAlgorithm", "Role", "RevocationReason"]


@pytest.mark.parametrize("name", _ENUMS)
def test_each_value_has_words_and_a_literal_that_leads_back(name: str) -> None:
    enum = words.enum_named(name)
    for literal, text in words.options(enum):
        number = words.number_of(enum, literal)
        assert words.spelled(enum, number) == text
        assert text
        assert "_" not in text


@pytest.mark.parametrize(
    ("name", "literal", "text"),
    [
        ("KeyUsage", "digital_signature", "Digital signature"),
        ("ExtendedKeyUsage", "server_auth", "TLS server authentication"),
        ("KeyAlgorithm", "EC_prime256v1", "ECDSA P-256"),
        ("SignatureAlgorithm", "RSA-SHA256", "RSA with SHA-256"),
    ],
)
def test_values_are_called_as_people_call_them(name: str, literal: str, text: str) -> None:
    assert (literal, text) in words.options(words.enum_named(name))


def test_nothing_is_unset_and_nonsense_is_refused() -> None:
    enum = words.enum_named("KeyUsage")
    assert words.number_of(enum, "") == 0
    with pytest.raises(UnknownLiteral):
        words.number_of(enum, "nonsense")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"), (59, "now"), (-59, "now"), (60, "in 1 minute"), (-60, "1 minute ago"),
        (7200, "in 2 hours"), (86400 * 3, "in 3 days"), (-86400 * 65, "2 months ago"),
        (86400 * 400, "in 1 year"),
    ],
)  # fmt: skip
def test_a_moment_from_now(seconds: int, text: str) -> None:
    assert moments.relative(_NOW + timedelta(seconds=seconds), _NOW) == text


def test_a_moment_exactly() -> None:
    assert moments.exact(_NOW) == "23 Nov 2026, 21:55 UTC"
    assert moments.iso(_NOW) == "2026-11-23T21:55:04Z"
    assert moments.when(Timestamp()) is None


def test_errors_stand_by_the_path_of_their_field() -> None:
    broken = (Broken("a.b[1].c", "R", "is wrong", "x, y"), Broken("a.b[1].c", "S", "is worse"))
    assert forms.errors_for(broken) == {"a.b[1].c": ["is wrong (allowed: x, y)", "is worse"]}
    assert forms.field_id("a.b[1].c") == "field-a-b-1-c"


def _themes() -> dict[str, dict[str, str]]:
    css = (STATIC / "site.css").read_text()
    light, dark = re.findall(r":root {(.*?)}", css, re.DOTALL)
    colours = [dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6})", part)) for part in (light, dark)]
    return {"light": colours[0], "dark": colours[0] | colours[1]}


_TEXTS = [
    *((ink, "paper") for ink in ("ink", "soft", "accent", "accent-strong", "bad")),
    *((ink, "sheet") for ink in ("ink", "soft", "accent", "accent-strong", "bad")),
    *((tone, f"{tone}-wash") for tone in ("good", "warn", "bad", "info")),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-bad", "bad"), ("on-bad", "bad-strong"),
    ("accent-strong", "accent-wash"), ("ink", "accent-wash"), ("ink", "raised"), ("soft", "raised"),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_keep_their_contrast(theme: str) -> None:
    """WCAG 2.2: 4.5 for text (1.4.3), 3 for the edges of controls (1.4.11)."""
    colours = _themes()[theme]
    wanted = [(pair, 4.5) for pair in _TEXTS] + [(("edge", "paper"), 3.0), (("edge", "sheet"), 3.0)]
    weak = {pair: _contrast(*(colours[f"--{name}"] for name in pair)) for pair, _ in wanted}
    assert {pair for pair, least in wanted if weak[pair] < least} == set()


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
