"""Algorithms, usages and constraints of a certificate, from request, CSR, profile and policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.errors import Violation
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.csr import CSR
from server.pki.template import BasicConstraints, CustomExtension
from server.pki.usages import CA_USAGES, KeyUsage, possible_usages
from server.ra.issuing.naming import contradiction
from server.ra.issuing.order import Order
from server.ra.issuing.origins import Origins
from server.ra.issuing.profile import Profile


@dataclass(frozen=True, slots=True)
class Basics:
    """Everything of a template that is neither a name nor a time."""

    key_algorithm: KeyAlgorithm
    signature_algorithm: SignatureAlgorithm
    key_usages: frozenset[KeyUsage]
    extended_key_usages: tuple[str, ...]
    basic_constraints: BasicConstraints
    custom_extensions: tuple[CustomExtension, ...]


def settle_basics(
    order: Order, profile: Profile, csr: CSR | None, *, found: list[Violation], origins: Origins
) -> Basics:
    """Merge what all sources say; contradictions with the CSR are added to ``found``."""
    asked = order.attributes
    constraints = asked.basic_constraints or BasicConstraints()
    key = _key_algorithm(order, profile, csr, origins)
    basics = Basics(
        key_algorithm=key,
        signature_algorithm=_signature_algorithm(order, profile, found=found, origins=origins),
        key_usages=_key_usages(order, profile, key, is_ca=constraints.is_ca, origins=origins),
        extended_key_usages=_extended_key_usages(order, profile, is_ca=constraints.is_ca, origins=origins),
        basic_constraints=constraints,
        custom_extensions=asked.custom_extensions,
    )
    if csr is not None:
        found += _contradictions(order, csr, constraints)
        found += _strict_faults(order, csr, basics) if profile.rules.strict_csr else ()
    return basics


def _key_algorithm(order: Order, profile: Profile, csr: CSR | None, origins: Origins) -> KeyAlgorithm:
    asked = order.attributes.key_algorithm
    if csr is not None:
        if asked is None:
            origins.note("key_algorithm", order.csr_field)
        return csr.key_algorithm
    if asked is not None:
        return asked
    default = profile.rules.defaults.key_algorithm
    if default is None:
        return profile.policy.choose_key_algorithm()
    origins.note_default("key_algorithm", "key_algorithm")
    return default


def _signature_algorithm(
    order: Order, profile: Profile, *, found: list[Violation], origins: Origins
) -> SignatureAlgorithm:
    """What the CA signs with; it follows the CA's key, whatever the CSR was signed with."""
    possible = signatures_of(profile.issuer.key_algorithm)
    asked = order.attributes.signature_algorithm
    if asked is None and profile.rules.defaults.signature_algorithm is not None:
        asked = profile.rules.defaults.signature_algorithm
        origins.note_default("signature_algorithm", "signature_algorithm")
    if asked in possible:
        return asked
    if asked is not None:
        message = f"a CA with a key of {profile.issuer.key_algorithm.name} cannot make this signature"
        names = tuple(algorithm.name for algorithm in possible)
        field = origins.of("signature_algorithm")
        found.append(
            Violation(field, "SIGNATURE_ALGORITHM_IMPOSSIBLE", message, value=asked.name, allowed=names)
        )
    return profile.policy.choose_signature_algorithm(possible)


def _key_usages(
    order: Order, profile: Profile, key: KeyAlgorithm, *, is_ca: bool, origins: Origins
) -> frozenset[KeyUsage]:
    """What was asked for as it stands; a default only as far as such a key can do it."""
    follows = CA_USAGES if is_ca else frozenset()
    if order.attributes.key_usages is not None:
        return order.attributes.key_usages | follows
    default = profile.rules.defaults.key_usages
    if default is not None:
        origins.note_default("key_usages", "key_usages")
        return (default & possible_usages(key)) | follows
    return follows or profile.policy.default_key_usages(key)


def _extended_key_usages(order: Order, profile: Profile, *, is_ca: bool, origins: Origins) -> tuple[str, ...]:
    if order.attributes.extended_key_usages is not None:
        return order.attributes.extended_key_usages
    default = profile.rules.defaults.extended_key_usages
    if default is not None:
        origins.note_default("extended_key_usages", "extended_key_usages")
        return default
    return () if is_ca else profile.policy.default_extended_key_usages()


def _contradictions(order: Order, csr: CSR, constraints: BasicConstraints) -> Iterable[Violation]:
    asked = order.attributes
    if csr.basic_constraints not in (None, constraints):
        says = _told(csr.basic_constraints)
        yield contradiction("attributes.basic_constraints", _told(constraints), says=says)
    if order.renews:  # the usages are the certificate's, which may have had others than its CSR already
        return
    if asked.key_algorithm not in (None, csr.key_algorithm):
        yield contradiction("attributes.key_algorithm", asked.key_algorithm.name, says=csr.key_algorithm.name)
    if asked.key_usages is not None and csr.key_usages not in (None, asked.key_usages):
        says = _list(usage.name for usage in csr.key_usages)
        yield contradiction("attributes.key_usages", _list(u.name for u in asked.key_usages), says=says)
    theirs = csr.extended_key_usages
    if (
        asked.extended_key_usages is not None
        and theirs is not None
        and set(theirs) != set(asked.extended_key_usages)
    ):
        yield contradiction(
            "attributes.extended_key_usages", _list(asked.extended_key_usages), says=_list(theirs)
        )


def _told(constraints: BasicConstraints) -> str:
    if not constraints.is_ca:
        return "CA:FALSE"
    length = constraints.path_length
    return "CA:TRUE" if length is None else f"CA:TRUE, pathlen:{length}"


def _strict_faults(order: Order, csr: CSR, basics: Basics) -> Iterable[Violation]:
    """A strict profile certifies all that its CSR asks for, or nothing."""
    for oid in csr.unknown:
        message = "the profile is strict, and the CSR asks for something that is never certified"
        yield Violation(order.csr_field, "CSR_CONTENT_UNKNOWN", message, value=oid)
    if csr.key_usages not in (None, basics.key_usages):
        message = "the profile is strict, and the CSR asks for other key usages than it would get"
        allowed = tuple(sorted(usage.name for usage in basics.key_usages))
        yield Violation(order.csr_field, "CSR_KEY_USAGES_DIFFER", message, allowed=allowed)
    if csr.extended_key_usages is not None and set(csr.extended_key_usages) != set(
        basics.extended_key_usages
    ):
        message = "the profile is strict, and the CSR asks for other extended key usages than it would get"
        yield Violation(
            order.csr_field, "CSR_EXTENDED_KEY_USAGES_DIFFER", message, allowed=basics.extended_key_usages
        )


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
