"""What no server can beat: the cryptography of one certificate, and one durable commit."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_ISSUER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the floor")])
_USAGE = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip
_COMMITS = 300
_ROW_OCTETS = 1500


def issuance_rate(requests: Sequence[str]) -> float:
    """F: certificates a second of one thread that parses, proves, builds, signs and encodes, and no more."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    began = time.perf_counter()
    for pem in requests:
        _certificate(pem.encode(), key, authority=authority)
    return len(requests) / (time.perf_counter() - began)


def _certificate(
    pem: bytes, key: ec.EllipticCurvePrivateKey, *, authority: x509.AuthorityKeyIdentifier
) -> bytes:
    csr = x509.load_pem_x509_csr(pem)
    if not csr.is_signature_valid:
        raise ValueError("the CSR does not prove possession of its key")
    now, public_key = datetime.now(UTC), csr.public_key()
    names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    builder = (
        x509.CertificateBuilder()
        .subject_name(csr.subject)
        .issuer_name(_ISSUER)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names.value, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(authority, critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def commit_seconds(directory: Path) -> float:
    """The median time of one durable commit of one row, on the disk of ``directory``."""
    connection = sqlite3.connect(directory / "commit.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE one (row BLOB)")
    times = [_commit(connection) for _ in range(_COMMITS)]
    connection.close()
    return statistics.median(times)


def _commit(connection: sqlite3.Connection) -> float:
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO one VALUES (?)", (bytes(_ROW_OCTETS),))
    connection.execute("COMMIT")
    return time.perf_counter() - began
