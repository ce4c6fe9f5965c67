"""``python -m bench.revocation``: what a hundred thousand revoked certificates cost.

Two stages on one server: with none revoked, and with so many more, which are
put straight into its SQLite database. In each, certificates are revoked one
after the other, and others issued while a CRL is made. docs/performance.md says
how to read the table.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import grpc

from bench import listed, material
from bench.listed import Published
from bench.memory import forget_peak, peak_mebibytes
from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from tools.connecting import SECONDS, connected
from tools.running import ROOT, Server

REVOKED = 100
"""Certificates that each stage revokes, and issues while a CRL is made."""
RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True, slots=True)
class Measured:
    """One stage; times are in seconds."""

    listed: int
    revocation: float
    """The median of revocations, one after the other, while CRLs are made all the time."""
    issuance: float
    """The median of issuances while nothing else is done."""
    issuance_meanwhile: float
    """The median of issuances while a CRL is made."""
    worst_meanwhile: float
    publication: float
    """From a revocation to the CRL that has it."""
    octets: int
    """Of that CRL."""
    peak: float
    """Mebibytes of memory that making it took at most, beyond what the server held before."""


class Bench:
    """A client of one server."""

    def __init__(self, server: Server, requests: Iterator[str]) -> None:
        self._server = server
        self._requests = requests
        self._certificates = CertificateServiceStub(connected(server))

    def stage(self) -> Measured:
        """Issue, revoke and have a CRL made."""
        alone = [self._issue() for _ in range(REVOKED)]
        before = self._published()
        forget_peak(self._server)
        held, began = peak_mebibytes(self._server), time.perf_counter()
        self._revoke(alone[0].id)
        meanwhile = list(self._until_published(before))
        publication, now = time.perf_counter() - began, self._published()
        peak = peak_mebibytes(self._server) - held
        revoked = [self._revoke(one.id) for one in alone[1:]]
        return Measured(
            listed=now.entries,
            revocation=statistics.median(revoked),
            issuance=statistics.median(one.seconds for one in alone),
            issuance_meanwhile=statistics.median(meanwhile),
            worst_meanwhile=max(meanwhile),
            publication=publication,
            octets=now.size,
            peak=peak,
        )

    def _until_published(self, before: Published) -> Iterator[float]:
        """How long issuances take until there is another CRL."""
        while True:
            yield self._issue().seconds
            if self._published().number > before.number:
                return

    def _issue(self) -> Issued:
        profile_id = self._server.ids["profile_id"]
        order = messages.IssueCertificateRequest(profile_id=profile_id, csr=next(self._requests))
        began = time.perf_counter()
        answer = self._certificates.IssueCertificate(order, timeout=SECONDS)
        return Issued(answer.certificate.certificate_id, time.perf_counter() - began)

    def _revoke(self, id_: str) -> float:
        order = messages.RevokeCertificateRequest(
            certificate_id=id_, reason=x509_pb2.REVOCATION_REASON_SUPERSEDED
        )
        began = time.perf_counter()
        self._certificates.RevokeCertificate(order, timeout=SECONDS)
        return time.perf_counter() - began

    def _published(self) -> Published:
        return listed.published(self._server.data, self._server.ids["ca_id"])


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, and how long it took."""

    id: str
    seconds: float


def main() -> int:
    """Measure, print, and leave a file."""
    parser = argparse.ArgumentParser(description="Measures what many revoked certificates cost.")
    parser.add_argument("--revoked", type=int, default=100_000, help="certificates [100000]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="certmanager-bench-") as name:
        results = measure(Path(name), arguments.revoked)
    print("\n".join(table(results)))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"revocation-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"
    path.write_text(json.dumps([asdict(one) for one in results], indent=2) + "\n")
    print(f"\nwritten to {path.relative_to(ROOT)}")
    return 0


def measure(directory: Path, count: int) -> tuple[Measured, Measured]:
    """Both stages, with the rows put in between."""
    requests = iter(material.signing_requests(40 * REVOKED))
    data, log = directory / "data", directory / "server.log"
    with Server(data, log) as server:
        listed.wait_published(data, server.ids["ca_id"])
        few = Bench(server, requests).stage()
        server.stop()
    listed.put_revoked(data, server.ids["ca_id"], count)
    with Server(data, log) as server:
        listed.wait_published(data, server.ids["ca_id"], entries=count)
        many = Bench(server, requests).stage()
        server.stop()
    return few, many


def table(stages: Sequence[Measured]) -> Iterator[str]:
    """The results for people, as Markdown."""
    few, many = stages
    yield "| | few | many | ratio |"
    yield "|---|---|---|---|"
    yield f"| certificates on the CRL | {few.listed:,} | {many.listed:,} | |"
    rows = {
        "a revocation, median, CRLs being made": "revocation",
        "an issuance, median, alone": "issuance",
        "an issuance, median, while a CRL is made": "issuance_meanwhile",
        "the slowest of these": "worst_meanwhile",
        "from a revocation to its CRL": "publication",
    }
    for name, part in rows.items():
        less, more = getattr(few, part), getattr(many, part)
        yield f"| {name} | {less * 1e3:,.1f} ms | {more * 1e3:,.1f} ms | {more / less:.2f} |"
    yield f"| size of the CRL | {few.octets:,} octets | {many.octets:,} octets | |"
    yield f"| memory that making it takes | {few.peak:.0f} MiB | {many.peak:.0f} MiB | |"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except grpc.RpcError as error:
        sys.exit(f"a call failed: {error}")
