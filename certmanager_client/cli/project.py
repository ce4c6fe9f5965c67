"""``certmanager project``: create, list, get and update projects."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1.project_pb2 import Project
from certmanager.v1.project_service_pb2 import (
    CreateProjectRequest,
    GetProjectResponse,
    ListProjectsRequest,
    UpdateProjectRequest,
    UpdateProjectResponse,
)
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.lazily import group
from certmanager_client.cli.terminal.output import Column, show_one, show_rows
from certmanager_client.cli.terminal.parameters import DEFAULT_LIMIT, Limit
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

app = group("Create and look after projects, which hold CAs, policies, profiles and certificates.")

Named = Annotated[str, typer.Argument(metavar="SLUG|ID", help="The project.")]
Name = Annotated[str | None, typer.Option(help="The name that people see.")]
Description = Annotated[str | None, typer.Option(help="What it is for.")]

_COLUMNS = (
    Column("SLUG", "slug"),
    Column("NAME", "name"),
    Column("ID", "id"),
    Column("CREATED", "created_at"),
)
_LINES = (
    *(Column(name, name) for name in ("slug", "name", "description", "id")),
    Column("created", "created_at"),
    Column("updated", "updated_at"),
)


@app.command()
def create(
    slug: Annotated[
        str,
        typer.Argument(metavar="SLUG", help="A name unique in the server, as web-team. It never changes."),
    ],
    name: Name = None,
    description: Description = None,
) -> None:
    """Create a project."""
    request = CreateProjectRequest(slug=slug, name=name or "", description=description or "")
    answer = perform(lambda client: client.call(client.projects.CreateProject, request))
    show_one(answer, answer.project, _LINES)


@app.command("list")
def list_(
    name: Annotated[
        str, typer.Option("--name", metavar="SLUG", help="Only this slug; web-* are all that begin so.")
    ] = "",
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List the projects that you have a role in."""
    request = ListProjectsRequest(name=name)
    answer = perform(
        lambda client: client.all_pages(client.projects.ListProjects, request, most=limit or None)
    )
    show_rows(answer, answer.projects, _COLUMNS)


@app.command()
def get(project: Named) -> None:
    """Show a project."""

    async def work(client: Client) -> GetProjectResponse:
        return GetProjectResponse(project=await finding.project(client, project))

    answer = perform(work)
    show_one(answer, answer.project, _LINES)


@app.command()
def update(project: Named, name: Name = None, description: Description = None) -> None:
    """Change a project's name or description; an empty description removes it."""
    said = [path for path, text in (("name", name), ("description", description)) if text is not None]
    if not said:
        fail("nothing to change: say --name or --description")

    async def work(client: Client) -> UpdateProjectResponse:
        found = await finding.project(client, project)
        changed = Project(id=found.id, etag=found.etag, name=name or "", description=description or "")
        request = UpdateProjectRequest(project=changed)
        request.update_mask.paths.extend(said)
        return await client.call(client.projects.UpdateProject, request)

    answer = perform(work)
    show_one(answer, answer.project, _LINES)
