"""Judges issued certificates by the design page "behaviour"; shares no code with the server's policies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate

from certmanager.v1 import policy_pb2
from tests.issuing.policy_rules import SUBJECT
from tests.issuing.random_asks import SERVER, Ask, own_key
from tests.issuing.random_matching import Name, admits, admits_value, canonical, covers
from tests.issuing.random_policies import Setting
from tests.issuing.random_profiles import bounds, extended_rules, signatures
from tests.issuing.random_reading import Content
from tests.issuing.random_subjects import required, settled_subject
from tests.issuing.random_words import OF_CAS, can
from tests.ordering import DAY, DNS

P = policy_pb2
SECOND = timedelta(seconds=1)


def breaches(setting: Setting, found: Content) -> Iterator[str]:
    """What of the policy a certificate breaks, whoever asked for it and how."""
    yield from _names(setting, found)
    yield from _usages(setting.policy, found)
    yield from _extended(setting.policy, found)
    yield from _constraints(setting.policy, found)
    yield from _extensions(setting.policy, found)
    if found.key not in setting.keys:
        yield f"the key algorithm {found.key}"
    if found.signature not in signatures(setting.policy, setting.issuer):
        yield f"the signature algorithm {found.signature}"
    least, most = bounds(setting.policy)
    if not least <= found.seconds <= most and (
        found.seconds < least or setting.policy.validity.HasField("max_lifetime")
    ):
        yield f"a lifetime of {found.seconds} s, not from {least} s to {most} s"


def _names(setting: Setting, found: Content) -> Iterator[str]:
    policy = setting.policy
    for attribute, value in found.subject.items():
        if not admits_value(policy, SUBJECT[attribute][0], value):
            yield f"the subject attribute {attribute}={value}"
    yield from (f"no {attribute}" for attribute in required(setting) if attribute not in found.subject)
    yield from (f"the name {name}" for name in found.names if not admits(policy, name))
    for rule in policy.alt_name_rules.rules:
        for pattern in rule.required:
            if not any(covers(pattern, name) for name in found.names if name[0] == rule.type):
                yield f"no name {pattern}"
    text = found.subject.get("common_name", "")
    is_bound = policy.common_name_mode == P.COMMON_NAME_MODE_REQUIRE
    if text and is_bound and text not in [name for _, name in found.names]:
        yield f"the common name {text} is no other name"


def _usages(policy: P.CertificatePolicy, found: Content) -> Iterator[str]:
    implied = set(OF_CAS) if found.is_ca else set()
    if not found.usages <= {*can(found.key), *implied}:
        yield f"usages that a key of {found.key} cannot have: {found.usages}"
    if policy.HasField("any_key_usages"):
        return
    rules = policy.key_usage_rules
    if not found.usages <= {*rules.allowed, *rules.required, *implied}:
        yield f"the key usages {found.usages}"
    if not set(rules.required) <= found.usages:
        yield f"no {rules.required} in the key usages {found.usages}"


def _extended(policy: P.CertificatePolicy, found: Content) -> Iterator[str]:
    if policy.HasField("any_extended_key_usages"):
        return
    allowed, needed = extended_rules(policy)
    if not set(found.extended) <= {*allowed, *needed} or not set(needed) <= set(found.extended):
        yield f"the extended key usages {found.extended}"


def _constraints(policy: P.CertificatePolicy, found: Content) -> Iterator[str]:
    if found.is_ca and not policy.HasField("ca"):
        yield "it is a CA"
    if not found.is_ca and policy.ca.required:
        yield "it is no CA"
    longest = policy.ca.max_path_length if policy.ca.HasField("max_path_length") else 1
    if found.is_ca and (found.path_length is None or found.path_length > min(longest, 1)):
        yield f"a path length of {found.path_length}"


def _extensions(policy: P.CertificatePolicy, found: Content) -> Iterator[str]:
    if policy.HasField("any_custom_extensions"):
        return
    rules = {rule.oid: rule for rule in policy.custom_extension_rules.rules}
    for oid, critical, _ in found.extensions:
        if oid not in rules or (critical and not rules[oid].allow_critical):
            yield f"the extension {oid}"
    present = {oid for oid, _, _ in found.extensions}
    yield from (
        f"no extension {rule.oid}" for rule in rules.values() if rule.required and rule.oid not in present
    )


def broken_promises(setting: Setting, ask: Ask, found: Content) -> Iterator[str]:
    """What of the order is not as it was asked for, or as the profile's defaults say where it was not."""
    defaults = setting.profile.defaults
    subject = settled_subject(setting, ask.subject, ask.csr_subject)
    wanted: dict[str, tuple[Any, Any]] = {
        "subject": (subject, found.subject),
        "names": (_expected_names(setting.policy, ask, subject), set(found.names)),
        "names once": (len(set(found.names)), len(found.names)),
        "constraints": (ask.constraints or (False, None), (found.is_ca, found.path_length)),
        "extensions": (set(ask.extensions), set(found.extensions)),
        "key": (ask.key, found.key),
    }
    if ask.signature or defaults.signature_algorithm:
        wanted["signature"] = ask.signature or defaults.signature_algorithm, found.signature
    if ask.usages or defaults.key_usages:
        usages = set(ask.usages) or set(defaults.key_usages) & set(can(found.key))
        wanted["usages"] = usages | (set(OF_CAS) if ask.is_ca else set()), set(found.usages)
    if ask.extended or (
        setting.profile.HasField("defaults")
        and (defaults.extended_key_usages or defaults.extended_key_usage_oids)
    ):
        wanted["extended"] = set(ask.extended) or _default_extended(setting), set(found.extended)
    yield from (f"{part} is {got}, not {want}" for part, (want, got) in wanted.items() if want != got)


def _default_extended(setting: Setting) -> set[str]:
    said = setting.profile.defaults
    rules = P.ExtendedKeyUsageRules(
        allowed=said.extended_key_usages, allowed_oids=said.extended_key_usage_oids
    )
    return set(extended_rules(P.CertificatePolicy(extended_key_usage_rules=rules))[0])


def _expected_names(policy: P.CertificatePolicy, ask: Ask, subject: dict[str, str]) -> set[Name]:
    names = {canonical(name) for name in ask.names or ask.csr_names}
    text = subject.get("common_name", "")
    is_copied = policy.common_name_mode in (P.COMMON_NAME_MODE_UNSPECIFIED, P.COMMON_NAME_MODE_COPY)
    return names | ({canonical((DNS, text))} if is_copied and "." in text else set())


def untimely(
    setting: Setting, ask: Ask, found: Content, *, sent: datetime, issuer: Certificate
) -> Iterator[str]:
    """What is wrong with the times of a certificate whose order was sent then, at most a minute ago."""
    begin, end = sent.replace(microsecond=0), issuer.not_valid_after_utc
    span, lifetime = ask.span, ask.span.seconds
    if span.field == "":
        lifetime = _usual(setting)
    if span.delay is not None:
        begin += span.delay * SECOND
    expected_end = begin + (lifetime - 1) * SECOND
    if expected_end > end:
        if found.end != end:
            yield f"it was to be cut to its CA's end, and ends {found.end}"
    elif span.field == "not_after":
        if found.end != expected_end:
            yield f"it ends {found.end}, not {expected_end}"
    elif found.seconds != lifetime:
        yield f"it lasts {found.seconds} s, not {lifetime} s"
    backdate = (
        setting.policy.validity.backdate.seconds if setting.policy.validity.HasField("backdate") else 60
    )
    if span.delay is not None and found.begin != begin:
        yield f"it begins {found.begin}, not {begin}"
    if (
        not begin - min(backdate, lifetime // 10) * SECOND
        <= max(found.begin, issuer.not_valid_before_utc)
        <= begin + 60 * SECOND
    ):
        yield f"it begins {found.begin}, too far from {begin}"


def _usual(setting: Setting) -> int:
    """The lifetime of an order that says none: the profile's, the policy's, or 90 days between the bounds."""
    rule = setting.policy.validity
    said = int(setting.profile.defaults.ttl.removesuffix("s") or 0)
    least, most = bounds(setting.policy)
    return said or rule.default_lifetime.seconds or max(least, min(90 * DAY, most))


def wrong_key(ask: Ask, certificate: Certificate, delivered: str) -> Iterator[str]:
    """What is wrong with the certified key: the client's, or the one that came with the answer."""
    if ask.source == SERVER:
        key: Any = load_pem_private_key(delivered.encode(), None)
    else:
        key = own_key(ask.key)
        if delivered:
            yield "there is a private key in the answer to a CSR"
    if key.public_key() != certificate.public_key():
        yield "the key is another one"
