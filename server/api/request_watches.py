"""Watches on certificate requests: what is asked for, and what is told, in the contract's messages."""

from __future__ import annotations

from typing import Any, Final

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1.certificate_request_pb2 import CertificateRequestState
from certmanager.v1.watch_pb2 import SnapshotComplete
from server.api import answers
from server.api.enums import stored_name
from server.api.request_answers import certificate_request
from server.api.watching import heartbeat
from server.ra.watching.events import Beat, Complete, Event
from server.ra.watching.queue import Queue

_MOST_COUNTED: Final = 2**31 - 1

# What a list can ask for and a watch cannot: a change does not tell whether it has become so.
_NOT_WATCHED: Final = (
    "page_token",
    "name",
    "ca_id",
    "created_after",
    "created_before",
    "metadata",
    "renews_certificate_id",
)


def watched(request: messages.WatchCertificateRequestsRequest) -> Queue:
    """The requests that a watch is about."""
    return _queue(request)


def watchable(request: messages.ListCertificateRequestsRequest) -> Queue | None:
    """The requests of a list whose first page is asked for; None if no watch can go on from there."""
    said = {field.name for field, _ in request.ListFields()}
    return _queue(request) if "project_id" in said and said.isdisjoint(_NOT_WATCHED) else None


def of_one(event: Event) -> messages.WatchCertificateRequestResponse:
    """An event of a watch on one request."""
    message = messages.WatchCertificateRequestResponse(revision=event.revision, resume_token=event.token)
    what = event.what
    if isinstance(what, Beat):
        message.heartbeat.CopyFrom(heartbeat(what))
    elif not isinstance(what, Complete):
        message.certificate_request.CopyFrom(certificate_request(what.found))
        if what.found.certificate:
            full = certificate_pb2.CERTIFICATE_VIEW_FULL
            message.certificate.CopyFrom(answers.certificate(what.found.certificate, full))
    return message


def of_many(event: Event) -> messages.WatchCertificateRequestsResponse:
    """An event of a watch on the requests of a project."""
    message = messages.WatchCertificateRequestsResponse(revision=event.revision, resume_token=event.token)
    what = event.what
    if isinstance(what, Beat):
        message.heartbeat.CopyFrom(heartbeat(what))
    elif isinstance(what, Complete):
        count = min(what.count, _MOST_COUNTED)
        message.snapshot_complete.CopyFrom(SnapshotComplete(count=count))
    else:
        getattr(message, what.why.name.lower()).CopyFrom(certificate_request(what.found))
    return message


def _queue(request: Any) -> Queue:
    return Queue(
        project_id=request.project_id.lower(),
        profile_id=request.profile_id.lower(),
        requester_id=request.requester_identity_id.lower(),
        states=frozenset(stored_name(CertificateRequestState, number) for number in request.states),
    )
