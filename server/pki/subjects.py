"""Subjects: the few attributes that we certify, in X.500 order, as UTF8String."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.x509.oid import NameOID

from server.pki.faults import NameFault


class SubjectAttribute(Enum):
    """An attribute of a distinguished name, in the order in which we encode them."""

    COUNTRY = "COUNTRY"
    STATE = "STATE"
    LOCALITY = "LOCALITY"
    ORGANIZATION = "ORGANIZATION"
    ORGANIZATIONAL_UNIT = "ORGANIZATIONAL_UNIT"
    COMMON_NAME = "COMMON_NAME"


Subject: TypeAlias = tuple[tuple[SubjectAttribute, str], ...]

_OIDS: Final = {
    SubjectAttribute.COUNTRY: NameOID.COUNTRY_NAME,
    SubjectAttribute.STATE: NameOID.STATE_OR_PROVINCE_NAME,
    SubjectAttribute.LOCALITY: NameOID.LOCALITY_NAME,
    SubjectAttribute.ORGANIZATION: NameOID.ORGANIZATION_NAME,
    SubjectAttribute.ORGANIZATIONAL_UNIT: NameOID.ORGANIZATIONAL_UNIT_NAME,
    SubjectAttribute.COMMON_NAME: NameOID.COMMON_NAME,
}
_BY_OID: Final = {oid: attribute for attribute, oid in _OIDS.items()}
_ORDER: Final = {attribute: place for place, attribute in enumerate(SubjectAttribute)}

_LONGEST: Final = {
    SubjectAttribute.COUNTRY: 2,
    SubjectAttribute.STATE: 128,
    SubjectAttribute.LOCALITY: 128,
    SubjectAttribute.ORGANIZATION: 64,
    SubjectAttribute.ORGANIZATIONAL_UNIT: 64,
    SubjectAttribute.COMMON_NAME: 64,
}
"""The upper bounds of RFC 5280, appendix A.1, in characters."""

_COUNTRY: Final = re.compile("[A-Za-z]{2}", re.ASCII)
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
_DIRECTION_MARKS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def subject_of(values: Iterable[tuple[SubjectAttribute, str]]) -> Subject:
    """The subject with each value canonical and in X.500 order; raises NameFault, also for a repeat."""
    pairs = [(attribute, subject_value(attribute, text)) for attribute, text in values]
    if len({attribute for attribute, _ in pairs}) < len(pairs):
        raise NameFault("SUBJECT_REPEATED", "a subject attribute may have one value")
    return tuple(sorted(pairs, key=lambda pair: _ORDER[pair[0]]))


def subject_value(attribute: SubjectAttribute, text: str) -> str:
    """The value in Unicode's composed form (NFC), a country in upper case; raises NameFault. Idempotent."""
    if len(text) > 4 * _LONGEST[attribute]:
        raise _too_long(attribute)
    value = unicodedata.normalize("NFC", text)
    if attribute is SubjectAttribute.COUNTRY:
        return _country(value)
    _check_value(attribute, value)
    return value


def _check_value(attribute: SubjectAttribute, value: str) -> None:
    if not value:
        raise NameFault("SUBJECT_EMPTY", "a subject attribute may not be empty")
    # RFC 5280 counts characters; the library that encodes names, and readers that are strict, count octets.
    if len(value.encode("utf-8", "surrogatepass")) > _LONGEST[attribute]:
        raise _too_long(attribute)
    plain = value.isascii() and value.isprintable()
    if not plain and any(_is_unprintable(character) for character in value):
        raise NameFault("SUBJECT_CHARACTER", "a subject attribute may hold no control characters")
    if value != value.strip():
        raise NameFault("SUBJECT_SPACE", "a subject attribute may not begin or end with a space")


def _country(value: str) -> str:
    if _COUNTRY.fullmatch(value):
        return value.upper()
    raise NameFault("COUNTRY_CODE", "a country is a code of two letters")


def _is_unprintable(character: str) -> bool:
    return unicodedata.category(character) in _UNPRINTABLE or character in _DIRECTION_MARKS


def _too_long(attribute: SubjectAttribute) -> NameFault:
    name = attribute.value.lower().replace("_", " ")
    return NameFault("SUBJECT_TOO_LONG", f"a {name} has at most {_LONGEST[attribute]} octets in UTF-8")


def subject_name(subject: Subject) -> x509.Name:
    """The distinguished name: UTF8String, and PrintableString for the country (RFC 5280, 4.1.2.4)."""
    return x509.Name([x509.NameAttribute(_OIDS[attribute], value) for attribute, value in subject])


def certified_subject(name: x509.Name) -> Subject:
    """The subject that ``subject_name`` made a certificate's name of; raises KeyError for another name."""
    return tuple((_BY_OID[attribute.oid], str(attribute.value)) for attribute in name)


def attribute_of(oid: x509.ObjectIdentifier) -> SubjectAttribute | None:
    """The attribute that an OID names; None for one that we do not certify."""
    return _BY_OID.get(oid)


def rfc4514(subject: Subject) -> str:
    """The subject as people read it, the most specific attribute first (RFC 4514)."""
    return subject_name(subject).rfc4514_string()
