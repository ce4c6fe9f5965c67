"""What the bench sends: distinct signing requests, and the messages that carry them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest

_CHUNK = 100
_LENGTH_OCTETS = 4


def signing_requests(count: int) -> list[str]:
    """That many PEM CSRs, each with a P-256 key and a DNS name of its own."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(_signing_request, range(count), chunksize=_CHUNK))


def _signing_request(number: int) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = f"host-{number}.bench.example"
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def orders(requests: Iterable[str], *, profile_id: str) -> Iterator[bytes]:
    """IssueCertificate requests for the CSRs, marshalled."""
    for pem in requests:
        yield IssueCertificateRequest(profile_id=profile_id, csr=pem).SerializeToString()


def write_frames(path: Path, messages: Iterable[bytes]) -> None:
    """Write messages as the loader reads them: each after its length in four octets."""
    with path.open("wb") as file:
        for message in messages:
            file.write(len(message).to_bytes(_LENGTH_OCTETS, "big") + message)


def read_frames(path: Path) -> Iterator[bytes]:
    """The messages of a file of frames."""
    with path.open("rb") as file:
        while head := file.read(_LENGTH_OCTETS):
            yield file.read(int.from_bytes(head, "big"))
