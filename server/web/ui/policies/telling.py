"""A policy in plain sentences, section by section."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from markupsafe import Markup

from certmanager.v1.policy_pb2 import AltNameRule, CertificatePolicy, SubjectRule
from server.web.ui.editing.sentences import Told, codes, listed, member, say
from server.web.ui.editing.spans import told_span

Sentences = Iterator[Markup]


def told(policy: CertificatePolicy) -> list[Told]:
    """All sections, also those that allow nothing: that is what they say."""
    return [Told(title, list(tell(policy))) for title, tell in _SECTIONS]


def _alt_names(policy: CertificatePolicy) -> Sentences:
    yield from _three(policy, "alt_names", none="No alternative names may be asked for.")
    for rule in policy.alt_name_rules.rules:
        yield _rule(rule)
        if rule.required:
            yield say("Some name must match each of {}.", codes(rule.required))
        if rule.allow_wildcard_names:
            yield say("Wildcard names themselves, as <code>*.example.com</code>, may be asked for.")


def _subject(policy: CertificatePolicy) -> Sentences:
    yield from _three(policy, "subject", none="No subject may be asked for.")
    for rule in policy.subject_rules.rules:
        yield _rule(rule)
        if rule.required:
            yield say("{}: must be present.", _kind(rule))
    yield say(_COMMON_NAME[policy.common_name_mode])


def _rule(rule: AltNameRule | SubjectRule) -> Markup:
    allowed = say("may be {}", codes(rule.allowed)) if rule.allowed else say("nothing is allowed")
    denied = say(", but not {}", codes(rule.denied)) if rule.denied else ""
    return say("{}: {}{}.", _kind(rule), allowed, denied)


def _kind(rule: AltNameRule | SubjectRule) -> str:
    return member(rule, "type")


def _keys(policy: CertificatePolicy) -> Sentences:
    yield from _three(policy, "key_algorithms", none="No key is allowed: nothing can be issued.")
    if policy.HasField("key_algorithm_rules"):
        yield say("Allowed: {}.", listed(policy.key_algorithm_rules, "allowed"))
    if policy.allow_key_reuse:
        yield say("A renewal may certify the same key again.")
    else:
        yield say("Each renewal needs a new key.")


def _signatures(policy: CertificatePolicy) -> Sentences:
    yield from _three(policy, "signature_algorithms", none="The CA signs with the default of its key.")
    if policy.HasField("signature_algorithm_rules"):
        yield say("Allowed: {}.", listed(policy.signature_algorithm_rules, "allowed"))


def _usages(policy: CertificatePolicy) -> Sentences:
    yield from _three(
        policy, "key_usages", none="No key usages may be asked for; those of a CA follow from its being one."
    )
    yield from _used(policy.key_usage_rules)


def _extended(policy: CertificatePolicy) -> Sentences:
    yield from _three(policy, "extended_key_usages", none="No extended key usages may be asked for.")
    rules = policy.extended_key_usage_rules
    yield from _used(rules)
    if rules.allowed_oids:
        yield say("May be asked for, by OID: {}.", codes(rules.allowed_oids))
    if rules.required_oids:
        yield say("In each certificate, by OID: {}.", codes(rules.required_oids))


def _used(rules: Any) -> Sentences:
    if rules.allowed:
        yield say("May be asked for: {}.", listed(rules, "allowed"))
    if rules.required:
        yield say("In each certificate: {}.", listed(rules, "required"))


def _validity(policy: CertificatePolicy) -> Sentences:
    rule = policy.validity
    usual = told_span(rule.default_lifetime) if rule.HasField("default_lifetime") else ""
    yield say(
        "Usually {}.", usual or "90 days, or what is nearest to it between the shortest and the longest"
    )
    longest = told_span(rule.max_lifetime) if rule.HasField("max_lifetime") else "as long as the CA allows"
    yield say("At most {}.", longest)
    yield say("At least {}.", told_span(rule.min_lifetime) if rule.HasField("min_lifetime") else "1 minute")
    back = told_span(rule.backdate) if rule.HasField("backdate") else "60 seconds"
    if rule.HasField("backdate") and not rule.backdate.seconds:
        yield say("The beginning is the moment of issuance.")
        return
    yield say("The beginning is set back by {}, at most by a tenth of the lifetime.", back)


def _extensions(policy: CertificatePolicy) -> Sentences:
    yield from _three(policy, "custom_extensions", none="No custom extensions may be asked for.")
    for rule in policy.custom_extension_rules.rules:
        need = "must be there" if rule.required else "may be asked for"
        critical = ", critical or not" if rule.allow_critical else ", not critical"
        yield say("{} {}{}.", codes([rule.oid]), need, critical)


def _ca(policy: CertificatePolicy) -> Sentences:
    if not policy.HasField("ca"):
        yield say("No CA certificates may be asked for.")
        return
    yield say(
        "Only CA certificates may be asked for."
        if policy.ca.required
        else "CA certificates may be asked for."
    )
    if policy.ca.HasField("max_path_length"):
        yield say("Their path length is at most {}.", policy.ca.max_path_length)


def _three(policy: CertificatePolicy, section: str, *, none: str) -> Sentences:
    """Any or none; of rules nothing, but that there are none where the list is empty."""
    chosen = policy.WhichOneof(section)
    if chosen is None:
        yield say(none)
    elif chosen == f"any_{section}":
        yield say("Any may be asked for.")
    elif not getattr(policy, chosen).ListFields():
        yield say("By rules, but there are none: nothing may be asked for.")


_COMMON_NAME: Final = {
    0: "A common name that is a DNS name is added to the alternative names.",
    1: "A common name that is a DNS name is added to the alternative names.",
    2: "The common name must be one of the alternative names.",
    3: "The common name and the alternative names have nothing to do with each other.",
}
_SECTIONS: Final[list[tuple[str, Callable[[CertificatePolicy], Sentences]]]] = [
    ("Alternative names", _alt_names),
    ("Subject", _subject),
    ("Keys", _keys),
    ("Signatures", _signatures),
    ("Key usages", _usages),
    ("Extended key usages", _extended),
    ("Validity", _validity),
    ("Custom extensions", _extensions),
    ("CA certificates", _ca),
]
