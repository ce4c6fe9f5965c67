"""Roles as identities have them: ``certmanager identity grant``, ``roles`` and ``ungrant``."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1 import access_pb2
from certmanager.v1.access_pb2 import RoleBinding
from certmanager.v1.access_service_pb2 import (
    CreateRoleBindingRequest,
    CreateRoleBindingResponse,
    ListRoleBindingsRequest,
    ListRoleBindingsResponse,
    RevokeRoleBindingRequest,
    RevokeRoleBindingResponse,
)
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.cli.terminal.output import Column, show_one, show_rows
from certmanager_client.cli.terminal.parameters import (
    DEFAULT_LIMIT,
    Limit,
    Project,
    literal,
    literal_argument,
)
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

ROLE_COLUMNS = (
    Column("ROLE", "role"),
    Column("PROJECT", lambda binding: binding.project_id or "all"),
    Column("PROFILE", lambda binding: binding.profile_id or "all"),
    Column("BINDING", "id"),
    Column("SINCE", "created_at"),
)
_LISTED = (Column("IDENTITY", "identity_id"), *ROLE_COLUMNS, Column("REVOKED", "revoked_at"))
_LINES = (
    Column("role", "role"),
    Column("identity", "identity_id"),
    Column("project", "project_id"),
    Column("profile", "profile_id"),
    Column("binding", "id"),
    Column("created", "created_at"),
    Column("revoked", "revoked_at"),
)
_ROLE = access_pb2.Role.DESCRIPTOR
_OWNER = access_pb2.ROLE_OWNER

Who = Annotated[str, typer.Argument(metavar="NAME|ID", help="The identity.")]
Role = Annotated[int, literal_argument(_ROLE, metavar="ROLE")]
Profile = Annotated[str | None, typer.Option(metavar="SLUG|ID", help="Only for this profile.")]


def grant(identity: Who, role: Role, project: Project = None, profile: Profile = None) -> None:
    """Give an identity a role in a project; `owner` is a role in all of them."""

    async def work(client: Client) -> CreateRoleBindingResponse:
        request = CreateRoleBindingRequest(identity_id=await finding.identity_id(client, identity), role=role)  # type: ignore[arg-type]
        if role != _OWNER or project is not None:
            request.project_id = await finding.project_id(client, project)
        if profile is not None:
            request.profile_id = await finding.profile_id(client, profile, project=project)
        return await client.call(client.access.CreateRoleBinding, request)

    answer = perform(work)
    show_one(answer, answer.role_binding, _LINES)


def roles(
    identity: Annotated[str | None, typer.Argument(metavar="[NAME|ID]", help="The identity. [all]")] = None,
    project: Annotated[str | None, typer.Option(metavar="SLUG|ID", help="Only in this project.")] = None,
    role: Annotated[int, literal(_ROLE, "--role", help="Only this role.")] = 0,
    revoked: Annotated[bool, typer.Option("--revoked", help="Revoked ones as well.")] = False,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List who has which role."""

    async def work(client: Client) -> ListRoleBindingsResponse:
        request = ListRoleBindingsRequest(role=role, include_revoked=revoked)  # type: ignore[arg-type]
        if identity is not None:
            request.identity_id = await finding.identity_id(client, identity)
        if project is not None:
            request.project_id = await finding.project_id(client, project)
        return await client.all_pages(client.access.ListRoleBindings, request, most=limit or None)

    answer = perform(work)
    show_rows(answer, answer.role_bindings, _LISTED)


def ungrant(
    identity: Annotated[str, typer.Argument(metavar="NAME|ID", help="The identity, or the id of a binding.")],
    role: Annotated[
        int | None,
        literal_argument(_ROLE, metavar="[ROLE]", help="The role; not with a binding."),
    ] = None,
    project: Project = None,
    profile: Profile = None,
) -> None:
    """Take a role away: by identity, role and project, or by the binding that `roles` shows."""

    async def work(client: Client) -> RevokeRoleBindingResponse:
        found = identity
        if role is not None:
            found = (await _binding(client, identity, role, project=project, profile=profile)).id
        elif not finding.is_id(identity):
            fail("say which role, or the id of a binding")
        return await client.call(client.access.RevokeRoleBinding, RevokeRoleBindingRequest(id=found))

    answer = perform(work)
    show_one(answer, answer.role_binding, _LINES)


async def _binding(
    client: Client, identity: str, role: int, *, project: str | None, profile: str | None
) -> RoleBinding:
    """The one binding in force of that identity, role, project and profile."""
    place = "" if role == _OWNER else await finding.project_id(client, project)
    narrowed = "" if profile is None else await finding.profile_id(client, profile, project=project)
    asked = ListRoleBindingsRequest(
        identity_id=await finding.identity_id(client, identity),
        project_id=place,
        role=role,  # type: ignore[arg-type]
    )
    listed = await client.all_pages(client.access.ListRoleBindings, asked)
    found = [each for each in listed.role_bindings if each.profile_id == narrowed]
    if not found:
        fail(f"'{identity}' has no such role there", status=Exit.NOT_FOUND)
    return found[0]
