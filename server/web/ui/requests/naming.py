"""How requests and their states are called and coloured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager.v1.certificate_request_pb2 import CertificateRequestState as State
from server.web import literals
from server.web.ui.words import enum_named, spelled

TONES: Final = {
    State.CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL: "warn",
    State.CERTIFICATE_REQUEST_STATE_PENDING: "info",
    State.CERTIFICATE_REQUEST_STATE_ISSUED: "good",
    State.CERTIFICATE_REQUEST_STATE_FAILED: "bad",
    State.CERTIFICATE_REQUEST_STATE_REJECTED: "bad",
    State.CERTIFICATE_REQUEST_STATE_CANCELLED: "plain",
    State.CERTIFICATE_REQUEST_STATE_EXPIRED: "plain",
}
"""The tone of each state's badge."""

OPEN: Final = (State.CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL, State.CERTIFICATE_REQUEST_STATE_PENDING)
"""The states that are not the last."""


def name_of(request: CertificateRequest) -> str:
    """What people know a request by: the common name, else the first alternative name."""
    for asked in (request.effective_attributes, request.attributes):
        if asked.common_name:
            return asked.common_name
        if asked.alt_names:
            return asked.alt_names[0].value
    return "no name"


def state_of(request: CertificateRequest) -> str:
    """The state in words."""
    return spelled(State.DESCRIPTOR, request.state)


def options_of(numbers: Iterable[object], enum: str = "") -> list[tuple[str, str]]:
    """Values for a form: of an enum the literal and the words; of others twice the same."""
    if not enum:
        return [(str(each), str(each)) for each in numbers]
    described = enum_named(enum)
    known = [each for each in numbers if isinstance(each, int)]
    return [(literals.spelling(described, each), spelled(described, each)) for each in known]
