"""CertificateAuthorityService: sets up certificate authorities, and reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.api.authority_answers import certificate_authority
from server.api.authority_orders import read_filter, read_order, read_rotation, read_terms
from server.api.call import current_call, current_caller
from server.api.crl_answers import certificate_revocation_list
from server.api.methods import collects_violations
from server.api.paging import Paging
from server.api.trust_watches import of_trust
from server.api.watching import ask
from server.ra.revoking.crl_enquiry import CRLEnquiry
from server.ra.setup.authorities import CertificateAuthorities
from server.ra.setup.founding import Founding
from server.ra.setup.installing import Installing
from server.ra.setup.rotation import Rotation
from server.ra.terms import csr_pem
from server.ra.watching.watches import Watches


class CertificateAuthorityService:
    """The RPCs on certificate authorities."""

    def __init__(
        self,
        founding: Founding,
        authorities: CertificateAuthorities,
        paging: Paging,
        *,
        crls: CRLEnquiry,
        watches: Watches,
        installing: Installing,
        rotation: Rotation,
    ) -> None:
        self._founding = founding
        self._authorities = authorities
        self._paging = paging
        self._crls = crls
        self._watches = watches
        self._installing = installing
        self._rotation = rotation

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
        stands = await self._installing.install(
            current_caller(),
            request.id,
            certificate=request.certificate,
            issuers=request.certificate_chain,
            etag=request.etag,
        )
        return messages.InstallCertificateAuthorityCertificateResponse(
            certificate_authority=certificate_authority(stands)
        )

    @collects_violations
    async def RotateCertificateAuthority(
        self, request: messages.RotateCertificateAuthorityRequest, _: Any
    ) -> messages.RotateCertificateAuthorityResponse:
        """Give a CA its next generation, or that one's CSR if an outside CA is to sign it."""
        order = read_rotation(request, current_call().form_violations)
        rotated = await self._rotation.rotate(current_caller(), order)
        return messages.RotateCertificateAuthorityResponse(
            certificate_authority=certificate_authority(rotated.stands),
            csr=csr_pem(rotated.csr) if rotated.csr else "",
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

    async def GetCertificateRevocationList(
        self, request: messages.GetCertificateRevocationListRequest, _: Any
    ) -> messages.GetCertificateRevocationListResponse:
        """Return the CRL that a CA published last."""
        told = await self._crls.crl(
            current_caller(), request.id, generation=request.ca_generation, shard=request.shard
        )
        return messages.GetCertificateRevocationListResponse(
            certificate_revocation_list=certificate_revocation_list(told.crl, generation=told.generation)
        )

    async def WatchTrustBundle(
        self, request: messages.WatchTrustBundleRequest, context: Any
    ) -> AsyncIterator[messages.WatchTrustBundleResponse]:
        """Stream what to trust in a project."""
        project_id = request.project_id.lower()
        async with aclosing(self._watches.trust(ask(request, context), project_id)) as events:
            async for event in events:
                yield of_trust(event)
