"""``certmanager audit``: what was done, as the API tells it, and whether the log of it is whole."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from certmanager.v1.access_service_pb2 import ListAuditEventsRequest, ListAuditEventsResponse
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.lazily import ServerCommand, group
from certmanager_client.cli.terminal.output import Column, labels, show_rows
from certmanager_client.cli.terminal.parameters import DEFAULT_LIMIT, Limit, instant
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client


class _Audit(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        told = "Check that no row was changed, taken out, put in or moved."
        self.add_command(ServerCommand("audit", "verify", help_=told), "verify")


app = group("Read the audit log, and check that it is whole.", cls=_Audit)

_COLUMNS = (
    Column("NUMBER", "sequence"),
    Column("TIME", "occurred_at"),
    Column("ACTION", "action"),
    Column("RESOURCE", lambda event: f"{event.resource_type} {event.resource_id}".strip()),
    Column("ACTOR", lambda event: event.actor_identity_id or "the server"),
    Column("FROM", "source_address"),
    Column("DETAILS", lambda event: labels(event.details)),
)


@app.callback()
def _group() -> None:
    """Read the audit log, and check that it is whole."""


@app.command("list")
def list_(
    project: Annotated[
        str | None, typer.Option(metavar="SLUG|ID", help="Only in this project. [all you may read]")
    ] = None,
    actor: Annotated[str | None, typer.Option(metavar="NAME|ID", help="Only what this identity did.")] = None,
    action: Annotated[str, typer.Option(help="Only this action, as certificates.issue.")] = "",
    resource_type: Annotated[
        str, typer.Option(metavar="TYPE", help="Only to such things, as Certificate.")
    ] = "",
    resource: Annotated[str, typer.Option(metavar="ID", help="Only to this thing.")] = "",
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only at or after, as 2026-11-23T15:00:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only before.")] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List audit events, newest first."""
    request = ListAuditEventsRequest(action=action, resource_type=resource_type, resource_id=resource)
    if since:
        request.occurred_after.CopyFrom(instant(since))
    if until:
        request.occurred_before.CopyFrom(instant(until))

    async def work(client: Client) -> ListAuditEventsResponse:
        if project is not None:
            request.project_id = await finding.project_id(client, project)
        if actor is not None:
            request.actor_identity_id = await finding.identity_id(client, actor)
        return await client.all_pages(client.access.ListAuditEvents, request, most=limit or None)

    answer = perform(work)
    show_rows(answer, answer.audit_events, _COLUMNS)
