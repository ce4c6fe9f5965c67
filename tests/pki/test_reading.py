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
from server.pki.der import DERFault, dotted, element, is_der
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


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def _oid(content: bytes) -> bytes:
    return _tlv(0x06, content)


def _arc(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\x2a\x03", "1.2.3"),
        (b"\x2a\x00", "1.2.0"),
        (b"\x2a" + _arc(2**128 - 1), f"1.2.{2**128 - 1}"),
        (b"\x2a" + b"\x01" * 62, "1.2" + ".1" * 62),
        (b"\x88\x37", "2.999"),
    ],
)
def test_an_object_identifier_is_told_in_dotted_text(content: bytes, text: str) -> None:
    """Up to 63 octets, and arcs of 128 bits."""
    assert dotted(element(_oid(content))) == text


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x2a\x83", id="arc that does not end"),
        pytest.param(b"\x2a\x80\x01", id="leading zeros"),
        pytest.param(b"\x80\x2a\x03", id="leading zeros at once"),
        pytest.param(b"\x2a" + _arc(2**128), id="arc of 129 bits"),
        pytest.param(b"\x2a" + b"\x01" * 63, id="64 octets"),
        pytest.param(b"\x2a" + b"\xff" * 4000 + b"\x7f", id="arc of 4001 octets"),
        pytest.param(b"\x2a" + b"\x01" * 4000, id="4000 arcs"),
    ],
)
def test_an_object_identifier_without_bound_is_a_fault(content: bytes) -> None:
    """Python turns no number of more than 4,300 digits into text; nobody else has such an arc."""
    with pytest.raises(DERFault):
        dotted(element(_oid(content)))
    assert not is_der(_tlv(0x30, _oid(content)))


_CONTENT = st.one_of(
    st.binary(max_size=80),
    st.integers(0, 4000).map(lambda size: b"\xff" * size + b"\x7f"),
    st.just(b"\x80" * 70),
)


@given(st.sampled_from([0x01, 0x02, 0x05, 0x06, 0x0C, 0x30, 0x31, 0x80, 0xA0]), _CONTENT)
def test_any_content_of_a_known_tag_is_der_or_not(tag: int, content: bytes) -> None:
    """Tag and length in order, so that the content is reached: an answer, and no other error."""
    assert is_der(_tlv(tag, content)) in {True, False}
