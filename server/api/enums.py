"""The contract's enums and the domain's: the same names, the contract's with a prefix."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Generic, TypeVar

from certmanager.v1 import access_pb2, certificate_pb2, policy_pb2, profile_pb2, x509_pb2
from server.ra.access.identities import IdentityKind
from server.ra.access.roles import Role
from server.ra.issuing.profile import KeyDelivery, KeySource, RenewalReason
from server.ra.policy import CommonNameMode
from server.ra.terms import (
    AltNameType,
    ExtendedKeyUsage,
    KeyAlgorithm,
    KeyEncapsulation,
    KeyUsage,
    RevocationReason,
    SignatureAlgorithm,
    SubjectAttribute,
)

E = TypeVar("E", bound=Enum)


class Dictionary(Generic[E]):
    """Translates one enum both ways by name; raises ValueError at import if a domain name has no number."""

    def __init__(self, domain: type[E], contract: Any) -> None:
        prefix = contract.DESCRIPTOR.values[0].name.removesuffix("UNSPECIFIED")
        self._numbers = {member: contract.Value(prefix + member.name) for member in domain}
        self._members = {number: member for member, number in self._numbers.items()}

    def number(self, member: E) -> Any:
        """The contract's number of a domain member."""
        return self._numbers[member]

    def member(self, number: int) -> E | None:
        """The domain member of a number; None for UNSPECIFIED and for numbers yet unknown."""
        return self._members.get(number)

    def members(self, numbers: Iterable[int]) -> tuple[E, ...]:
        """The domain members of numbers, without those that are unknown, which validation reports."""
        return tuple(self._members[number] for number in numbers if number in self._members)


ROLE = Dictionary(Role, access_pb2.Role)
IDENTITY_KIND = Dictionary(IdentityKind, access_pb2.IdentityKind)
ALT_NAME_TYPE = Dictionary(AltNameType, x509_pb2.AltNameType)
KEY_ALGORITHM = Dictionary(KeyAlgorithm, x509_pb2.KeyAlgorithm)
SIGNATURE_ALGORITHM = Dictionary(SignatureAlgorithm, x509_pb2.SignatureAlgorithm)
KEY_ENCAPSULATION = Dictionary(KeyEncapsulation, x509_pb2.KeyEncapsulation)
KEY_USAGE = Dictionary(KeyUsage, x509_pb2.KeyUsage)
EXTENDED_KEY_USAGE = Dictionary(ExtendedKeyUsage, x509_pb2.ExtendedKeyUsage)
KEY_SOURCE = Dictionary(KeySource, certificate_pb2.KeySource)
RENEWAL_REASON = Dictionary(RenewalReason, certificate_pb2.AutoRenewalReason)
KEY_DELIVERY = Dictionary(KeyDelivery, profile_pb2.PrivateKeyDelivery)
SUBJECT_ATTRIBUTE = Dictionary(SubjectAttribute, policy_pb2.SubjectAttributeType)
REVOCATION_REASON = Dictionary(RevocationReason, x509_pb2.RevocationReason)
COMMON_NAME_MODE = Dictionary(CommonNameMode, policy_pb2.CommonNameMode)


def named(contract: Any, name: str) -> Any:
    """The number of a stored state's name, as ``ISSUED``; UNSPECIFIED for none."""
    prefix = contract.DESCRIPTOR.values[0].name.removesuffix("UNSPECIFIED")
    return contract.Value(prefix + name) if name else 0


def stored_name(contract: Any, number: int) -> str:
    """The name that is stored for a number; empty for UNSPECIFIED and for numbers yet unknown."""
    values = contract.DESCRIPTOR.values_by_number
    prefix = values[0].name.removesuffix("UNSPECIFIED")
    return str(values[number].name.removeprefix(prefix)) if number and number in values else ""
