"""Reading certificates and their armour: describe, PEM, DER."""

from __future__ import annotations

import hashlib
from time import perf_counter

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.certificate import sign, subject_key_id
from server.pki.der import is_der
from server.pki.describe import Description, describe
from server.pki.pem import PEMFault, certificate_pem, chain_pem, load_certificates
from server.pki.serial import serial_hex
from server.pki.template import BasicConstraints
from tests.pki.making import der_of, leaf_template, root

KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = root(KEY)
LEAF = leaf_template(KEY, ROOT, KEY)
CERTIFICATE = sign(LEAF, KEY)


def test_a_description_says_what_the_template_said() -> None:
    """All values of a certificate, in plain form; the same from DER."""
    der = der_of(CERTIFICATE)
    assert (
        describe(der)
        == describe(CERTIFICATE)
        == Description(
            subject="CN=service.acme.com",
            issuer="CN=Acme Root,O=Acme,C=DE",
            common_name="service.acme.com",
            alt_names=LEAF.alt_names,
            key_algorithm=KeyAlgorithm.EC_PRIME256V1,
            signature_algorithm=SignatureAlgorithm.ECDSA_SHA256,
            key_usages=LEAF.key_usages,
            extended_key_usages=LEAF.extended_key_usages,
            basic_constraints=BasicConstraints(),
            validity=LEAF.validity,
            serial=serial_hex(LEAF.serial),
            fingerprint=hashlib.sha256(der).hexdigest(),
            subject_key_id=subject_key_id(KEY.public_key()),
            authority_key_id=LEAF.authority_key_id,
        )
    )


def test_pem_is_as_the_library_writes_it() -> None:
    """Byte for byte, from the object and from its DER."""
    expected = CERTIFICATE.public_bytes(Encoding.PEM).decode()
    assert certificate_pem(CERTIFICATE) == certificate_pem(der_of(CERTIFICATE)) == expected


def test_a_chain_is_read_in_its_order() -> None:
    """What chain_pem wrote is what load_certificates reads."""
    assert load_certificates(chain_pem((CERTIFICATE, ROOT))) == (CERTIFICATE, ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        certificate_pem(ROOT) * 17,
        certificate_pem(ROOT) + "text",
        certificate_pem(b"\x30\x00"),
        certificate_pem(ROOT).replace("CERTIFICATE", "PRIVATE KEY"),
        "-----BEGIN " * 100_000,
    ],
    ids=["empty", "text", "17", "trailing", "no certificate", "label", "hostile"],
)
def test_other_text_is_refused_at_once(text: str) -> None:
    """Chains are bounded, and hold certificates only."""
    began = perf_counter()
    with pytest.raises(PEMFault):
        load_certificates(text)
    assert perf_counter() - began < 0.1


@pytest.mark.parametrize(
    ("octets", "is_sound"),
    [
        ("0500", True),
        ("0101ff", True),
        ("30060201000101ff", True),
        ("02020080", True),
        ("0c0568656c6c6f", True),
        ("3000", True),
        ("04820100" + "00" * 256, True),
        ("", False),
        ("05", False),
        ("050000", False),
        ("0501", False),
        ("050100", False),
        ("010101", False),
        ("0200", False),
        ("02020001", False),
        ("0202ff80", False),
        ("30800000", False),
        ("04810100", False),
        ("0481", False),
        ("0485000000000100", False),
        ("3002ffff", False),
        ("1000", False),
        ("2400", False),
        ("1f8100", False),
        ("060180", False),
        ("0600", False),
    ],
)
def test_der_is_told_from_what_is_not(octets: str, is_sound: bool) -> None:  # noqa: FBT001 - the table's answer
    """One value, shortest lengths, right forms, all the way down."""
    assert is_der(bytes.fromhex(octets)) is is_sound


def test_deep_nesting_is_not_der_for_us() -> None:
    """Depth is bounded, so that a hostile value cannot exhaust the stack."""
    value = b""
    for _ in range(5000):
        size = len(value)
        length = (
            bytes([size])
            if size < 128
            else b"\x82" + size.to_bytes(2)
            if size > 255
            else b"\x81" + bytes([size])
        )
        value = b"\x30" + length + value
    assert not is_der(value)


@given(st.binary(max_size=80))
def test_any_octets_are_der_or_not(octets: bytes) -> None:
    """The reader answers whatever it is given."""
    assert is_der(octets) in {True, False}
