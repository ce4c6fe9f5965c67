"""ProjectService: sets up projects."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import project_pb2
from certmanager.v1 import project_service_pb2 as messages
from server.api.access_answers import project
from server.api.call import current_caller
from server.api.masks import Updatable
from server.api.paging import Paging
from server.api.texts import plain
from server.ra.access.projects import Projects, ProjectWords, Revise
from server.ra.terms import ProjectRecord

_UPDATABLE = Updatable(
    field="project",
    given=frozenset({"id", "created_at", "updated_at", "etag"}),
    fixed=frozenset({"slug"}),
    needed=frozenset(),
)


class ProjectService:
    """The RPCs on projects."""

    def __init__(self, projects: Projects, paging: Paging) -> None:
        self._projects = projects
        self._paging = paging

    async def CreateProject(
        self, request: messages.CreateProjectRequest, _: Any
    ) -> messages.CreateProjectResponse:
        """Create a project."""
        words = ProjectWords(plain("name", request.name), plain("description", request.description))
        record = await self._projects.create(current_caller(), request.slug, words)
        return messages.CreateProjectResponse(project=project(record))

    async def GetProject(self, request: messages.GetProjectRequest, _: Any) -> messages.GetProjectResponse:
        """Return one project, by id or by slug."""
        if request.WhichOneof("key") == "id":
            record = await self._projects.by_id(current_caller(), request.id)
        else:
            record = await self._projects.by_slug(current_caller(), request.slug)
        return messages.GetProjectResponse(project=project(record))

    async def ListProjects(
        self, request: messages.ListProjectsRequest, _: Any
    ) -> messages.ListProjectsResponse:
        """Return a page of the projects that the caller may read."""
        page, name = self._paging.page(request), plain("name", request.name)
        records, last = await self._projects.page(current_caller(), page, name=name)
        return messages.ListProjectsResponse(
            projects=map(project, records), next_page_token=self._paging.next_token(request, last)
        )

    async def UpdateProject(
        self, request: messages.UpdateProjectRequest, _: Any
    ) -> messages.UpdateProjectResponse:
        """Change the fields of a project that the mask names."""
        wanted, caller = request.project, current_caller()
        record = await self._projects.update(caller, wanted.id, _revised(request), etag=wanted.etag)
        return messages.UpdateProjectResponse(project=project(record))


def _revised(request: messages.UpdateProjectRequest) -> Revise:
    def revise(record: ProjectRecord) -> ProjectWords:
        merged: project_pb2.Project = _UPDATABLE.merged(request, project(record))
        return ProjectWords(
            plain("project.name", merged.name), plain("project.description", merged.description)
        )

    return revise
