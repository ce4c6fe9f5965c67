"""Whether the defaults of a profile fit its policy and its CA, before any request brings it to light."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from server.errors import Violation
from server.pki.algorithms import KeyAlgorithm
from server.pki.keys import PublicKey
from server.pki.serial import new_serial
from server.pki.template import BasicConstraints
from server.pki.usages import possible_usages
from server.ra.issuing.assembly import assemble
from server.ra.issuing.order import Attributes, Order
from server.ra.issuing.origins import DEFAULTS
from server.ra.issuing.profile import Profile
from server.ra.policy import Blanket, Policy, Rule

_OF_THE_REQUEST = frozenset({Rule.COMMON_NAME_NOT_IN_ALT_NAMES.name})
"""What a request can mend by what it asks for besides."""


def newly_broken(after: Profile, *, before: Profile | None, now: datetime) -> tuple[Violation, ...]:
    """What the defaults of a profile break, and did not break before a change; fields as ``defaults.ttl``.

    What was broken already (by a CA that nears its end, say) must not stand in
    the way of a change that has nothing to do with it.
    """
    broken = _broken(after, now=now)
    known = {_key(violation) for violation in _broken(before, now=now)} if broken and before else set()
    return tuple(violation for violation in broken if _key(violation) not in known)


def _key(violation: Violation) -> tuple[str, str, str]:
    return violation.field, violation.rule, violation.value


def _broken(profile: Profile, *, now: datetime) -> tuple[Violation, ...]:
    if profile.rules.defaults == Attributes():
        return ()
    found = (violation for order in _orders(profile) for violation in _judged(order, profile, now=now))
    return tuple(dict.fromkeys(found))


def _judged(order: Order, profile: Profile, *, now: datetime) -> Iterator[Violation]:
    draft = assemble(order, profile, now=now, serial=new_serial(), is_blocked=_no_key_is)
    for violation in draft.violations:
        if violation.field.startswith(DEFAULTS) and violation.rule not in _OF_THE_REQUEST:
            yield violation.at(violation.field.removeprefix("profile."))


def _no_key_is(_: PublicKey) -> bool:
    """Whether a key is blocked; an order of nothing but defaults has none."""
    return False


def _orders(profile: Profile) -> Iterable[Order]:
    """The requests that say nothing but what they must: one for each kind of key that the usages meet."""
    ca = profile.policy.ca
    constraints = BasicConstraints(is_ca=True) if ca and ca.required else None
    kinds = _kinds(profile.policy) if profile.rules.defaults.key_usages is not None else ()
    for key in (None, *kinds):
        attributes = Attributes(key_algorithm=key, basic_constraints=constraints)
        yield Order(profile_id=profile.id, attributes=attributes)


def _kinds(policy: Policy) -> Iterable[KeyAlgorithm]:
    """Of the keys that the policy allows, one for each set of usages that a key can serve."""
    match policy.key_algorithms:
        case Blanket() as blanket:
            allowed = tuple(KeyAlgorithm) if blanket is Blanket.ANY else ()
        case rules:
            allowed = rules.allowed
    return {possible_usages(algorithm): algorithm for algorithm in allowed}.values()
