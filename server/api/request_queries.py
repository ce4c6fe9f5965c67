"""What lists and searches of certificate requests ask for, in the domain's terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1.certificate_request_pb2 import CertificateRequestState
from server.api.enums import stored_name
from server.api.instants import instant
from server.api.texts import plain
from server.ra.terms import RequestFilter


def listed_requests(request: messages.ListCertificateRequestsRequest) -> RequestFilter:
    """The requests to list. Raises Invalid for what cannot be read."""
    return RequestFilter(
        profile_ids=_ids([request.profile_id]),
        ca_ids=_ids([request.ca_id]),
        requester_ids=_ids([request.requester_identity_id]),
        renews_certificate_id=request.renews_certificate_id.lower(),
        names=(plain("name", request.name),) if request.name else (),
        states=_states(request),
        created_after=instant(request, "created_after"),
        created_before=instant(request, "created_before"),
        metadata=_labels(request),
    )


def searched_requests(request: messages.SearchCertificateRequestsRequest) -> RequestFilter:
    """The requests to search for. Raises Invalid for what cannot be read."""
    return RequestFilter(
        profile_ids=_ids(request.profile_ids),
        ca_ids=_ids(request.ca_ids),
        requester_ids=_ids(request.requester_identity_ids),
        names=tuple(plain(f"names[{n}]", name) for n, name in enumerate(request.names)),
        states=_states(request),
        key_source=stored_name(certificate_pb2.KeySource, request.key_source),
        created_after=instant(request, "created_after"),
        created_before=instant(request, "created_before"),
        metadata=_labels(request),
    )


def _ids(said: Iterable[str]) -> frozenset[str]:
    return frozenset(id_.lower() for id_ in said if id_)


def _states(request: Any) -> frozenset[str]:
    return frozenset(stored_name(CertificateRequestState, number) for number in request.states)


def _labels(request: Any) -> tuple[tuple[str, str], ...]:
    return tuple(
        (entry.key, plain(f"metadata[{n}].value", entry.value)) for n, entry in enumerate(request.metadata)
    )
