"""The projects that the caller may see, and a new one."""

from __future__ import annotations

from uuid import uuid4

import grpc
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.project_pb2 import Project
from certmanager.v1.project_service_pb2 import (
    CreateProjectRequest,
    ListProjectsRequest,
    ListProjectsResponse,
)
from server.web.refusals import Refused
from server.web.ui import narrowed, words
from server.web.ui.forms import errors_for
from server.web.ui.pages import page
from server.web.ui.proof import form_of
from server.web.ui.visit import Visit, page_route

_MOST = 100
_FIELDS = ("slug", "name", "description", "request_id")


async def home(request: Request, visit: Visit) -> Response:
    """Whoever has one project only is taken there; others choose."""
    answer = await _listed(visit, ListProjectsRequest(page_size=2))
    ids = [*(each.id for each in answer.projects), *narrowed.projects(visit.me.role_bindings)]
    if len(ids) == 1:
        return RedirectResponse(_of(request, ids[0]), 303)
    return RedirectResponse(request.app.url_path_for("projects"), 303)


async def choose(request: Request, visit: Visit) -> Response:
    """The list, with the caller's roles."""
    name = request.query_params.get("name", "")[:126]
    asked = ListProjectsRequest(
        page_size=_MOST, page_token=request.query_params.get("page", ""), name=f"*{name}*" if name else ""
    )
    answer = await _listed(visit, asked)
    return page(
        request, "projects/choose.html", visit,
        projects=[*answer.projects, *(() if name else _corners(visit))],
        next_page=answer.next_page_token, name=name, roles=_roles(visit),
    )  # fmt: skip


async def new(request: Request, visit: Visit) -> Response:
    """The form for a new one."""
    return _form(request, visit, {"request_id": str(uuid4())})


async def create(request: Request, visit: Visit) -> Response:
    """Creates it, and goes there."""
    form = await form_of(request)
    given = {field: str(form.get(field, "")).strip() for field in _FIELDS}
    service = visit.caller.service
    try:
        made = await visit.caller.ask(service.projects.CreateProject, CreateProjectRequest(**given))
    except Refused as refused:
        if not refused.violations and refused.reason != "ALREADY_EXISTS":
            raise
        return _form(request, visit, given, refused=refused)
    return RedirectResponse(_of(request, made.project.id), 303)


def _form(
    request: Request, visit: Visit, given: dict[str, str], *, refused: Refused | None = None
) -> Response:
    violations = refused.violations if refused else ()
    return page(
        request, "projects/new.html", visit, status=422 if refused else 200,
        given={field: given.get(field, "") for field in _FIELDS},
        violations=violations, errors=errors_for(violations), message=refused.message if refused else "",
    )  # fmt: skip


async def _listed(visit: Visit, asked: ListProjectsRequest) -> ListProjectsResponse:
    """The projects that the caller knows: none for who has no role in a whole project."""
    try:
        found: ListProjectsResponse = await visit.caller.ask(
            visit.caller.service.projects.ListProjects, asked
        )
    except Refused as refused:
        if refused.code is not grpc.StatusCode.PERMISSION_DENIED:
            raise
        return ListProjectsResponse()
    return found


def _corners(visit: Visit) -> list[Project]:
    """Projects of which the caller may use a profile, and not know the name."""
    ids = narrowed.projects(visit.me.role_bindings)
    return [Project(id=id_, name=f"Project {id_[-8:]}", slug=id_) for id_ in ids]


def _roles(visit: Visit) -> dict[str, list[str]]:
    """Names of the caller's roles by project; under an empty id those that count in all."""
    enum, roles = words.enum_named("Role"), dict[str, list[str]]()
    for binding in visit.me.role_bindings:
        narrow = " for one profile" if binding.profile_id else ""
        roles.setdefault(binding.project_id, []).append(words.spelled(enum, binding.role) + narrow)
    return roles


def _of(request: Request, id_: str) -> str:
    return str(request.app.url_path_for("overview", project_id=id_))


ROUTES = [
    page_route("/", home, name="home"),
    page_route("/projects", choose, name="projects"),
    page_route("/projects/new", new, name="new-project"),
    page_route("/projects", create, methods=["POST"], name="create-project"),
]
