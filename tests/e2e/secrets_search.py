"""Looks for secrets in all that a server leaves behind, in whatever spelling."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from server.pki.seal import KEK
from server.store.engine import Database
from server.store.schema import metadata
from tests.databases import Postgres


def spellings(secret: bytes) -> set[bytes]:
    """How octets could be written down."""
    texts = (base64.b64encode(secret), base64.urlsafe_b64encode(secret), secret.hex().encode())
    return {secret, *texts, secret.hex().upper().encode()}


def key_spellings(key: EllipticCurvePrivateKey) -> set[bytes]:
    """A private key as each line of its PEM, as DER, and as the bare number that is the secret."""
    octets = (key.key_size + 7) // 8
    number = key.private_numbers().private_value
    encoded = [
        key.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption())
        for encoding in (Encoding.PEM, Encoding.DER)
    ]
    # The first line of the PEM says only what kind of key it is.
    lines = [line for line in encoded[0].splitlines()[2:] if not line.startswith(b"-")]
    return {*lines, *spellings(encoded[1]), *spellings(number.to_bytes(octets)), str(number).encode()}


def loaded(pem: str) -> EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


_P256_KEY = bytes.fromhex("308187020100301306072a8648ce3d02")
"""How the PKCS #8 encoding of every P-256 key begins."""
_TOKEN = b"cm_"
_BLOCK, _NONCE = 16, 12


def openable(kek: KEK, octets: bytes) -> set[bytes]:
    """Where a P-256 key or a token begins that the KEK can open: version, nonce and first block of each.

    Whoever has the key-encryption key need not care what a seal is bound to: the first
    block of a ciphertext (AES in counter mode, the first counter is 2) tells what it is.
    """
    starts = [match.start() for match in re.finditer(b"\x01", octets)]
    sealed = [octets[start : start + 1 + _NONCE + _BLOCK] for start in starts]
    sealed = [each for each in sealed if len(each) == 1 + _NONCE + _BLOCK]
    counters = b"".join(each[1 : 1 + _NONCE] + (2).to_bytes(4, "big") for each in sealed)
    cipher = Cipher(AES(kek.derive("certmanager/v1/seal")), ECB())
    stream = cipher.encryptor().update(counters)
    opened = set()
    for index, each in enumerate(sealed):
        pad = stream[index * _BLOCK : (index + 1) * _BLOCK]
        plain = bytes(a ^ b for a, b in zip(each[1 + _NONCE :], pad, strict=True))
        if plain == _P256_KEY or plain.startswith(_TOKEN):
            opened.add(each)
    return opened


def rows(url: str) -> Iterator[tuple[str, bytes]]:
    """The octets in each table, by its name."""
    engine = Database.at(url).writer()
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            values = [value for row in connection.execute(table.select()) for value in row]
            yield table.name, b"".join(value for value in values if isinstance(value, bytes))
    engine.dispose()


def files(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Each file beneath the directory, by its name there."""
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(directory)), path.read_bytes()


def database_files(server: Postgres, url: str) -> Iterator[tuple[str, bytes]]:
    """The files of one database and the log of all, everything written out."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    assert row is not None
    cluster = server.directory / "data"
    for part in (f"base/{row[0]}", "pg_wal"):
        for name, octets in files(cluster / part):
            yield f"{part}/{name}", octets


def found(secrets: Mapping[str, set[bytes]], places: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
    """For each secret, where it is."""
    where: dict[str, set[str]] = {name: set() for name in secrets}
    for place, octets in places:
        for name, spelt in secrets.items():
            if any(spelling in octets for spelling in spelt):
                where[name].add(place)
    return where
