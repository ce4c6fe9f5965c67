"""Orders that break their policy in one thing or a few, drawn from all the ways to do so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from certmanager.v1 import profile_pb2
from tests.issuing import random_breaks as breaks
from tests.issuing import random_names_broken as names
from tests.issuing import random_values_broken as values
from tests.issuing.policy_rules import SUBJECT
from tests.issuing.random_asks import PEM, SERVER, Ask
from tests.issuing.random_dice import Dice
from tests.issuing.random_matching import admits_value
from tests.issuing.random_names_broken import CSR, FORM, POLICY, Way
from tests.issuing.random_orders import random_order
from tests.issuing.random_policies import Setting

Breaker = Callable[[Setting, Ask], Iterable[Way]]


def strange_extensions(setting: Setting, ask: Ask) -> Iterator[Way]:
    """One more custom extension, which is not allowed or is none, or one critical or absent."""
    is_any, rules = (
        setting.policy.HasField("any_custom_extensions"),
        setting.policy.custom_extension_rules.rules,
    )
    field = "attributes.custom_extensions"
    refused = [] if is_any else ["CUSTOM_EXTENSION_NOT_ALLOWED"]
    for oid, found in (("1.3.6.1.4.1.99999.9", refused), ("2.5.29.19", [*refused, "EXTENSION_RESERVED"])):
        told = tuple((f"{field}[{len(ask.extensions)}]", rule, POLICY) for rule in found)
        if told:
            yield Way(replace(ask, extensions=(*ask.extensions, (oid, False, b"\x05\x00"))), told)
    for rule in rules:
        rest = tuple(each for each in ask.extensions if each[0] != rule.oid)
        if not rule.allow_critical:
            critical = ((f"{field}[{len(rest)}]", "CUSTOM_EXTENSION_CRITICAL", POLICY),)
            yield Way(replace(ask, extensions=(*rest, (rule.oid, True, b"\x05\x00"))), critical)
        if rule.required:
            yield Way(replace(ask, extensions=rest), ((field, "CUSTOM_EXTENSION_REQUIRED", POLICY),))
        not_der = ((f"{field}[{len(rest)}]", "EXTENSION_NOT_DER", FORM),)
        yield Way(replace(ask, extensions=(*rest, (rule.oid, False, b"\x05"))), not_der)


def malformed_metadata(_: Setting, ask: Ask) -> Iterator[Way]:
    """A label whose key holds a space."""
    field = f"metadata[{len(ask.metadata)}].key"
    yield Way(replace(ask, metadata=(*ask.metadata, ("a key", "x"))), ((field, "STRING_PATTERN", FORM),))


def strange_csrs(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A CSR that asks a strict profile for what nobody gets."""
    if ask.source != SERVER and setting.profile.strict_csr:
        yield Way(replace(ask, csr_strange=True), ((ask.source, "CSR_CONTENT_UNKNOWN", POLICY),))


def malformed_csrs(_: Setting, ask: Ask) -> Iterator[Way]:
    """A CSR whose armour or signature is broken; nothing is said of what it asks for."""
    if ask.source == PEM:
        yield Way(replace(ask, csr_flaw="CSR_PEM"), ((ask.source, "CSR_PEM", CSR),))
    if ask.source != SERVER:
        yield Way(replace(ask, csr_flaw="CSR_SIGNATURE"), ((ask.source, "CSR_SIGNATURE", CSR),))


def no_csr(setting: Setting, ask: Ask) -> Iterator[Way]:
    """The same without a CSR, where the profile makes no keys."""
    if setting.profile.private_key_delivery == profile_pb2.PRIVATE_KEY_DELIVERY_FORBID:
        told = {each: value for each, value in ask.csr_subject.items() if _is_admitted(setting, each, value)}
        without = replace(
            ask, source=SERVER, said_key=ask.key, subject=told | ask.subject, csr_subject={}, csr_names=(),
            names=ask.names or ask.csr_names, csr_extended=(), csr_constraints=False, csr_strange=False,
        )  # fmt: skip
        yield Way(without, (("csr", "KEY_GENERATION_FORBIDDEN", POLICY),))


def _is_admitted(setting: Setting, attribute: str, value: str) -> bool:
    return admits_value(setting.policy, SUBJECT[attribute][0], value)


BREAKERS: dict[Breaker, str] = {
    **dict.fromkeys((names.strange_names, names.malformed_names, names.missing_names), "names"),
    **dict.fromkeys(
        (names.other_names_than_the_csr, values.strange_values, values.malformed_values), "names"
    ),
    **dict.fromkeys((values.missing_values, values.strange_common_names), "names"),
    values.other_values_than_the_csr: "names",
    **dict.fromkeys((breaks.strange_keys, breaks.other_keys_than_the_csr), "key"),
    **dict.fromkeys((breaks.strange_usages, breaks.missing_usages, breaks.strange_constraints), "key"),
    **dict.fromkeys((breaks.strange_extended, breaks.missing_extended), "extended"),
    breaks.other_extended_than_the_csr: "extended",
    breaks.strange_signatures: "signature",
    **dict.fromkeys((breaks.untimely, breaks.malformed_times), "time"),
    strange_extensions: "extensions",
    malformed_metadata: "metadata",
    strange_csrs: "CSR",
}
"""What can be broken, with the part of the order: what breaks different parts does not meet."""
_ALONE: tuple[Breaker, ...] = (malformed_csrs, no_csr)


def flawed(dice: Dice, setting: Setting) -> Way:
    """An order with one to three things broken, one in half of them."""
    way = Way(random_order(dice, setting), ())
    if dice.one_in(12):
        way = dice.one([found for breaker in _ALONE for found in breaker(setting, way.ask)] or [way])
        if way.told:
            return way
    parts: set[str] = set()
    for _ in range(dice.one([1, 1, 2, 3])):
        possible = _possible(setting, way.ask, parts)
        if possible:
            part, ways = dice.one(possible)
            rule = dice.one(sorted({each.told[0][1] for each in ways}))
            more = dice.one([each for each in ways if each.told[0][1] == rule])
            way, parts = Way(more.ask, (*way.told, *more.told)), parts | {part}
    return way


def _possible(setting: Setting, ask: Ask, parts: set[str]) -> list[tuple[str, list[Way]]]:
    """What can still be broken where nothing is yet: the part, and the ways to do it."""
    found = [(part, list(breaker(setting, ask))) for breaker, part in BREAKERS.items() if part not in parts]
    return [(part, ways) for part, ways in found if ways]
