"""CertificateAuthorityService: sets up certificate authorities, and reads them."""

from __future__ import annotations

from functools import partial
from typing import Any

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.api.authority_answers import certificate_authority
from server.api.authority_orders import read_filter, read_order, read_terms
from server.api.call import current_call, current_caller
from server.api.methods import collects_violations
from server.api.paging import Paging
from server.ra.setup.authorities import CertificateAuthorities
from server.ra.setup.founding import Founding
from server.ra.terms import csr_pem


class CertificateAuthorityService:
    """The RPCs on certificate authorities."""

    def __init__(self, founding: Founding, authorities: CertificateAuthorities, paging: Paging) -> None:
        self._founding = founding
        self._authorities = authorities
        self._paging = paging

    @collects_violations
    async def CreateCertificateAuthority(
        self, request: messages.CreateCertificateAuthorityRequest, _: Any
    ) -> messages.CreateCertificateAuthorityResponse:
        """Create a CA; one that an outside CA is to sign comes with its CSR."""
        order = read_order(request, current_call().form_violations)
        stands = await self._founding.create(current_caller(), order)
        csr = csr_pem(stands.record.csr) if stands.record.csr else ""
        return messages.CreateCertificateAuthorityResponse(
            certificate_authority=certificate_authority(stands), csr=csr
        )

    async def InstallCertificateAuthorityCertificate(
        self, request: messages.InstallCertificateAuthorityCertificateRequest, _: Any
    ) -> messages.InstallCertificateAuthorityCertificateResponse:
        """Give a CA the certificate that an outside CA signed for it."""
        stands = await self._founding.install(
            current_caller(),
            request.id,
            certificate=request.certificate,
            issuers=request.certificate_chain,
            etag=request.etag,
        )
        return messages.InstallCertificateAuthorityCertificateResponse(
            certificate_authority=certificate_authority(stands)
        )

    async def GetCertificateAuthority(
        self, request: messages.GetCertificateAuthorityRequest, _: Any
    ) -> messages.GetCertificateAuthorityResponse:
        """Return one CA."""
        stands = await self._authorities.by_id(current_caller(), request.id)
        return messages.GetCertificateAuthorityResponse(certificate_authority=certificate_authority(stands))

    async def GetCertificateAuthorityCsr(
        self, request: messages.GetCertificateAuthorityCsrRequest, _: Any
    ) -> messages.GetCertificateAuthorityCsrResponse:
        """Return the CSR of a CA that an outside CA signs."""
        csr = await self._authorities.csr(current_caller(), request.id)
        return messages.GetCertificateAuthorityCsrResponse(csr=csr_pem(csr))

    async def ListCertificateAuthorities(
        self, request: messages.ListCertificateAuthoritiesRequest, _: Any
    ) -> messages.ListCertificateAuthoritiesResponse:
        """List the CAs of a project."""
        shown, last = await self._authorities.page(
            current_caller(), request.project_id, self._paging.page(request), wanted=read_filter(request)
        )
        return messages.ListCertificateAuthoritiesResponse(
            certificate_authorities=[certificate_authority(stands) for stands in shown],
            next_page_token=self._paging.next_token(request, last),
        )

    async def UpdateCertificateAuthority(
        self, request: messages.UpdateCertificateAuthorityRequest, _: Any
    ) -> messages.UpdateCertificateAuthorityResponse:
        """Change the name of a CA, or how long its CRLs are valid."""
        wanted = request.certificate_authority
        stands = await self._authorities.update(
            current_caller(), wanted.id, partial(read_terms, request), etag=wanted.etag
        )
        return messages.UpdateCertificateAuthorityResponse(
            certificate_authority=certificate_authority(stands)
        )

    async def DisableCertificateAuthority(
        self, request: messages.DisableCertificateAuthorityRequest, _: Any
    ) -> messages.DisableCertificateAuthorityResponse:
        """Stop a CA from signing certificates."""
        stands = await self._authorities.disable(current_caller(), request.id, etag=request.etag)
        return messages.DisableCertificateAuthorityResponse(
            certificate_authority=certificate_authority(stands)
        )

    async def EnableCertificateAuthority(
        self, request: messages.EnableCertificateAuthorityRequest, _: Any
    ) -> messages.EnableCertificateAuthorityResponse:
        """Let a disabled CA sign again."""
        stands = await self._authorities.enable(current_caller(), request.id, etag=request.etag)
        return messages.EnableCertificateAuthorityResponse(
            certificate_authority=certificate_authority(stands)
        )
