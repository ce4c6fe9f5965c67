"""``certmanager request approve``, ``reject`` and ``cancel``: the request that was seen, or none."""

from __future__ import annotations

from typing import Any

from certmanager.v1.certificate_request_service_pb2 import (
    ApproveCertificateRequestRequest,
    CancelCertificateRequestRequest,
    GetCertificateRequestRequest,
    RejectCertificateRequestRequest,
)
from certmanager_client.cli.requests import options as said
from certmanager_client.cli.requests.columns import LINES
from certmanager_client.cli.terminal.output import show_one
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client


def approve(request: said.Request, *, comment: said.Comment = "", revision: said.Revision = None) -> None:
    """Approve a request; the last approval issues its certificate."""
    _decide("ApproveCertificateRequest", ApproveCertificateRequestRequest, request, comment, revision)


def reject(request: said.Request, *, comment: said.Comment = "", revision: said.Revision = None) -> None:
    """Reject a request: that is its end."""
    _decide("RejectCertificateRequest", RejectCertificateRequestRequest, request, comment, revision)


def cancel(request: said.Request, *, comment: said.Comment = "", revision: said.Revision = None) -> None:
    """Withdraw a request that has not ended."""
    _decide("CancelCertificateRequest", CancelCertificateRequestRequest, request, comment, revision)


def _decide(method: str, kind: Any, request: str, comment: str, revision: int | None) -> None:
    async def work(client: Client) -> Any:
        asked = kind(certificate_request_id=request, comment=comment)
        asked.revision = await _present(client, request) if revision is None else revision
        return await client.call(getattr(client.requests, method), asked)

    answer = perform(work)
    show_one(answer, answer.certificate_request, LINES)


async def _present(client: Client, request: str) -> int:
    """The revision that the decision is about: what changes from now on is not decided unseen."""
    asked = GetCertificateRequestRequest(certificate_request_id=request)
    return (await client.call(client.requests.GetCertificateRequest, asked)).certificate_request.revision
