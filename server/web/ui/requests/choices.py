"""The sections of a policy from which one chooses: usages, algorithms, extensions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from certmanager.v1 import x509_pb2 as x509
from certmanager.v1.policy_pb2 import CertificatePolicy

_FOR_CAS_ONLY: Final = (x509.KEY_USAGE_KEY_CERT_SIGN, x509.KEY_USAGE_CRL_SIGN)
_FIRST_KEYS: Final = (x509.KEY_ALGORITHM_EC_PRIME256V1, x509.KEY_ALGORITHM_RSA_2048)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Values to choose from: numbers of an enum, or OIDs."""

    offered: tuple[Any, ...] = ()
    required: tuple[Any, ...] = ()
    default: tuple[Any, ...] = ()
    open: bool = False
    """Whether others may be named too."""

    @property
    def at_first(self) -> tuple[Any, ...]:
        """What stands chosen in a new form: nothing, if the defaults have all that is required.

        A default that the key cannot serve is left out, while what is asked
        for expressly would be refused. So defaults are not chosen in advance.
        """
        if set(self.required) <= set(self.default):
            return ()
        return tuple(dict.fromkeys((*self.required, *self.default)))


def usages(policy: CertificatePolicy, defaults: Any) -> Pick:
    """Key usages: those of CAs only where there may be CAs, or where they are required."""
    without = () if policy.HasField("ca") else _FOR_CAS_ONLY
    rules, any_ = policy.key_usage_rules, policy.WhichOneof("key_usages") == "any_key_usages"
    known = numbers(x509.KeyUsage.DESCRIPTOR) if any_ else _in_order(rules.allowed, rules.required)
    return Pick(
        offered=tuple(each for each in known if each not in without or each in rules.required),
        required=tuple(rules.required),
        default=tuple(defaults.key_usages),
    )


def extended_usages(policy: CertificatePolicy, defaults: Any) -> Pick:
    """Extended key usages that have a name."""
    rules = policy.extended_key_usage_rules
    any_ = policy.WhichOneof("extended_key_usages") == "any_extended_key_usages"
    known = numbers(x509.ExtendedKeyUsage.DESCRIPTOR) if any_ else _in_order(rules.allowed, rules.required)
    return Pick(offered=known, required=tuple(rules.required), default=tuple(defaults.extended_key_usages))


def extended_oids(policy: CertificatePolicy, defaults: Any) -> Pick:
    """Extended key usages by OID."""
    rules = policy.extended_key_usage_rules
    return Pick(
        offered=_in_order(rules.allowed_oids, rules.required_oids),
        required=tuple(rules.required_oids),
        default=tuple(defaults.extended_key_usage_oids),
        open=policy.WhichOneof("extended_key_usages") == "any_extended_key_usages",
    )


def extensions(policy: CertificatePolicy) -> Pick:
    """Custom extensions, by OID."""
    rules = policy.custom_extension_rules.rules
    return Pick(
        offered=tuple(rule.oid for rule in rules),
        required=tuple(rule.oid for rule in rules if rule.required),
        open=policy.WhichOneof("custom_extensions") == "any_custom_extensions",
    )


def key_algorithms(policy: CertificatePolicy, default: int) -> Pick:
    """Algorithms of keys that the server makes; the default is the profile's, else the policy's first."""
    any_ = policy.WhichOneof("key_algorithms") == "any_key_algorithms"
    known = (
        numbers(x509.KeyAlgorithm.DESCRIPTOR) if any_ else tuple(sorted(policy.key_algorithm_rules.allowed))
    )
    chosen = default or next((each for each in (*_FIRST_KEYS, *known) if each in known), 0)
    return Pick(offered=known, default=(chosen,) if chosen else ())


def signatures(policy: CertificatePolicy, default: int, possible: frozenset[int]) -> Pick:
    """Those that the policy allows and the CA's key can make; none to choose where the policy is silent."""
    any_ = policy.WhichOneof("signature_algorithms") == "any_signature_algorithms"
    rules = policy.signature_algorithm_rules.allowed
    known = numbers(x509.SignatureAlgorithm.DESCRIPTOR) if any_ else tuple(sorted(rules))
    made = tuple(each for each in known if not possible or each in possible)
    return Pick(offered=made, default=(default,) if default else ())


def numbers(enum: Any) -> tuple[int, ...]:
    """All values of an enum but the unset one."""
    return tuple(value.number for value in enum.values if value.number)


def _in_order(*lists: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted({each for some in lists for each in some}))
