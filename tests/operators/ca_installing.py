"""Asking for the certificate of an outside CA, and installing it."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import certificate_authority_service_pb2 as messages
from tests.operators.ca_orders import authorities, intermediate
from tests.serving import Live

SOUND = {"attributes": {"common_name": "Acme", "basic_constraints": {"path_length": 0}}}


async def asked(live: Live, **fields: Any) -> tuple[Any, str]:
    """A CA that awaits its certificate, and its CSR."""
    request = intermediate(live, **{**SOUND, **fields})
    answer = await live.call(authorities(live).CreateCertificateAuthority, request)
    return answer.certificate_authority, answer.csr


def installation(
    ca: Any, certificate: str, chain: str, etag: str = ""
) -> messages.InstallCertificateAuthorityCertificateRequest:
    return messages.InstallCertificateAuthorityCertificateRequest(
        id=ca.id, certificate=certificate, certificate_chain=chain, etag=etag
    )


async def install(live: Live, request: messages.InstallCertificateAuthorityCertificateRequest) -> Any:
    answer = await live.call(authorities(live).InstallCertificateAuthorityCertificate, request)
    return answer.certificate_authority
