"""Why a renewal came to nothing whose request waited for approval."""

from __future__ import annotations

from typing import Final

from server.errors import Reason, Refused
from server.ra.requests.steps import CANCELLED, EXPIRED, FAILED, REJECTED
from server.store.records import RequestRecord

_WORDS: Final = {
    REJECTED: "the request for the renewal was rejected",
    CANCELLED: "the request for the renewal was withdrawn",
    EXPIRED: "nobody decided in time about the request for the renewal",
    FAILED: "the request for the renewal was approved, but could not be issued",
}


def ended(request_id: str, request: RequestRecord | None) -> Refused:
    """The failure of a renewal whose request has ended without a certificate."""
    state = request.state if request else ""
    return Refused(
        _WORDS.get(state, "the request for the renewal is gone"),
        reason=Reason.STATE_CONFLICT,
        state=state,
        certificate_request_id=request_id,
    )
