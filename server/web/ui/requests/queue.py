"""The requests of a project that somebody wants to see: the filters of the list, and a page of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from certmanager.v1.certificate_request_pb2 import CertificateRequest, CertificateRequestState
from certmanager.v1.certificate_request_service_pb2 import (
    ListCertificateRequestsRequest,
    SearchCertificateRequestsRequest,
    WatchCertificateRequestsRequest,
)
from server.web import literals
from server.web.ui.visit import Visit

STATES: Final = CertificateRequestState.DESCRIPTOR
WAITING: Final = CertificateRequestState.CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL
_PAGE: Final = 25
_MOST: Final = 500
_HEARTBEAT: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a query string asks for, as ``?state=pending_approval&mine=1``."""

    states: tuple[str, ...] = ()
    profile: str = ""
    name: str = ""
    mine: bool = False
    waiting: bool = False
    """Only those that the caller may approve now."""
    page: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Filters:
        """Reads them; a state that there is not is passed over."""
        known = literals.spellings(STATES)
        return cls(
            states=tuple(dict.fromkeys(each for each in query.getlist("state") if each in known)),
            profile=query.get("profile", ""),
            name=query.get("name", "").strip(),
            mine=bool(query.get("mine")),
            waiting=bool(query.get("waiting")),
            page=query.get("page", ""),
        )

    def query(self, **others: str) -> str:
        """The query string again, with its question mark; empty for none."""
        said = [("state", each) for each in self.states]
        said += [("profile", self.profile), ("name", self.name)]
        said += [("mine", "1" if self.mine else ""), ("waiting", "1" if self.waiting else "")]
        said += [("page", self.page)] if "page" not in others else []
        found = urlencode([*((key, value) for key, value in (*said, *others.items()) if value)])
        return f"?{found}" if found else ""

    @property
    def any(self) -> bool:
        """Whether less than everything is asked for."""
        return bool(self.states or self.profile or self.name or self.mine or self.waiting)

    def watch(self, visit: Visit, *, token: str) -> WatchCertificateRequestsRequest:
        """The watch that tells of changes of the list, and perhaps of some more."""
        asked = WatchCertificateRequestsRequest(
            project_id=visit.project.id,
            states=_numbers(self.states),
            profile_id=self.profile,
            requester_identity_id=_own(self, visit),
            resume_token=token,
        )
        asked.heartbeat_interval.FromTimedelta(_HEARTBEAT)
        return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of the list."""

    requests: Sequence[CertificateRequest]
    next_page: str
    token: str
    """From where a watch goes on; empty if it begins anew."""
    approvable: frozenset[str]
    """Those that the caller may approve now."""


async def found(visit: Visit, filters: Filters) -> Found:
    """The page that the filters ask for. Raises Refused."""
    return await (_awaiting(visit, filters) if filters.waiting else _listed(visit, filters))


async def may_approve(visit: Visit, request: CertificateRequest) -> bool:
    """Whether the caller may approve that one request now."""
    if request.state != WAITING:
        return False
    asked = SearchCertificateRequestsRequest(
        project_id=visit.project.id,
        profile_ids=[request.profile_id],
        requester_identity_ids=[request.requester_identity_id],
        created_after=request.created_at,
        awaiting_my_approval=True,
    )
    asked.created_after.nanos = 0
    asked.created_before.seconds = asked.created_after.seconds + 1
    answer = await visit.caller.ask(visit.caller.service.requests.SearchCertificateRequests, asked)
    return request.id in {each.id for each in answer.certificate_requests}


async def _listed(visit: Visit, filters: Filters) -> Found:
    asked = ListCertificateRequestsRequest(
        project_id=visit.project.id,
        page_size=_PAGE,
        page_token=filters.page,
        profile_id=filters.profile,
        states=_numbers(filters.states),
        name=filters.name,
        requester_identity_id=_own(filters, visit),
    )
    answer = await visit.caller.ask(visit.caller.service.requests.ListCertificateRequests, asked)
    requests = answer.certificate_requests
    return Found(
        requests=requests,
        next_page=answer.next_page_token,
        token=answer.resume_token,
        approvable=await _approvable(visit, requests),
    )


async def _approvable(visit: Visit, requests: Sequence[CertificateRequest]) -> frozenset[str]:
    """Those of a page that the caller may approve; not asked where nothing waits."""
    waiting = [each for each in requests if each.state == WAITING]
    if not waiting:
        return frozenset()
    asked = SearchCertificateRequestsRequest(
        project_id=visit.project.id,
        page_size=_MOST,
        profile_ids=sorted({each.profile_id for each in waiting}),
        awaiting_my_approval=True,
    )
    answer = await visit.caller.ask(visit.caller.service.requests.SearchCertificateRequests, asked)
    return frozenset(each.id for each in answer.certificate_requests)


async def _awaiting(visit: Visit, filters: Filters) -> Found:
    own = _own(filters, visit)
    asked = SearchCertificateRequestsRequest(
        project_id=visit.project.id,
        page_size=_PAGE,
        page_token=filters.page,
        profile_ids=[filters.profile] if filters.profile else [],
        states=_numbers(filters.states),
        names=[filters.name] if filters.name else [],
        requester_identity_ids=[own] if own else [],
        awaiting_my_approval=True,
    )
    answer = await visit.caller.ask(visit.caller.service.requests.SearchCertificateRequests, asked)
    requests = answer.certificate_requests
    mine = frozenset(each.id for each in requests)
    return Found(requests=requests, next_page=answer.next_page_token, token="", approvable=mine)


def _numbers(states: tuple[str, ...]) -> list[Any]:
    return [literals.number(STATES, each) for each in states]


def _own(filters: Filters, visit: Visit) -> str:
    return visit.me.identity.id if filters.mine else ""
