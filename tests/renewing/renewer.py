"""Renewals that somebody asks for, and how two certificates compare."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import x509_pb2
from tests.renewing.stage import SECOND, Stage
from tests.requests.offices import Person
from tests.serving import Failure

_OF_THE_ISSUER = frozenset(
    {
        x509.SubjectKeyIdentifier.oid,
        x509.AuthorityKeyIdentifier.oid,
        x509.CRLDistributionPoints.oid,
        x509.AuthorityInformationAccess.oid,
    }
)


async def renew(stage: Stage, id_: str, *, by: Person | None = None, **said: Any) -> Any:
    """The answer to who renews a certificate; the owner unless somebody else does."""
    request = messages.RenewCertificateRequest(certificate_id=id_, **said)
    method = stage.live.certificates.RenewCertificate
    return await stage.live.call(method, request, token=by.token if by else None)


async def refused(stage: Stage, id_: str, *, by: Person | None = None, **said: Any) -> Failure:
    """How a renewal is refused."""
    request = messages.RenewCertificateRequest(certificate_id=id_, **said)
    method = stage.live.certificates.RenewCertificate
    return await stage.live.refused(method, request, token=by.token if by else None)


async def revoke(stage: Stage, id_: str, reason: str = "SUPERSEDED") -> None:
    """A certificate is revoked."""
    number: Any = x509_pb2.RevocationReason.Value(f"REVOCATION_REASON_{reason}")
    request = messages.RevokeCertificateRequest(certificate_id=id_, reason=number)
    await stage.live.call(stage.live.certificates.RevokeCertificate, request)


async def release(stage: Stage, id_: str) -> None:
    """A hold ends."""
    request = messages.ReleaseCertificateHoldRequest(certificate_id=id_)
    await stage.live.call(stage.live.certificates.ReleaseCertificateHold, request)


async def latest(stage: Stage, *, by: Person | None = None, **key: str) -> Any:
    """The certificate of a lineage to be used now."""
    request = messages.GetLatestCertificateRequest(**key)
    method = stage.live.certificates.GetLatestCertificate
    return (await stage.live.call(method, request, token=by.token if by else None)).certificate


async def switched(stage: Stage, id_: str, *, by: Person | None = None, **said: Any) -> Any:
    """What is told of a certificate's renewal once that is switched."""
    request = messages.UpdateCertificateRenewalRequest(certificate_id=id_, **said)
    method = stage.live.certificates.UpdateCertificateRenewal
    answer = await stage.live.call(method, request, token=by.token if by else None)
    return answer.certificate.auto_renewal


async def parsed(stage: Stage, id_: str) -> x509.Certificate:
    """A stored certificate."""
    return x509.load_der_x509_certificate((await stage.row(id_)).der)


def content(certificate: x509.Certificate) -> list[Any]:
    """All that a certificate says of its subject, as octets and in their order."""
    extensions = [
        (entry.oid.dotted_string, entry.critical, entry.value.public_bytes())
        for entry in certificate.extensions
        if entry.oid not in _OF_THE_ISSUER
    ]
    return [certificate.subject.public_bytes(), extensions]


def lifetime(certificate: x509.Certificate) -> timedelta:
    """How long it is valid, its last second included."""
    return certificate.not_valid_after_utc - certificate.not_valid_before_utc + SECOND


def spki(certificate: x509.Certificate) -> bytes:
    """Its key."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
