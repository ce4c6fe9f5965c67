"""Sealing to recipients' keys: as RFC 9180 says, and to nothing that is no key."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.pki.hpke import KeyEncapsulation, RecipientKey, Sealed, seal
from tests import rfc9180

P256, X25519 = KeyEncapsulation.DHKEM_P256_HKDF_SHA256, KeyEncapsulation.DHKEM_X25519_HKDF_SHA256
LIBRARY = {P256: KEM.P256, X25519: KEM.X25519}
PLAINTEXT, INFO = b"a private key", b"certmanager/v1/private-key/1"

# RFC 9180, appendices A.1.1 and A.3.1, sequence number 0; both with AES-128-GCM.
RFC_INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
RFC_PLAINTEXT = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
VECTORS = {
    X25519: {
        "private": "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
        "enc": "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
        "shared_secret": "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc",
        "ciphertext": "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
        "6d8770ac83d07bea87e13c512a",
    },
    P256: {
        "private": "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
        "enc": "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
        "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
        "shared_secret": "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8",
        "ciphertext": "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f"
        "9076ac232e3ab2523f39513434",
    },
}


def loaded(kem: KeyEncapsulation, private: bytes) -> rfc9180.PrivateKey:
    if kem is X25519:
        return x25519.X25519PrivateKey.from_private_bytes(private)
    return ec.derive_private_key(int.from_bytes(private), ec.SECP256R1())


def fresh(kem: KeyEncapsulation) -> rfc9180.PrivateKey:
    return x25519.X25519PrivateKey.generate() if kem is X25519 else ec.generate_private_key(ec.SECP256R1())


def sealed_to(key: rfc9180.PrivateKey, kem: KeyEncapsulation) -> Sealed:
    return seal(PLAINTEXT, RecipientKey(kem, rfc9180.public_octets(key)), info=INFO)


@pytest.mark.parametrize("kem", KeyEncapsulation)
def test_the_second_implementation_is_rfc_9180s(kem: KeyEncapsulation) -> None:
    """It opens what the RFC sealed, by way of the RFC's shared secret: so its word on ours counts."""
    vector = {name: bytes.fromhex(value) for name, value in VECTORS[kem].items()}
    opened = rfc9180.open_base(
        vector["enc"],
        loaded(kem, vector["private"]),
        info=RFC_INFO,
        aad=b"Count-0",
        ciphertext=vector["ciphertext"],
        aead=rfc9180.AES_128_GCM,
    )
    assert (opened.shared_secret, opened.plaintext) == (vector["shared_secret"], RFC_PLAINTEXT)


@pytest.mark.parametrize("kem", KeyEncapsulation)
def test_what_is_sealed_opens_as_the_rfc_says(kem: KeyEncapsulation) -> None:
    """With AES-256-GCM and no associated data."""
    key = fresh(kem)
    sealed = sealed_to(key, kem)
    opened = rfc9180.open_base(sealed.enc, key, info=INFO, aad=b"", ciphertext=sealed.ciphertext)
    assert opened.plaintext == PLAINTEXT
    assert sealed.kem is kem
    assert len(sealed.ciphertext) == len(PLAINTEXT) + 16


@pytest.mark.parametrize("kem", KeyEncapsulation)
def test_what_is_sealed_opens_with_the_library(kem: KeyEncapsulation) -> None:
    """As docs/issuance.md shows it."""
    key: Any = fresh(kem)
    sealed = sealed_to(key, kem)
    suite = Suite(LIBRARY[kem], KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    assert suite.decrypt(sealed.enc + sealed.ciphertext, key, INFO) == PLAINTEXT


@pytest.mark.parametrize("kem", KeyEncapsulation)
@pytest.mark.parametrize("change", ["key", "info", "enc", "ciphertext"])
def test_nothing_else_opens_it(kem: KeyEncapsulation, change: str) -> None:
    """Not another key, another use, nor changed octets."""
    key, other = fresh(kem), fresh(kem)
    sealed = sealed_to(key, kem)
    ciphertext = sealed.ciphertext
    with pytest.raises(InvalidTag):
        rfc9180.open_base(
            rfc9180.public_octets(other) if change == "enc" else sealed.enc,
            other if change == "key" else key,
            info=INFO + b"0" if change == "info" else INFO,
            aad=b"",
            ciphertext=bytes((ciphertext[0] ^ 1,)) + ciphertext[1:] if change == "ciphertext" else ciphertext,
        )


@pytest.mark.parametrize("kem", KeyEncapsulation)
def test_each_sealing_is_its_own(kem: KeyEncapsulation) -> None:
    """The ephemeral key is never used twice."""
    key = fresh(kem)
    first, second = sealed_to(key, kem), sealed_to(key, kem)
    assert first.enc != second.enc
    assert first.ciphertext != second.ciphertext


@pytest.mark.parametrize("kem", KeyEncapsulation)
def test_what_is_sealed_is_read_again_from_its_octets(kem: KeyEncapsulation) -> None:
    """Which mechanism it was is told first, by the RFC's number; the rest is what the library would open."""
    sealed = sealed_to(fresh(kem), kem)
    assert sealed.octets == kem.value.to_bytes(2, "big") + sealed.enc + sealed.ciphertext
    assert Sealed.of(sealed.octets) == sealed


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0\0", b"\0\x12" + bytes(100), b"0\x82" + bytes(100)])
def test_what_was_never_sealed_is_not_read(octets: bytes) -> None:
    """A mechanism that is none, and PKCS #8 as it begins."""
    with pytest.raises(ValueError, match="KeyEncapsulation"):
        Sealed.of(octets)


_POINT = rfc9180.public_octets(ec.derive_private_key(7, ec.SECP256R1()))
_COMPRESSED = (
    ec.derive_private_key(7, ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
)
_FIELD = 2**255 - 19
# RFC 7748, section 6.1, asks to look for zeros: these are the points that make them, in each spelling.
_SMALL_ORDER = {
    "zero": 0,
    "one": 1,
    "order 8": 325606250916557431795983626356110631294008115727848805560023387167927233504,
    "the other order 8": 39382357235489614581723060781553021112529911719440698176882885853963445705823,
    "minus one": _FIELD - 1,
    "zero again": _FIELD,
    "one again": _FIELD + 1,
    "zero with the unused bit": 2**255,
}
BAD_POINTS = {
    "compressed": _COMPRESSED,
    "compressed, of the right length": _COMPRESSED.ljust(65, b"\0"),
    "hybrid": bytes((6 + _POINT[64] % 2,)) + _POINT[1:],
    "infinity": bytes(65),
    "infinity in one octet": b"\0",
    "off the curve": _POINT[:-1] + bytes((_POINT[-1] ^ 1,)),
    "coordinates of zero": b"\x04" + bytes(64),
    "coordinates beyond the field": b"\x04" + b"\xff" * 64,
    "too short": _POINT[:64],
    "nothing": b"",
}


@pytest.mark.parametrize("octets", BAD_POINTS.values(), ids=BAD_POINTS)
def test_no_point_of_p_256(octets: bytes) -> None:
    """Only the uncompressed form of a point on the curve is one; and nothing is sealed to anything else."""
    recipient = RecipientKey(P256, octets)
    fault = recipient.fault()
    assert fault is not None
    assert fault.rule == "RECIPIENT_KEY_MALFORMED"
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own
        seal(PLAINTEXT, recipient, info=INFO)


@pytest.mark.parametrize("number", _SMALL_ORDER.values(), ids=_SMALL_ORDER)
def test_points_of_small_order_on_x25519(number: int) -> None:
    """Whoever knows one knows the shared secret: it is all zeros."""
    recipient = RecipientKey(X25519, number.to_bytes(32, "little"))
    fault = recipient.fault()
    assert fault is not None
    assert fault.rule == "RECIPIENT_KEY_SMALL_ORDER"
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own
        seal(PLAINTEXT, recipient, info=INFO)


@pytest.mark.parametrize("size", [0, 31, 33, 65])
def test_x25519_keys_of_the_wrong_length(size: int) -> None:
    """A key has 32 octets."""
    fault = RecipientKey(X25519, bytes(size)).fault()
    assert fault is not None
    assert fault.rule == "RECIPIENT_KEY_MALFORMED"


@pytest.mark.parametrize("kem", KeyEncapsulation)
def test_a_sound_key_has_no_fault(kem: KeyEncapsulation) -> None:
    assert RecipientKey(kem, rfc9180.public_octets(fresh(kem))).fault() is None
