"""What is seen of requests over the wire, in the words of the model, and whether it was ever so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certmanager.v1 import certificate_pb2, certificate_request_pb2
from tests.requests.model import Request, View

_STATE, _KEY = "CERTIFICATE_REQUEST_STATE_", "PRIVATE_KEY_STATE_"


def state_name(state: Any) -> str:
    """A request's state as the model names it."""
    return certificate_request_pb2.CertificateRequestState.Name(state).removeprefix(_STATE)


def number_of(state: str) -> Any:
    """The contract's value for a state of the model."""
    return certificate_request_pb2.CertificateRequestState.Value(_STATE + state)


def view_of(told: Any, names: Mapping[str, str]) -> View:
    """A request as it is told; ``names`` are those of identities."""
    decisions = [
        (n, names[each.approver_identity_id], certificate_request_pb2.Decision.Name(each.decision)[9:])
        for n, progress in enumerate(told.approvals)
        for each in progress.decisions
    ]
    key = certificate_pb2.PrivateKeyState.Name(told.private_key_state).removeprefix(_KEY)
    return View(state_name(told.state), tuple(decisions), key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What really happened, to judge by what somebody is told."""

    ids: Sequence[str]
    names: Mapping[str, str]
    requests: Sequence[Request]
    revisions: Sequence[Sequence[int]]
    """By request: that of each of its versions."""

    def at(self, told: Any) -> tuple[Request, View]:
        """The request, and what it was at the revision that it is told with; fails if it never had that."""
        number = self.ids.index(told.id)
        request, revisions = self.requests[number], self.revisions[number]
        assert told.revision in revisions, f"revision {told.revision} never was: {revisions} {request}"
        return request, request.past[revisions.index(told.revision)]

    def prove(self, told: Any) -> None:
        """Fails unless a request is told as it was at its revision."""
        request, was = self.at(told)
        seen = view_of(told, self.names)
        assert seen == was, f"it was {was} at {told.revision}, and not {seen}"
        assert told.approvals_missing == sum(request.missing(was))

    def present(self, wanted: Callable[[Request, View], bool]) -> Mapping[str, int]:
        """The ids of the requests that are wanted now, with their revisions."""
        found = zip(self.ids, self.requests, self.revisions, strict=True)
        return {id_: seen[-1] for id_, request, seen in found if wanted(request, request.view)}

    def ever(self, wanted: Callable[[Request, View], bool]) -> set[str]:
        """The ids of the requests that were wanted once."""
        found = zip(self.ids, self.requests, strict=True)
        return {id_ for id_, request in found if any(wanted(request, view) for view in request.past)}
