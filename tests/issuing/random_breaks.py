"""The ways in which all but the names of an order can break its policy, each with what must be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from certmanager.v1 import policy_pb2
from tests.issuing.random_asks import SERVER, Ask, Span
from tests.issuing.random_names_broken import (
    CA,
    FORM,
    POLICY,
    Told,
    Way,
)  # fmt: skip
from tests.issuing.random_orders import FOREVER
from tests.issuing.random_policies import Setting
from tests.issuing.random_profiles import bounds, extended_rules, signatures
from tests.issuing.random_subjects import settled_subject
from tests.issuing.random_words import EXTENDED, KEYS, LIFETIMES, OF_CAS, SIGNATURES, can, signature
from tests.ordering import DAY

P = policy_pb2
_ANY_USAGE = "2.5.29.37.0"
_KEY_AGREEMENT, _ENCIPHER_ONLY = 5, 8


def strange_keys(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A key of an algorithm that is not allowed, all usages being possible for it."""
    for key in KEYS:
        needed = {*ask.usages, *setting.policy.key_usage_rules.required}
        if key not in setting.keys and needed <= {*can(key), *OF_CAS}:
            said = key if ask.said_key or ask.source == SERVER else 0
            field = "attributes.key_algorithm" if said else ask.source
            yield Way(replace(ask, key=key, said_key=said), ((field, "KEY_ALGORITHM_NOT_ALLOWED", POLICY),))


def other_keys_than_the_csr(_: Setting, ask: Ask) -> Iterator[Way]:
    """The attributes name another algorithm than that of the CSR's key."""
    for key in KEYS if ask.source != SERVER else ():
        if key != ask.key:
            yield Way(replace(ask, said_key=key), (("attributes.key_algorithm", "CONTRADICTS_CSR", FORM),))


def strange_usages(setting: Setting, ask: Ask) -> Iterator[Way]:
    """One more key usage: not allowed, or not possible for the key, or only for a CA."""
    rules, field = setting.policy.key_usage_rules, "attributes.key_usages"
    usages = ask.usages or tuple(rules.required)
    for usage in range(1, 9):
        is_implied = ask.is_ca and usage in OF_CAS
        if usage in usages or is_implied:
            continue
        found = []
        if not setting.policy.HasField("any_key_usages") and usage not in (*rules.allowed, *rules.required):
            found.append("KEY_USAGE_NOT_ALLOWED")
        possible = {*can(ask.key), *OF_CAS} | ({_ENCIPHER_ONLY} if _KEY_AGREEMENT in can(ask.key) else set())
        if usage not in possible:
            found.append("KEY_USAGE_IMPOSSIBLE")
        if usage in OF_CAS:
            found.append("KEY_USAGE_CA_ONLY")
        if usage == _ENCIPHER_ONLY and _KEY_AGREEMENT not in usages:
            found.append("KEY_AGREEMENT_REQUIRED")
        if found:
            yield Way(replace(ask, usages=(*usages, usage)), tuple((field, rule, POLICY) for rule in found))


def missing_usages(setting: Setting, ask: Ask) -> Iterator[Way]:
    """Some key usages, but not one that the policy requires."""
    rules = setting.policy.key_usage_rules
    for lost in rules.required:
        others = [
            usage for usage in (*rules.required, *rules.allowed) if usage != lost and usage in can(ask.key)
        ]
        needed = [usage for usage in rules.required if usage != lost]
        if others:
            told = (("attributes.key_usages", "KEY_USAGE_REQUIRED", POLICY),)
            yield Way(replace(ask, usages=tuple(dict.fromkeys([*needed, others[0]]))), told)


def strange_extended(setting: Setting, ask: Ask) -> Iterator[Way]:
    """One more extended key usage, or the one that stands for all."""
    allowed, needed = extended_rules(setting.policy)
    usages, is_any = ask.extended or tuple(needed), setting.policy.HasField("any_extended_key_usages")
    for oid in (*EXTENDED, "1.3.6.1.4.1.99999.5.2", _ANY_USAGE):
        found = [] if is_any or oid in (*allowed, *needed) else ["EXTENDED_KEY_USAGE_NOT_ALLOWED"]
        if oid == _ANY_USAGE and not ask.is_ca:
            found.append("EXTENDED_KEY_USAGE_ANY")
        if found:
            told = tuple(("attributes.extended_key_usages", rule, POLICY) for rule in found)
            yield Way(replace(ask, extended=(*usages, oid), csr_extended=()), told)


def missing_extended(setting: Setting, ask: Ask) -> Iterator[Way]:
    """Some extended key usages, but not one that the policy requires."""
    allowed, needed = extended_rules(setting.policy)
    for lost in needed:
        others = tuple(dict.fromkeys(oid for oid in (*needed, *allowed) if oid != lost))
        if others:
            told = (("attributes.extended_key_usages", "EXTENDED_KEY_USAGE_REQUIRED", POLICY),)
            yield Way(replace(ask, extended=others, csr_extended=()), told)


def other_extended_than_the_csr(setting: Setting, ask: Ask) -> Iterator[Way]:
    """The attributes and the CSR name different extended key usages."""
    if ask.source != SERVER and ask.extended:
        told: list[Told] = [("attributes.extended_key_usages", "CONTRADICTS_CSR", FORM)]
        if setting.profile.strict_csr:
            told.append((ask.source, "CSR_EXTENDED_KEY_USAGES_DIFFER", POLICY))
        yield Way(replace(ask, csr_extended=("1.3.6.1.4.1.99999.5.2",)), tuple(told))


def strange_signatures(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A signature that is not allowed, or that the CA cannot make."""
    makeable, field = SIGNATURES[setting.issuer], "attributes.signature_algorithm"
    for name in dict.fromkeys(name for names in SIGNATURES.values() for name in names):
        number = signature(name)
        rule = "SIGNATURE_ALGORITHM_NOT_ALLOWED" if name in makeable else "SIGNATURE_ALGORITHM_IMPOSSIBLE"
        if number not in signatures(setting.policy, setting.issuer):
            yield Way(replace(ask, signature=number), ((field, rule, POLICY),))


def untimely(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A lifetime out of bounds, by a second or for ever; a start in the past; an end in the past."""
    (least, most), is_cut = bounds(setting.policy), setting.profile.truncate_to_ca
    is_bounded = setting.policy.validity.HasField("max_lifetime")
    lifetimes = {least - 1: [("LIFETIME_TOO_SHORT", POLICY)]}
    if is_bounded:
        lifetimes[most + 1] = [("LIFETIME_TOO_LONG", POLICY)]
    if is_bounded or not is_cut:
        beyond = [] if is_cut else [("LIFETIME_EXCEEDS_CA", CA)]
        lifetimes[FOREVER] = beyond + ([("LIFETIME_TOO_LONG", POLICY)] if is_bounded else [])
    for seconds, rules in lifetimes.items():
        for field in ("ttl", "lifetime", "not_after"):
            told = tuple((f"attributes.{field}", rule, nature) for rule, nature in rules)
            delay = ask.span.delay or (60 if field == "not_after" else None)
            yield Way(replace(ask, span=Span(field, seconds, delay)), told)
    over = (("attributes.not_after", rule, POLICY) for rule in ("VALIDITY_EMPTY", "LIFETIME_TOO_SHORT"))
    yield Way(replace(ask, span=Span("not_after", -3600, None)), tuple(over))
    for seconds in [each for each in LIFETIMES if max(least, DAY) <= each <= most]:
        early = ("attributes.not_before", "NOT_BEFORE_TOO_EARLY", POLICY)
        told = early, ("attributes.lifetime", "BEGINS_BEFORE_CA", POLICY)
        yield Way(replace(ask, span=Span("lifetime", seconds, -7200)), told)


def malformed_times(_: Setting, ask: Ask) -> Iterator[Way]:
    """A duration that is none."""
    for text in ("0d", "1M", "1.5h", "-1d", "01d"):
        span = Span("ttl", 1, ask.span.delay, text)
        yield Way(replace(ask, span=span), (("attributes.ttl", "STRING_PATTERN", FORM),))
    span = Span("lifetime", 0, ask.span.delay)
    yield Way(replace(ask, span=span), (("attributes.lifetime", "DURATION_GTE_LTE", FORM),))


def strange_constraints(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A CA or a leaf where the policy wants the other, or too long a path."""
    field, rule = "attributes.basic_constraints", setting.policy.ca
    if _ANY_USAGE in ask.extended:
        return  # which a CA may have, and a leaf may not
    if ask.is_ca:
        most = rule.max_path_length if rule.HasField("max_path_length") else 99
        for length in (1, 2, 16, None):
            found = ["PATH_LENGTH_TOO_LONG"] if most != 99 and (length is None or length > most) else []
            found += ["PATH_LENGTH_EXCEEDS_CA"] if length != 1 else []
            told = tuple((f"{field}.path_length", each, POLICY) for each in found)
            if told:
                yield Way(replace(ask, constraints=(True, length)), told)
        if rule.required:
            yield Way(replace(ask, constraints=None), ((field, "CA_REQUIRED", POLICY),))
        return
    leaf = replace(ask, constraints=(False, 0), csr_constraints=False)
    yield Way(leaf, ((f"{field}.path_length", "PATH_LENGTH_CA_ONLY", POLICY),))
    if not setting.policy.HasField("ca") and _can_be_ca(setting, ask):
        yield Way(replace(ask, constraints=(True, 0)), ((field, "CA_NOT_ALLOWED", POLICY),))


def _can_be_ca(setting: Setting, ask: Ask) -> bool:
    """Whether nothing else would be wrong: what a leaf is given that says nothing, a CA must say."""
    said = bool(ask.usages) or not setting.policy.key_usage_rules.required
    _, needed = extended_rules(setting.policy)
    return (
        said
        and (bool(ask.extended) or not needed)
        and bool(settled_subject(setting, ask.subject, ask.csr_subject))
    )
