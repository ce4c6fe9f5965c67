"""Looks for secrets in all that a server leaves behind, in whatever spelling."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

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
