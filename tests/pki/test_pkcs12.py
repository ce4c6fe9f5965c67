"""PKCS #12 files, as OpenSSL reads them."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from server.pki.algorithms import KeyAlgorithm
from server.pki.certificate import Certificate, sign
from server.pki.keys import PrivateKey
from server.pki.names import AltName, AltNameType
from server.pki.pkcs12 import PKCS12_ALGORITHMS, dump_pkcs12, friendly_name
from tests.oracles import openssl_pkcs12
from tests.pki.making import leaf_template, root

PASSWORD = "correct horse \u00e4\U0001f511"
Keys = dict[KeyAlgorithm, PrivateKey]
P256 = KeyAlgorithm.EC_PRIME256V1


def leaf(key: PrivateKey, issuer_key: PrivateKey, **changes: Any) -> tuple[Certificate, Certificate]:
    """A certificate and its root."""
    issuer = root(issuer_key)
    return sign(leaf_template(key, issuer, issuer_key, **changes), issuer_key), issuer


@pytest.mark.parametrize("algorithm", PKCS12_ALGORITHMS)
def test_openssl_reads_key_certificate_and_chain(keys: Keys, algorithm: KeyAlgorithm) -> None:
    """The key is the certificate's, and the chain follows it in order."""
    key, issuer_key = keys[algorithm], keys[P256]
    certificate, issuer = leaf(key, issuer_key)
    octets = dump_pkcs12(key, password=PASSWORD, certificate=certificate, chain=(issuer,))
    told = openssl_pkcs12(octets, PASSWORD)
    assert told.error == ""
    found: Any = load_pem_private_key(told.pem.encode(), None)
    assert found.public_key() == certificate.public_key()
    assert x509.load_pem_x509_certificates(told.pem.encode()) == [certificate, issuer]
    assert "friendlyName: service.acme.com" in told.pem


def test_how_it_is_encrypted(keys: Keys) -> None:
    """PBES2 with AES-256-CBC for key and certificates, HMAC-SHA-256 over all; nothing of the nineties."""
    key = keys[P256]
    certificate, issuer = leaf(key, key)
    octets = dump_pkcs12(key, password=PASSWORD, certificate=certificate, chain=(issuer,))
    bags = "PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256"
    told = openssl_pkcs12(octets, PASSWORD).structure
    assert f"Shrouded Keybag: {bags}" in told
    assert f"PKCS7 Encrypted data: {bags}" in told
    assert "MAC: sha256" in told


@pytest.mark.parametrize("password", ["", "correct horse", PASSWORD + " "])
def test_another_password_opens_nothing(keys: Keys, password: str) -> None:
    """The MAC tells it before anything is decrypted."""
    key = keys[P256]
    certificate, issuer = leaf(key, key)
    octets = dump_pkcs12(key, password=PASSWORD, certificate=certificate, chain=(issuer,))
    told = openssl_pkcs12(octets, password)
    assert told.pem == ""
    assert "invalid password" in told.error


@pytest.mark.parametrize("algorithm", [a for a in KeyAlgorithm if a not in PKCS12_ALGORITHMS])
def test_keys_that_no_file_holds(keys: Keys, algorithm: KeyAlgorithm) -> None:
    """ML-DSA, which the library does not write; all others it does."""
    key = keys[algorithm]
    certificate, issuer = leaf(key, keys[P256])
    with pytest.raises(ValueError, match="no PKCS #12 file holds such a key"):
        dump_pkcs12(key, password=PASSWORD, certificate=certificate, chain=(issuer,))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "service.acme.com"),
        ({"subject": ()}, "service.acme.com"),
        ({"subject": (), "alt_names": (AltName(AltNameType.EMAIL, "joe@acme.com"),)}, "joe@acme.com"),
    ],
)
def test_the_name_that_the_key_is_listed_under(keys: Keys, changes: dict[str, Any], name: str) -> None:
    """The common name, else the first alternative name."""
    certificate, _ = leaf(keys[P256], keys[P256], **changes)
    assert friendly_name(certificate) == name


def test_a_certificate_without_names_is_listed_by_its_serial_number(keys: Keys) -> None:
    """Programs want some name; two such keys in one store stay apart."""
    certificate, _ = leaf(keys[P256], keys[P256], subject=(), alt_names=(), serial=0x1234)
    assert friendly_name(certificate) == "1234"
