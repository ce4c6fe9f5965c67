"""CertificateRequestService: follows certificate requests to their end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from server.api import answers, request_watches
from server.api.call import current_caller
from server.api.key_delivery import read_claim
from server.api.paging import Paging
from server.api.request_answers import certificate_request
from server.api.request_queries import listed_requests, searched_requests
from server.api.texts import plain
from server.api.watching import ask
from server.ra.keys.claims import Claims
from server.ra.requests.approvals import Approvals, Said
from server.ra.requests.requests import Requests
from server.ra.watching.watches import Watches


class CertificateRequestService:
    """The RPCs on certificate requests."""

    def __init__(
        self, requests: Requests, approvals: Approvals, claims: Claims, paging: Paging, *, watches: Watches
    ) -> None:
        self._requests = requests
        self._approvals = approvals
        self._claims = claims
        self._paging = paging
        self._watches = watches

    async def GetCertificateRequest(
        self, request: messages.GetCertificateRequestRequest, _: Any
    ) -> messages.GetCertificateRequestResponse:
        """Return one request, with its certificate once it is issued."""
        found = await self._requests.by_id(current_caller(), request.certificate_request_id.lower())
        view, issued = certificate_pb2.CERTIFICATE_VIEW_FULL, found.certificate
        return messages.GetCertificateRequestResponse(
            certificate_request=certificate_request(found),
            certificate=answers.certificate(issued, view) if issued else None,
        )

    async def ListCertificateRequests(
        self, request: messages.ListCertificateRequestsRequest, _: Any
    ) -> messages.ListCertificateRequestsResponse:
        """Return a page of the requests that the caller may see."""
        page, wanted = self._paging.page(request), listed_requests(request)
        project_id, queue = request.project_id.lower(), request_watches.watchable(request)
        # Before the rows are read: whatever changes while they are comes after the token.
        resume_token = self._watches.from_here(current_caller(), queue) if queue else ""
        found, last = await self._requests.page(current_caller(), wanted, page, project_id=project_id)
        return messages.ListCertificateRequestsResponse(
            certificate_requests=map(certificate_request, found),
            next_page_token=self._paging.next_token(request, last),
            resume_token=resume_token,
        )

    async def SearchCertificateRequests(
        self, request: messages.SearchCertificateRequestsRequest, _: Any
    ) -> messages.SearchCertificateRequestsResponse:
        """Return a page of a project's requests, or of those that the caller may approve now."""
        page, wanted = self._paging.page(request), searched_requests(request)
        look = self._requests.awaiting if request.awaiting_my_approval else self._requests.page
        found, last = await look(current_caller(), wanted, page, project_id=request.project_id.lower())
        return messages.SearchCertificateRequestsResponse(
            certificate_requests=map(certificate_request, found),
            next_page_token=self._paging.next_token(request, last),
        )

    async def ApproveCertificateRequest(
        self, request: messages.ApproveCertificateRequestRequest, _: Any
    ) -> messages.ApproveCertificateRequestResponse:
        """Approve a request in its present step; the last approval issues it."""
        found = await self._approvals.approve(current_caller(), *_said(request))
        return messages.ApproveCertificateRequestResponse(certificate_request=certificate_request(found))

    async def RejectCertificateRequest(
        self, request: messages.RejectCertificateRequestRequest, _: Any
    ) -> messages.RejectCertificateRequestResponse:
        """Reject a request that waits for approval."""
        found = await self._approvals.reject(current_caller(), *_said(request))
        return messages.RejectCertificateRequestResponse(certificate_request=certificate_request(found))

    async def CancelCertificateRequest(
        self, request: messages.CancelCertificateRequestRequest, _: Any
    ) -> messages.CancelCertificateRequestResponse:
        """Withdraw a request that has not come to its end."""
        found = await self._requests.cancel(current_caller(), *_said(request))
        return messages.CancelCertificateRequestResponse(certificate_request=certificate_request(found))

    async def ClaimPrivateKey(
        self, request: messages.ClaimPrivateKeyRequest, _: Any
    ) -> messages.ClaimPrivateKeyResponse:
        """Hand the key of a certificate that was issued late over to its requester, once."""
        id_ = request.certificate_request_id.lower()
        claimed = await self._claims.claim(current_caller(), id_, read_claim(request))
        return messages.ClaimPrivateKeyResponse(certificate=answers.issued_certificate(claimed))

    async def WatchCertificateRequest(
        self, request: messages.WatchCertificateRequestRequest, context: Any
    ) -> AsyncIterator[messages.WatchCertificateRequestResponse]:
        """Stream one request to its end."""
        id_ = request.certificate_request_id.lower()
        async with aclosing(self._watches.one(ask(request, context), id_)) as events:
            async for event in events:
                yield request_watches.of_one(event)

    async def WatchCertificateRequests(
        self, request: messages.WatchCertificateRequestsRequest, context: Any
    ) -> AsyncIterator[messages.WatchCertificateRequestsResponse]:
        """Stream the requests of a project that match the filter."""
        queue = request_watches.watched(request)
        async with aclosing(self._watches.many(ask(request, context), queue)) as events:
            async for event in events:
                yield request_watches.of_many(event)


def _said(request: Any) -> tuple[str, Said]:
    """Which request a decision is about, and what it says."""
    comment = plain("comment", request.comment)
    return request.certificate_request_id.lower(), Said(comment=comment, revision=request.revision)
