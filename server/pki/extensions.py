"""Reading of the extensions that we know, out of CSRs and certificates alike.

Each reader gives None where the extension is absent. They raise NameFault
for a name that we do not support, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final, TypeVar

from cryptography import x509

from server.pki import der as tlv
from server.pki.names import AltName, NameFault, alt_name_of
from server.pki.template import BasicConstraints
from server.pki.usages import KeyUsage

_T = TypeVar("_T", bound=x509.ExtensionType)

_BITS: Final = {
    KeyUsage.DIGITAL_SIGNATURE: "digital_signature",
    KeyUsage.NON_REPUDIATION: "content_commitment",
    KeyUsage.KEY_ENCIPHERMENT: "key_encipherment",
    KeyUsage.DATA_ENCIPHERMENT: "data_encipherment",
    KeyUsage.KEY_AGREEMENT: "key_agreement",
    KeyUsage.KEY_CERT_SIGN: "key_cert_sign",
    KeyUsage.CRL_SIGN: "crl_sign",
    KeyUsage.ENCIPHER_ONLY: "encipher_only",
    KeyUsage.DECIPHER_ONLY: "decipher_only",
}
_AGREEMENT_BITS: Final = frozenset({KeyUsage.ENCIPHER_ONLY, KeyUsage.DECIPHER_ONLY})


def key_usage_extension(usages: frozenset[KeyUsage]) -> x509.KeyUsage:
    """The extension with these bits set; raises ValueError for encipherOnly without keyAgreement."""
    return x509.KeyUsage(**{name: usage in usages for usage, name in _BITS.items()})


def extension(extensions: x509.Extensions, kind: type[_T]) -> _T | None:
    """The extension of that kind."""
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def general_names(extensions: x509.Extensions) -> tuple[x509.GeneralName, ...] | None:
    """The alternative names as they stand there."""
    found = extension(extensions, x509.SubjectAlternativeName)
    return None if found is None else tuple(found)


def alt_names(names: Iterable[x509.GeneralName]) -> tuple[AltName, ...]:
    """The names in canonical form; raises NameFault."""
    return tuple(alt_name_of(name) for name in names)


def known_alt_names(names: Iterable[x509.GeneralName]) -> tuple[AltName, ...]:
    """Those of the names that we could issue; what others certified besides is passed over."""
    found: list[AltName] = []
    for name in names:
        with suppress(NameFault):
            found.append(alt_name_of(name))
    return tuple(found)


def key_usages(extensions: x509.Extensions) -> frozenset[KeyUsage] | None:
    """The key usage bits that are set."""
    found = extension(extensions, x509.KeyUsage)
    if found is None:
        return None
    # The library refuses to tell the last two bits where keyAgreement is not set.
    readable = _BITS.keys() if found.key_agreement else _BITS.keys() - _AGREEMENT_BITS
    return frozenset(usage for usage in readable if getattr(found, _BITS[usage]))


def extended_key_usages(extensions: x509.Extensions) -> tuple[str, ...] | None:
    """The extended key usages as dotted OIDs, each once, in their order."""
    found = extension(extensions, x509.ExtendedKeyUsage)
    return None if found is None else tuple(dict.fromkeys(usage.dotted_string for usage in found))


def basic_constraints(extensions: x509.Extensions) -> BasicConstraints | None:
    """Whether the subject is, or would like to be, a CA."""
    found = extension(extensions, x509.BasicConstraints)
    return None if found is None else BasicConstraints(is_ca=found.ca, path_length=found.path_length)


def subject_key_id(extensions: x509.Extensions) -> bytes | None:
    """The identifier of the subject's key."""
    found = extension(extensions, x509.SubjectKeyIdentifier)
    return None if found is None else found.digest


def authority_key_id(extensions: x509.Extensions) -> bytes | None:
    """The identifier of the issuer's key."""
    found = extension(extensions, x509.AuthorityKeyIdentifier)
    return None if found is None else found.key_identifier


def raw_extensions(der: bytes) -> dict[str, tuple[bool, bytes]]:
    """Criticality and content of each extension of a certificate, by OID, as they stand in its octets."""
    fields = tlv.element(der).children()[0].children()
    found: dict[str, tuple[bool, bytes]] = {}
    for entry in fields[-1].children()[0].children():
        oid, *critical, value = entry.children()
        found[tlv.dotted(oid)] = (bool(critical), value.content)
    return found
