"""Random orders that a profile must grant."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from certmanager.v1 import policy_pb2
from tests.issuing.random_asks import DER, PEM, SERVER, Ask, Span
from tests.issuing.random_dice import Dice
from tests.issuing.random_matching import Name, admits, canonical
from tests.issuing.random_policies import Setting
from tests.issuing.random_profiles import bounds, signatures, some_extended, some_usages
from tests.issuing.random_subjects import subjects
from tests.issuing.random_words import ALLOWED, CUSTOM, EC, LIFETIMES, RSA, can
from tests.ordering import DAY, DNS, EMAIL, IP, URI

P = policy_pb2
FOREVER = 20 * 365 * DAY
"""A lifetime that no CA of these tests has."""


def random_order(dice: Dice, setting: Setting) -> Ask:
    """An order that keeps the setting's policy in every part."""
    policy, is_strict = setting.policy, setting.profile.strict_csr
    source = dice.one([SERVER, SERVER, PEM, DER] if setting.profile.private_key_delivery < 2 else [PEM, DER])
    key, says_key = _key(dice, setting, source)
    constraints = _constraints(dice, policy)
    names = _names(dice, policy)
    is_told_by_csr = source != SERVER and dice.coin()
    subject, csr_subject = subjects(
        dice, setting, names, has_csr=source != SERVER, is_ca=constraints is not None and constraints[0]
    )
    is_plain = constraints is None or not constraints[0]
    extended = tuple(some_extended(dice, policy)) if not is_plain or dice.coin() else ()
    is_loose = source != SERVER and not is_strict and dice.coin()
    return Ask(
        source=source, key=key, said_key=key if says_key else 0,
        subject=subject, csr_subject=csr_subject,
        names=() if is_told_by_csr and dice.coin() else names,
        csr_names=names if is_told_by_csr else (),
        usages=tuple(some_usages(dice, policy, can(key))) if not is_plain or dice.coin() else (),
        extended=extended,
        signature=dice.one([0, *signatures(policy, setting.issuer)]),
        span=_span(dice, setting),
        constraints=constraints,
        extensions=_extensions(dice, policy),
        csr_extended=(extended or ("1.3.6.1.5.5.7.3.2",)) if is_loose else (),
        csr_constraints=source != SERVER and dice.coin(),
        csr_strange=is_loose and dice.coin(),
        metadata=tuple(dice.some([("a", ""), ("b", "x")])),
    )  # fmt: skip


def _key(dice: Dice, setting: Setting, source: str) -> tuple[int, bool]:
    if source != SERVER:
        return dice.one(setting.keys), dice.coin()
    favourites = [key for key in (EC[0], RSA) if key in setting.keys]
    unsaid = setting.profile.defaults.key_algorithm or (*favourites, *setting.keys)[0]
    if dice.coin():
        return unsaid, False
    # To make an RSA key takes as long as ten orders.
    quick = [key for key in setting.keys if key != RSA or dice.one_in(8)]
    return dice.one(quick or setting.keys), True


def _constraints(dice: Dice, policy: P.CertificatePolicy) -> tuple[bool, int | None] | None:
    if policy.HasField("ca") and (policy.ca.required or dice.coin()):
        lengths = [0, 1] if not policy.ca.HasField("max_path_length") or policy.ca.max_path_length else [0]
        return True, dice.one(lengths)
    return dice.one([None, (False, None)])


def _names(dice: Dice, policy: P.CertificatePolicy) -> tuple[Name, ...]:
    """Names that the policy allows, all that it requires among them, each once."""
    found = [(kind, _matching(dice, policy, kind, pattern)) for kind, pattern in _wanted(dice, policy)]
    unique = {canonical(name): name for name in found if admits(policy, canonical(name))}
    return tuple(dice.shuffled(list(unique.values())))


def _wanted(dice: Dice, policy: P.CertificatePolicy) -> list[tuple[Any, str]]:
    """The patterns that the names are to match, with their types; no wildcard name fulfils a required one."""
    match policy.WhichOneof("alt_names"):
        case None:
            return []
        case "any_alt_names":
            possible = [(kind, pattern) for kind, patterns in ALLOWED.items() for pattern in patterns]
            required = []
        case _:
            rules = policy.alt_name_rules.rules
            possible = [(rule.type, pattern) for rule in rules for pattern in rule.allowed]
            required = [(rule.type, pattern) for rule in rules for pattern in rule.required]
    is_needed = not required and (
        not policy.WhichOneof("subject") or policy.common_name_mode == P.COMMON_NAME_MODE_REQUIRE
    )
    return [*required, *dice.some(possible, least=int(is_needed), most=2)]


def _matching(dice: Dice, policy: P.CertificatePolicy, kind: int, pattern: str) -> str:
    if kind == IP:
        network = ip_network(pattern)
        return str(network[dice.one([0, -1, network.num_addresses // 3])])
    if kind == EMAIL:
        local = dice.one(["joe", "Ann.B", "x+y"])
        return pattern if "@" in pattern else f"{local}@{dice.one([pattern, pattern.upper()])}"
    if kind == URI:
        below = dice.one(["a", "a/b", "ns/App-1"])
        return f"{pattern.rstrip('/')}/{below}" if pattern.endswith("/") or dice.coin() else pattern
    return _host(dice, policy, pattern)


def _host(dice: Dice, policy: P.CertificatePolicy, pattern: str) -> str:
    stem = "example.net" if pattern == "**" else pattern.lstrip("*").removeprefix(".")
    labels = ["web", "API-7", "x"] if "*" in pattern else [""]
    if pattern.startswith("**"):
        labels.append("a.b")
    if "*" in pattern and admits(policy, canonical((DNS, f"*.{stem}"))):
        labels.append("*")
    label = dice.one(labels)
    return f"{label}.{stem}".removeprefix(".")


def _span(dice: Dice, setting: Setting) -> Span:
    field = dice.one(["", "ttl", "lifetime", "not_after"])
    delay = dice.one([None, None, 60, 3600, 30 * DAY])
    if field == "":
        return Span(field, 0, delay)
    is_cut = setting.profile.truncate_to_ca and not setting.policy.validity.HasField("max_lifetime")
    if is_cut and dice.coin():
        return Span(field, FOREVER, delay)
    least, most = bounds(setting.policy)
    seconds = dice.one([least, most, *(each for each in LIFETIMES if least < each < most)])
    if field == "not_after" and delay is None and not least + 600 <= seconds <= most * 9 // 10 - 600:
        return Span("lifetime", seconds, delay)  # so near a bound it would depend on the moment
    return Span(field, seconds, delay)


def _extensions(dice: Dice, policy: P.CertificatePolicy) -> tuple[tuple[str, bool, bytes], ...]:
    rules = list(policy.custom_extension_rules.rules)
    if policy.HasField("any_custom_extensions"):
        rules = [P.CustomExtensionRule(oid=oid, allow_critical=True) for oid in CUSTOM]
    return tuple(
        (
            rule.oid,
            rule.allow_critical and dice.coin(),
            dice.one([b"\x05\x00", b"\x0c\x02hi"]),
        )
        for rule in rules
        if rule.required or dice.one_in(3)
    )
