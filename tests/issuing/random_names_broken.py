"""The ways in which the names of an order can break its policy, each with what must be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from certmanager.v1 import policy_pb2
from tests.issuing.random_asks import Ask
from tests.issuing.random_matching import Name, canonical, covers, denies, rule_on
from tests.issuing.random_policies import Setting
from tests.issuing.random_subjects import settled_subject
from tests.issuing.random_words import FLAWS
from tests.ordering import DNS, EMAIL, IP, URI

P = policy_pb2
FORM, CSR, POLICY, CA = "FORM", "CSR", "POLICY", "CA"
"""The natures of violations, which decide the code and the reason of the answer."""
Told = tuple[str, str, str]
"""Field, rule and nature of a violation."""
_TITLES: dict[int, str] = {DNS: "DNS", IP: "IP", EMAIL: "EMAIL", URI: "URI"}
_STRANGERS: tuple[Name, ...] = (
    *(
        (DNS, text)
        for text in ("www.evil.example", "example.com.evil.example", "example.com", "a.b.c.example.com")
    ),
    *(
        (DNS, text)
        for text in ("admin.example.com", "x.secret.example.com", "*.example.com", "*.evil.example")
    ),
    *(
        (IP, text)
        for text in ("11.0.0.0", "9.255.255.255", "10.66.1.1", "192.0.2.8", "2001:db9::", "2001:db8:66::1")
    ),
    *(
        (EMAIL, text)
        for text in ("joe@evil.example", "root@example.com", "joe@a.example.com", "jo@example.com")
    ),
    *(
        (URI, text)
        for text in ("spiffe://evil.example/a", "spiffe://example.org/nsx", "http://example.org/app")
    ),
    *(
        (URI, text)
        for text in (
            "spiffe://example.org/admin/x",
            "https://example.org/apps",
            "https://example.org/app/admin",
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Way:
    """An order with one thing broken, and all that must be told of it."""

    ask: Ask
    told: tuple[Told, ...]


def name_rules(policy: P.CertificatePolicy, name: Name) -> list[str]:
    """The rules that a canonical name breaks."""
    if policy.HasField("any_alt_names"):
        return []
    rule, title = rule_on(policy, name[0]), _TITLES[name[0]]
    found = []
    if any(denies(pattern, name) for pattern in rule.denied):
        found = [f"{title}_DENIED"]
    elif not any(covers(pattern, name) for pattern in (*rule.allowed, *rule.required)):
        found = [f"{title}_NOT_ALLOWED"]
    is_wild = name[1].startswith("*.") and not rule.allow_wildcard_names
    return [*found, "WILDCARD_NOT_ALLOWED"] if is_wild else found


def strange_names(setting: Setting, ask: Ask) -> Iterator[Way]:
    """One more name, which the policy does not allow."""
    for name in _STRANGERS:
        rules = name_rules(setting.policy, name)
        if rules and canonical(name) not in listed(ask):
            longer, field = _with_name(ask, name)
            yield Way(longer, tuple((field, rule, POLICY) for rule in rules))


def malformed_names(_: Setting, ask: Ask) -> Iterator[Way]:
    """One more name, which is none."""
    if ask.csr_names and not ask.names:
        return  # the attributes would then have to repeat those of the CSR
    for kind, flaws in FLAWS.items():
        for text, rule in flaws:
            field = f"attributes.alt_names[{len(ask.names)}].value"
            yield Way(replace(ask, names=(*ask.names, (kind, text))), ((field, rule, FORM),))


def missing_names(setting: Setting, ask: Ask) -> Iterator[Way]:
    """No name of a required pattern."""
    subject = settled_subject(setting, ask.subject, ask.csr_subject)
    text = subject.get("common_name", "")
    if "." in text or "@" in text or ":" in text or not subject:
        return  # it would stand in for a name, or be missed among them
    for rule in setting.policy.alt_name_rules.rules:
        for pattern in rule.required:
            kept = [name for name in listed(ask) if name[0] != rule.type or not covers(pattern, name)]
            lost = [
                (_TITLES[each.type], wanted)
                for each in setting.policy.alt_name_rules.rules
                for wanted in each.required
                if not any(name[0] == each.type and covers(wanted, name) for name in kept)
            ]
            told = tuple(("attributes.alt_names", f"{title}_REQUIRED", POLICY) for title, _ in lost)
            yield Way(replace(ask, names=_only(ask.names, kept), csr_names=_only(ask.csr_names, kept)), told)


def other_names_than_the_csr(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A name more in the attributes than in the CSR, allowed or not."""
    if ask.csr_names:
        others = [name for name in _STRANGERS if canonical(name) not in listed(ask)]
        for name in others:
            more = (*ask.csr_names, name)
            yield Way(replace(ask, names=more), (("attributes.alt_names", "CONTRADICTS_CSR", FORM),))


def listed(ask: Ask) -> list[Name]:
    """The canonical names that an order asks for."""
    return [canonical(name) for name in ask.names or ask.csr_names]


def _only(names: Sequence[Name], kept: Sequence[Name]) -> tuple[Name, ...]:
    return tuple(name for name in names if canonical(name) in kept)


def _with_name(ask: Ask, name: Name) -> tuple[Ask, str]:
    """The order with one more name where it says its names, and the field of that name."""
    if ask.csr_names and not ask.names:
        return replace(ask, csr_names=(*ask.csr_names, name)), ask.source
    field = f"attributes.alt_names[{len(ask.names)}].value"
    more = {"csr_names": (*ask.csr_names, name)} if ask.csr_names else {}
    return replace(ask, names=(*ask.names, name), **more), field  # type: ignore[arg-type]
