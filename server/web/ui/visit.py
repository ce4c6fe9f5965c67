"""Who looks at a page, and what they may do there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

import grpc
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from certmanager.v1.access_service_pb2 import WhoAmIRequest, WhoAmIResponse
from certmanager.v1.project_pb2 import Project
from certmanager.v1.project_service_pb2 import GetProjectRequest
from server.web.refusals import Refused
from server.web.service import Caller
from server.web.sessions import Session
from server.web.ui import narrowed
from server.web.ui.headers import HEADERS
from server.web.ui.proof import Bounded, prove_own


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody who is signed in."""

    caller: Caller = field(repr=False)
    session: Session = field(repr=False)
    me: WhoAmIResponse
    project: Project = field(default_factory=Project)
    """The project that the page is of; empty for pages of none."""

    def may(self, permission: str, profile_id: str = "") -> bool:
        """Whether the caller may do it here, as ``certificates.issue``; the RPC itself decides again.

        ``profile_id`` is of the profile that it would be done under, if that is known.
        """
        if permission in self.me.permissions:
            return True
        bindings, project_id = self.me.role_bindings, self.project.id
        return narrowed.allowed(bindings, permission, project_id=project_id, profile_id=profile_id)


class NotSignedIn(Exception):
    """Somebody asks for a page that is for those who are signed in."""


Endpoint = Callable[[Request], Awaitable[Response]]
Handler = Callable[[Request, Visit], Awaitable[Response]]
"""Answers one request of a page."""


def open_route(path: str, endpoint: Endpoint, *, methods: Iterable[str] = ("GET",), name: str) -> Route:
    """A page for everybody, with the headers and the bounds that every page has."""

    async def guarded(request: Request) -> Response:
        response = await endpoint(request)
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        return response

    return Route(path, guarded, methods=list(methods), name=name, middleware=[Middleware(Bounded)])


def page_route(path: str, handler: Handler, *, methods: Iterable[str] = ("GET",), name: str) -> Route:
    """A page for whoever is signed in; others are sent to the sign-in page."""
    return open_route(path, _visited(handler, _outside), methods=methods, name=name)


def project_route(path: str, handler: Handler, *, methods: Iterable[str] = ("GET",), name: str) -> Route:
    """A page of one project, under ``/projects/{project_id}``; of a hidden project there is none (404)."""
    inside = "/projects/{project_id:uuid}" + path
    return open_route(inside, _visited(handler, _inside), methods=methods, name=name)


def signed_in(request: Request) -> Session | None:
    """The session of a request, if there is one that has not ended."""
    session: Session | None = request.app.state.sessions.read(request.cookies)
    return session


def _visited(handler: Handler, known: Callable[..., Awaitable[Visit]]) -> Endpoint:
    """Lets the handler answer those who are signed in, and what pages of their session ask for."""

    async def endpoint(request: Request) -> Response:
        session = signed_in(request)
        if session is None:
            raise NotSignedIn
        await prove_own(request, session)
        # Ids in paths as text, as messages have them.
        request.path_params.update({key: str(value) for key, value in request.path_params.items()})
        visit = await known(request, session, Caller(request.app.state.service, session.token))
        request.state.visit = visit  # for the page that is shown if the handler fails
        return await handler(request, visit)

    return endpoint


async def _outside(_: Request, session: Session, caller: Caller) -> Visit:
    me = await caller.ask(caller.service.access.WhoAmI, WhoAmIRequest())
    return Visit(caller=caller, session=session, me=me)


async def _inside(request: Request, session: Session, caller: Caller) -> Visit:
    id_ = request.path_params["project_id"]
    try:
        found, me = await asyncio.gather(
            caller.ask(caller.service.projects.GetProject, GetProjectRequest(id=id_)),
            caller.ask(caller.service.access.WhoAmI, WhoAmIRequest(project_id=id_)),
        )
    except Refused as refused:
        if refused.code not in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED):
            raise
        return await _in_a_corner(request, session, caller)
    return Visit(caller=caller, session=session, me=me, project=found.project)


async def _in_a_corner(request: Request, session: Session, caller: Caller) -> Visit:
    """The visit of who has a role for a profile only, and may not know what the project is called."""
    visit, id_ = await _outside(request, session, caller), request.path_params["project_id"]
    if id_ not in narrowed.projects(visit.me.role_bindings):
        raise HTTPException(404)
    return replace(visit, project=Project(id=id_, name=f"Project {id_[-8:]}"))
