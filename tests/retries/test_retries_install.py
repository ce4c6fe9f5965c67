"""Retries of a certificate's installation, which is made once in any case."""

from __future__ import annotations

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.clock import utc_now
from server.store.records import AttemptRecord
from tests.operators.ca_installing import asked
from tests.operators.ca_outside import outside_root
from tests.retries.creating import fresh_id
from tests.serving import Live


async def install(live: Live) -> messages.InstallCertificateAuthorityCertificateRequest:
    """The installation of what an outside CA signed for a new one of ours."""
    ca, csr = await asked(live)
    root = outside_root(utc_now())
    return messages.InstallCertificateAuthorityCertificateRequest(
        id=ca.id,
        certificate=root.sign(csr, now=utc_now()),
        certificate_chain=root.chain,
        request_id=fresh_id(),
    )


async def test_a_retry_is_answered_with_the_ca(live: Live) -> None:
    request, stub = await install(live), live.stub(CertificateAuthorityServiceStub)
    first = await live.call(stub.InstallCertificateAuthorityCertificate, request)
    assert await live.call(stub.InstallCertificateAuthorityCertificate, request) == first
    assert len(await live.app.store.list(AttemptRecord)) == 1


async def test_another_certificate_under_its_id_is_refused(live: Live) -> None:
    request, stub = await install(live), live.stub(CertificateAuthorityServiceStub)
    await live.call(stub.InstallCertificateAuthorityCertificate, request)
    request.certificate_chain = outside_root(utc_now()).chain
    failure = await live.refused(stub.InstallCertificateAuthorityCertificate, request)
    assert failure.reason == "REQUEST_ID_REUSED"
