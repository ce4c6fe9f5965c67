"""Properties of policies: allowing more never refuses more, denying always wins, and judging never fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.pki.names import AltName, AltNameType, SubjectAttribute
from server.ra.patterns import name_pattern
from server.ra.policy import ANY, NONE, SubjectRules
from tests.ra.policy_samples import names_rule, policy, subject_rule, template

DNS, _, _, URI = AltNameType

# Few labels, so that names and patterns meet often.
LABELS = st.sampled_from(["a", "b", "c"])
DOMAINS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)
PATTERNS = st.builds(lambda prefix, domain: prefix + domain, st.sampled_from(["", "*.", "**."]), DOMAINS)
NAMES = st.builds(lambda prefix, domain: AltName(DNS, prefix + domain), st.sampled_from(["", "*."]), DOMAINS)
TEXT = st.text(alphabet="ab*", min_size=1, max_size=6)
SUBJECTS = st.lists(
    st.tuples(st.sampled_from(SubjectAttribute), st.text()), max_size=4, unique_by=lambda pair: pair[0]
).map(tuple)
ANY_NAMES = st.lists(st.builds(AltName, st.sampled_from(AltNameType), st.text() | DOMAINS), max_size=4).map(
    tuple
)


def passes(name: AltName, allowed: list[str], denied: list[str]) -> bool:
    section = names_rule(DNS, allowed=allowed, denied=denied, allow_wildcard_names=True)
    return not policy(alt_names=section).admit(template(subject=(), alt_names=(name,)))


@given(NAMES, st.lists(PATTERNS), st.lists(PATTERNS), st.lists(PATTERNS))
def test_allowing_more_never_refuses_more(
    name: AltName, allowed: list[str], more: list[str], denied: list[str]
) -> None:
    """Admission is monotone in the allowed patterns."""
    assert passes(name, allowed + more, denied) or not passes(name, allowed, denied)


@given(NAMES, st.lists(PATTERNS), st.lists(PATTERNS), st.lists(PATTERNS))
def test_denying_more_never_admits_more(
    name: AltName, allowed: list[str], denied: list[str], more: list[str]
) -> None:
    """Admission is antitone in the denied patterns."""
    assert passes(name, allowed, denied) or not passes(name, allowed, denied + more)


@given(NAMES, PATTERNS, st.lists(PATTERNS))
def test_denying_always_wins(name: AltName, pattern: str, allowed: list[str]) -> None:
    """What a denied pattern covers is refused, even if the same pattern allows it."""
    if name_pattern(DNS, pattern).covers(name.value):
        assert not passes(name, [*allowed, pattern], [pattern])


@given(DOMAINS, LABELS, st.lists(PATTERNS), st.lists(PATTERNS))
def test_a_wildcard_name_gets_nothing_that_its_names_would_not(
    domain: str, label: str, allowed: list[str], denied: list[str]
) -> None:
    """Whoever gets `*.d` could have had `x.d`, for any x: a wildcard leads around no rule."""
    if passes(AltName(DNS, f"*.{domain}"), allowed, denied):
        assert passes(AltName(DNS, f"{label}.{domain}"), allowed, denied)


@given(TEXT, st.lists(TEXT), st.lists(TEXT), st.lists(TEXT))
def test_subject_values_are_judged_alike(
    value: str, allowed: list[str], more: list[str], denied: list[str]
) -> None:
    """Monotone in what is allowed, antitone in what is denied, for subjects as for names."""
    few = subject_rule(SubjectAttribute.STATE, allowed=allowed, denied=denied)
    wide = subject_rule(SubjectAttribute.STATE, allowed=allowed + more, denied=denied)
    narrow = subject_rule(SubjectAttribute.STATE, allowed=allowed, denied=denied + more)
    assert _holds(wide, value) or not _holds(few, value)
    assert _holds(few, value) or not _holds(narrow, value)


def _holds(section: SubjectRules, value: str) -> bool:
    return policy(subject=section).subject_allows(SubjectAttribute.STATE, value)


@given(subject=SUBJECTS, alt_names=ANY_NAMES, section=st.sampled_from([ANY, NONE, None]))
def test_judging_never_fails(
    subject: tuple[tuple[SubjectAttribute, str], ...], alt_names: tuple[AltName, ...], section: object
) -> None:
    """Whatever stands in a template, the answer is violations that name a field and a rule."""
    parts = {} if section is None else {"subject": section, "alt_names": section}
    for violation in policy(**parts).admit(template(subject=subject, alt_names=alt_names)):
        assert violation.field.split("[")[0].split(".")[0] in {"subject", "alt_names"}
        assert violation.rule.isupper()
