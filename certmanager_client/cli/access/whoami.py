"""``certmanager whoami``: who the server takes the caller for."""

from __future__ import annotations

from certmanager.v1.access_service_pb2 import WhoAmIRequest, WhoAmIResponse
from certmanager_client.cli.access.roles import ROLE_COLUMNS
from certmanager_client.cli.access.token import end
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import Column, field_text, show_lines, show_one, show_rows
from certmanager_client.cli.terminal.parameters import Project
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

_LINES = (
    Column("identity", lambda answer: answer.identity.name),
    Column("kind", lambda answer: field_text(answer.identity, "kind")),
    Column("id", lambda answer: answer.identity.id),
    Column("token", lambda answer: answer.access_token.id),
    Column("token ends", lambda answer: end(answer.access_token)),
)


def whoami(project: Project = None) -> None:
    """Show who you are to the server, your roles, and with --project what you may do there."""

    async def work(client: Client) -> WhoAmIResponse:
        place = "" if project is None else await finding.project_id(client, project)
        return await client.call(client.access.WhoAmI, WhoAmIRequest(project_id=place))

    answer = perform(work)
    show_one(answer, answer, _LINES)
    if chosen().json:
        return
    if project is not None:
        show_lines([("may", ", ".join(answer.permissions) or "nothing")])
    print()
    show_rows(answer, answer.role_bindings, ROLE_COLUMNS)
