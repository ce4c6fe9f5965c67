"""Patterns: what each kind covers and touches at its boundaries, and that nothing makes one crash."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pki.names import AltNameType, NameFault, alt_name
from server.ra.patterns import Pattern, PatternFault, TextPattern, compiled, name_pattern
from tests.ra.pattern_cases import COVERED, NOT_COVERED

DNS, IP, EMAIL, URI = AltNameType

LABELS = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
DOMAINS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)
ADDRESSES = st.ip_addresses().map(str)
EMAILS = st.builds(lambda local, domain: f"{local}@{domain}", LABELS, DOMAINS)
URIS = st.builds(
    lambda domain, path: f"https://{domain}{path}",
    DOMAINS,
    st.lists(LABELS, max_size=3).map(lambda labels: "".join(f"/{label}" for label in labels)),
)
NAMES = {DNS: DOMAINS | DOMAINS.map("*.{}".format), IP: ADDRESSES, EMAIL: EMAILS, URI: URIS}
PATTERNS = {
    DNS: st.builds(lambda prefix, domain: prefix + domain, st.sampled_from(["", "*.", "**."]), DOMAINS)
    | st.just("**"),
    IP: st.sampled_from(["10.0.0.0/8", "::/0", "0.0.0.0/0", "2001:db8::/32"]) | ADDRESSES,
    EMAIL: EMAILS | DOMAINS,
    URI: URIS | URIS.map("{}/".format),
}


@pytest.mark.parametrize(("type_", "pattern", "name"), COVERED)
def test_a_pattern_covers(type_: AltNameType, pattern: str, name: str) -> None:
    """What a pattern stands for is allowed by it."""
    assert name_pattern(type_, pattern).covers(name)


@pytest.mark.parametrize(("type_", "pattern", "name"), NOT_COVERED)
def test_a_pattern_does_not_cover(type_: AltNameType, pattern: str, name: str) -> None:
    """The nearest names on the far side of each boundary are not allowed."""
    assert not name_pattern(type_, pattern).covers(name)


@pytest.mark.parametrize(
    ("type_", "pattern", "name"),
    [
        (DNS, "secret.example.com", "*.example.com"),
        (DNS, "*.example.com", "*.example.com"),
        (DNS, "**.example.com", "*.a.example.com"),
        (DNS, "**", "*.com"),
        (IP, "10.0.0.0/8", "::ffff:10.0.0.1"),
        (EMAIL, "root@example.com", "Root@example.com"),
        (URI, "https://example.com/a", "https://example.com:8443/a"),
        (URI, "https://example.com:443/a", "https://example.com/a"),
        (URI, "https://[2001:db8::1]/a", "https://[2001:db8::1]:8443/a"),
        (URI, "https://example.com/a", "https://example.com/a/b?c=d"),
        (URI, "https://example.com/a/", "https://example.com/a"),
        (URI, "https://example.com/a?b=c", "https://example.com/a?b=c#d"),
        (URI, "https://example.com/a;b", "https://example.com/a%3Bb"),
    ],
)
def test_a_pattern_touches_more_than_it_covers(type_: AltNameType, pattern: str, name: str) -> None:
    """What a name stands for, or is taken for by some reader, is denied with it."""
    assert name_pattern(type_, pattern).touches(name)


@pytest.mark.parametrize(
    ("type_", "pattern", "name"),
    [
        (DNS, "example.com", "*.example.com"),
        (DNS, "a.b.example.com", "*.example.com"),
        (DNS, "*.a.example.com", "*.example.com"),
        (DNS, "com", "*.com"),
        (IP, "10.0.0.0/8", "11.0.0.0"),
        (IP, "10.0.0.0/8", "nonsense"),
        (IP, "::1", "::2"),
        (EMAIL, "root@example.com", "ann@example.com"),
        (EMAIL, "example.com", "ann@a.example.com"),
        (URI, "https://example.com/a", "http://example.com/a"),
        (URI, "https://example.com/a", "https://a.example.com/a"),
        (URI, "https://example.com/a", "https://example.com/ab"),
        (URI, "https://example.com:8443/a", "https://example.com/a"),
        (URI, "https://example.com/a?b=c", "https://example.com/a"),
        (URI, "https://example.com/a", "nonsense"),
    ],
)
def test_a_pattern_does_not_touch(type_: AltNameType, pattern: str, name: str) -> None:
    """What is denied reaches no further than its own boundary."""
    assert not name_pattern(type_, pattern).touches(name)


@pytest.mark.parametrize(
    ("type_", "pattern", "rule"),
    [
        *((type_, "", "PATTERN_EMPTY") for type_ in AltNameType),
        *((type_, "a" * 2049, "PATTERN_TOO_LONG") for type_ in AltNameType),
        (DNS, "*", "PATTERN_WILDCARD"),
        (DNS, "***", "PATTERN_WILDCARD"),
        (DNS, "**a.example.com", "PATTERN_WILDCARD"),
        (DNS, "**.", "PATTERN_MALFORMED"),
        (DNS, "a.*.example.com", "PATTERN_WILDCARD"),
        (DNS, "a*.example.com", "PATTERN_WILDCARD"),
        (DNS, "*.*.example.com", "PATTERN_WILDCARD"),
        (DNS, "***.example.com", "PATTERN_WILDCARD"),
        (DNS, "*.", "PATTERN_MALFORMED"),
        (DNS, ".example.com", "PATTERN_MALFORMED"),
        (DNS, "example.com.", "PATTERN_MALFORMED"),
        (DNS, "exa mple.com", "PATTERN_MALFORMED"),
        (DNS, "10.0.0.1", "PATTERN_MALFORMED"),
        (IP, "10.0.0.1/8", "PATTERN_MALFORMED"),
        (IP, "10.0.0.0/33", "PATTERN_MALFORMED"),
        (IP, "10.0.0.0/08", "PATTERN_MALFORMED"),
        (IP, "10.0.0.0/255.0.0.0", "PATTERN_MALFORMED"),
        (IP, "010.0.0.1", "PATTERN_MALFORMED"),
        (IP, "10.0.0.0/", "PATTERN_MALFORMED"),
        (IP, "fe80::1%eth0", "PATTERN_MALFORMED"),
        (IP, "::ffff:10.0.0.0/104", "PATTERN_MALFORMED"),
        (IP, "example.com", "PATTERN_MALFORMED"),
        (EMAIL, "*@example.com", "PATTERN_WILDCARD"),
        (EMAIL, "*.example.com", "PATTERN_WILDCARD"),
        (EMAIL, "@example.com", "PATTERN_MALFORMED"),
        (EMAIL, "ann@", "PATTERN_MALFORMED"),
        (EMAIL, "a b@example.com", "PATTERN_MALFORMED"),
        (URI, "https://*.example.com", "PATTERN_WILDCARD"),
        (URI, "spiffe://example.org/*", "PATTERN_WILDCARD"),
        (URI, "/", "PATTERN_MALFORMED"),
        (URI, "https:///", "PATTERN_MALFORMED"),
        (URI, "example.com/a", "PATTERN_MALFORMED"),
        (URI, "https://ann@example.com/", "PATTERN_MALFORMED"),
        (URI, "https://example.com/a/../b", "PATTERN_MALFORMED"),
        (URI, "https://example.com/a/%2e%2e/b", "PATTERN_MALFORMED"),
        (URI, "https://example.com//a", "PATTERN_MALFORMED"),
        (URI, "https://example.com/a//", "PATTERN_MALFORMED"),
        (URI, "https://example.com/a#b", "PATTERN_MALFORMED"),
        (URI, "https://example.com:0/", "PATTERN_MALFORMED"),
    ],
)
def test_a_malformed_pattern_is_refused(type_: AltNameType, pattern: str, rule: str) -> None:
    """What has no clear meaning never becomes a pattern."""
    with pytest.raises(PatternFault) as caught:
        name_pattern(type_, pattern)
    assert caught.value.rule == rule


def test_a_fault_tells_its_place() -> None:
    """The one bad pattern of a list is named by its place."""
    with pytest.raises(PatternFault) as caught:
        compiled("denied", ["a*", "b", ""], TextPattern.parse)
    assert caught.value.field == "denied[2]"


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("Example", "Example"),
        ("*", ""),
        ("*", "anything at all"),
        ("Example*", "Example"),
        ("Example *", "Example Ltd"),
        ("* GmbH", "Example GmbH"),
        ("E*e L*d", "Example Ltd"),
        ("a*b*a", "aba"),
        ("*ab*ab*", "abab"),
        ("a.c [x]+$", "a.c [x]+$"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_a_text_pattern_covers(pattern: str, value: str) -> None:
    """`*` is any run of characters, and every other character is itself."""
    assert TextPattern.parse(pattern).covers(value)


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("Example", "example"),
        ("Example", "Example "),
        ("Example*", "An Example"),
        ("* GmbH", "Example GmbH & Co"),
        ("ab*ba", "aba"),
        ("a*b*b", "ab"),
        ("*ab*ab*", "aab"),
        ("a*b*c", "acb"),
        ("a.c", "abc"),
        ("[ab]", "a"),
        ("a?", "ab"),
    ],
)
def test_a_text_pattern_does_not_cover(pattern: str, value: str) -> None:
    """Case counts, pieces do not overlap, and nothing is an expression."""
    assert not TextPattern.parse(pattern).covers(value)


@pytest.mark.parametrize(
    "value", ["EVIL CORP", "evil corp", "Evil  Corp", "Evil\u00a0Corp", "E\u200bvil Corp", "\uff25vil Corp"]
)
def test_a_text_pattern_touches_other_spellings(value: str) -> None:
    """A denied value does not return in capitals, with more space, or with invisible characters."""
    assert TextPattern.parse("Evil *").touches(value)


def test_matching_text_takes_no_backtracking() -> None:
    """A pattern made to explode a backtracking matcher is decided at once."""
    pattern = TextPattern.parse("*a" * 1000 + "b")
    began = time.perf_counter()
    assert not pattern.covers("a" * 20_000)
    assert time.perf_counter() - began < 0.5


@given(DOMAINS, st.text() | DOMAINS)
def test_what_a_deep_pattern_covers_lies_below_its_domain(domain: str, other: str) -> None:
    """Whatever `**.d` admits ends in `.d` with something before it."""
    pattern = name_pattern(DNS, f"**.{domain}")
    for name in (other, f"{other}.{domain}", f"{other}{domain}"):
        assert not pattern.covers(name) or (name.endswith(f".{domain}") and name != f".{domain}")


@given(DOMAINS, LABELS)
def test_what_a_wildcard_name_stands_for_is_covered_with_it(domain: str, label: str) -> None:
    """A pattern that covers a wildcard name covers each name that this stands for."""
    for pattern in (f"*.{domain}", f"**.{domain}", domain, f"{label}.{domain}"):
        compiled_ = name_pattern(DNS, pattern)
        assert not compiled_.covers(f"*.{domain}") or compiled_.covers(f"{label}.{domain}")


@pytest.mark.parametrize("type_", AltNameType)
@given(st.data())
def test_touching_is_wider_than_covering(type_: AltNameType, data: st.DataObject) -> None:
    """What can be allowed by a pattern can be denied by it."""
    pattern = name_pattern(type_, data.draw(PATTERNS[type_].filter(lambda text: _is_pattern(type_, text))))
    name = data.draw(NAMES[type_])
    assert pattern.touches(name) or not pattern.covers(name)


@pytest.mark.parametrize("type_", AltNameType)
@given(st.data())
def test_a_pattern_covers_itself(type_: AltNameType, data: st.DataObject) -> None:
    """A canonical name, written as a pattern, covers at least that name."""
    name = alt_name(type_, data.draw(NAMES[type_].filter(lambda text: _is_name(type_, text)))).value
    assert name_pattern(type_, name).covers(name)


@pytest.mark.parametrize("type_", AltNameType)
@given(st.data())
def test_compiling_a_pattern_again_changes_nothing(type_: AltNameType, data: st.DataObject) -> None:
    """A pattern's text is canonical."""
    pattern = name_pattern(type_, data.draw(PATTERNS[type_].filter(lambda text: _is_pattern(type_, text))))
    assert name_pattern(type_, pattern.text) == pattern


@pytest.mark.parametrize("type_", AltNameType)
@given(pattern=st.text(), name=st.text())
def test_no_text_makes_a_pattern_crash(type_: AltNameType, pattern: str, name: str) -> None:
    """Any text is a pattern or a PatternFault, and any other text is matched or not."""
    with suppress(PatternFault):
        _ask(name_pattern(type_, pattern), name)


@pytest.mark.parametrize("type_", AltNameType)
@given(st.data())
def test_no_text_makes_a_good_pattern_crash(type_: AltNameType, data: st.DataObject) -> None:
    """A good pattern answers for any text, whatever its type."""
    names = st.text() | st.one_of(*NAMES.values())
    _ask(
        name_pattern(type_, data.draw(PATTERNS[type_].filter(lambda t: _is_pattern(type_, t)))),
        data.draw(names),
    )


@given(pattern=st.text(min_size=1), value=st.text())
def test_no_text_makes_a_text_pattern_crash(pattern: str, value: str) -> None:
    """Any text that is not empty is a text pattern, and covers itself."""
    compiled_ = TextPattern.parse(pattern)
    _ask(compiled_, value)
    assert compiled_.covers(compiled_.text)


def _ask(pattern: Pattern, name: str) -> None:
    assert pattern.touches(name) in {True, False}
    assert pattern.covers(name) in {True, False}


def _is_name(type_: AltNameType, text: str) -> bool:
    try:
        return bool(alt_name(type_, text))
    except NameFault:
        return False


def _is_pattern(type_: AltNameType, text: str) -> bool:
    try:
        return bool(name_pattern(type_, text))
    except PatternFault:
        return False
