"""The check after signing finds every difference between a template and a certificate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from server.pki.algorithms import SignatureAlgorithm
from server.pki.certificate import build, sign, subject_key_id
from server.pki.names import AltName, AltNameType, SubjectAttribute, subject_name
from server.pki.signed import SignedMismatch, check_signed, verify_signature
from server.pki.template import BasicConstraints, CustomExtension, NameConstraints, Subtree, Template
from server.pki.usages import KeyUsage
from server.pki.validity import SECOND, Validity
from tests.pki.making import ca_template, der_of, leaf_template, root

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
ROOT = root(KEY)
CUSTOM = CustomExtension("1.3.6.1.4.1.99999.1", critical=False, value=b"\x05\x00")
CONSTRAINTS = NameConstraints(permitted=(Subtree(AltNameType.DNS, "acme.com"),))
LEAF = leaf_template(
    KEY,
    ROOT,
    KEY,
    custom_extensions=(CUSTOM,),
    crl_urls=("http://a.example/crl",),
    ocsp_urls=("http://a.example/ocsp",),
    issuer_urls=("http://a.example/crt",),
)
CA = ca_template(KEY, ROOT, KEY, name_constraints=CONSTRAINTS)
VALIDITY = LEAF.validity

CHANGES: list[tuple[Template, dict[str, Any], str]] = [
    (LEAF, {"serial": LEAF.serial + 1}, "serial number"),
    (LEAF, {"issuer": subject_name(((SubjectAttribute.COMMON_NAME, "Other"),))}, "issuer"),
    (LEAF, {"subject": ((SubjectAttribute.COMMON_NAME, "other"),)}, "subject"),
    (LEAF, {"subject": ()}, "set of extensions"),
    (LEAF, {"public_key": OTHER.public_key()}, "public key"),
    (LEAF, {"signature_algorithm": SignatureAlgorithm.ECDSA_SHA384}, "signature algorithm"),
    (LEAF, {"signature_algorithm": SignatureAlgorithm.RSA_SHA256}, "signature parameters"),
    (LEAF, {"validity": Validity(VALIDITY.not_before, VALIDITY.not_after + SECOND)}, "not after"),
    (LEAF, {"validity": Validity(VALIDITY.not_before - SECOND, VALIDITY.not_after)}, "not before"),
    (LEAF, {"authority_key_id": b"x" * 20}, "authority key identifier"),
    (LEAF, {"authority_key_id": None}, "set of extensions"),
    (LEAF, {"alt_names": LEAF.alt_names[:1]}, "alternative names"),
    (LEAF, {"alt_names": (*LEAF.alt_names, AltName(AltNameType.DNS, "x.y"))}, "alternative names"),
    (LEAF, {"alt_names": LEAF.alt_names[::-1]}, "alternative names"),
    (LEAF, {"alt_names": ()}, "set of extensions"),
    (LEAF, {"key_usages": frozenset({KeyUsage.NON_REPUDIATION})}, "key usages"),
    (LEAF, {"key_usages": frozenset()}, "set of extensions"),
    (LEAF, {"extended_key_usages": ("1.3.6.1.5.5.7.3.2",)}, "extended key usages"),
    (LEAF, {"extended_key_usages": ()}, "set of extensions"),
    (LEAF, {"basic_constraints": BasicConstraints(is_ca=True)}, "basic constraints"),
    (LEAF, {"custom_extensions": ()}, "set of extensions"),
    (LEAF, {"custom_extensions": (replace(CUSTOM, critical=True),)}, "extension 1.3.6.1.4.1.99999.1"),
    (LEAF, {"custom_extensions": (replace(CUSTOM, value=b"\x01\x01\xff"),)}, "extension 1.3.6.1.4.1.99999.1"),
    (LEAF, {"crl_urls": ("http://b.example/crl",)}, "CRL distribution points"),
    (LEAF, {"ocsp_urls": ()}, "OCSP responders"),
    (LEAF, {"issuer_urls": ("http://b.example/crt",)}, "issuer locations"),
    (CA, {"basic_constraints": BasicConstraints(is_ca=True, path_length=1)}, "basic constraints"),
    (CA, {"name_constraints": None}, "name constraints"),
    (CA, {"name_constraints": NameConstraints(excluded=CONSTRAINTS.permitted)}, "name constraints"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("template", "change", "part"), CHANGES, ids=[f"{i}-{c[2]}" for i, c in enumerate(CHANGES)]
)
def test_a_certificate_of_another_template_is_found(
    template: Template, change: dict[str, Any], part: str
) -> None:
    """What was signed is compared with what was decided, part by part."""
    certificate = sign(template, KEY)
    check_signed(template, certificate)
    with pytest.raises(SignedMismatch) as found:
        check_signed(replace(template, **change), certificate)
    assert part in found.value.part.split(", ")


def test_an_extension_that_nobody_asked_for_is_found() -> None:
    """The set of extensions is exact."""
    builder = build(LEAF).add_extension(x509.OCSPNoCheck(), critical=False)
    with pytest.raises(SignedMismatch, match="set of extensions"):
        check_signed(LEAF, builder.sign(KEY, hashes.SHA256()))


def test_a_signature_by_another_key_is_found() -> None:
    """With the issuer's key at hand the signature is verified."""
    with pytest.raises(SignedMismatch, match="signature"):
        check_signed(LEAF, sign(LEAF, OTHER), issuer_public_key=KEY.public_key())


def test_a_tampered_signature_is_found() -> None:
    """One bit is enough."""
    der = bytearray(der_of(sign(LEAF, KEY)))
    der[-1] ^= 1
    with pytest.raises(SignedMismatch, match="signature"):
        check_signed(LEAF, bytes(der), issuer_public_key=KEY.public_key())


def test_inner_and_outer_algorithm_are_the_same() -> None:
    """The unsigned copy of the algorithm is compared too."""
    der = der_of(sign(LEAF, KEY))
    oid, other = bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d040303")
    at = der.rindex(oid)
    with pytest.raises(SignedMismatch, match="signature algorithm"):
        check_signed(LEAF, der[:at] + other + der[at + len(oid) :])


@pytest.mark.parametrize(
    "octets", [b"", b"\x30\x00", b"\x30\x03\x02\x01\x00", der_of(ROOT)[:-1], der_of(ROOT) + b"\x00"]
)
def test_what_is_no_certificate_is_a_mismatch(octets: bytes) -> None:
    """Octets that do not parse raise the same error and no other."""
    with pytest.raises(SignedMismatch, match="encoding"):
        check_signed(LEAF, octets)


def test_every_field_of_a_template_is_looked_at() -> None:
    """The changes above name all fields but one: the algorithm of the key follows from the key."""
    changed = {name for _, change, _ in CHANGES for name in change}
    assert changed == set(Template.__dataclass_fields__) - {"key_algorithm"}


def test_a_key_cannot_have_made_the_signature_of_another_kind() -> None:
    """An EC key and ML-DSA do not match; that is an invalid signature and no accident."""
    with pytest.raises(InvalidSignature):
        verify_signature(KEY.public_key(), b"", b"", algorithm=SignatureAlgorithm.ML_DSA_44)


def test_the_subject_key_identifier_is_of_the_key() -> None:
    """Two keys, two identifiers of 20 octets."""
    assert subject_key_id(KEY.public_key()) != subject_key_id(OTHER.public_key())
    assert len(subject_key_id(KEY.public_key())) == 20
