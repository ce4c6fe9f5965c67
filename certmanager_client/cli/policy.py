"""``certmanager policy``: what certificates may contain, as documents."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1.policy_service_pb2 import ListCertificatePoliciesRequest, ListCertificatePoliciesResponse
from certmanager_client.cli import documents_commands as commands
from certmanager_client.cli import finding
from certmanager_client.cli.documents_commands import Form
from certmanager_client.cli.documents_kinds import POLICY
from certmanager_client.cli.documents_options import File, FormOption, Name, OptionalFile
from certmanager_client.cli.lazily import group
from certmanager_client.cli.output import Column, show_rows
from certmanager_client.cli.parameters import DEFAULT_LIMIT, Limit, Project
from certmanager_client.cli.session import perform
from certmanager_client.client import Client

app = group("Write policies: what certificates may contain.")

_COLUMNS = (
    Column("SLUG", "slug"),
    Column("REVISION", "revision"),
    Column("CHANGED", "updated_at"),
    Column("DESCRIPTION", "description"),
    Column("ID", "id"),
)


@app.command()
def create(file: File, project: Project = None) -> None:
    """Create the policy that a YAML or JSON file states."""
    commands.create(POLICY, file, project=project)


@app.command()
def edit(name: Name, file: OptionalFile = None, project: Project = None) -> None:
    """Replace a policy by what a file states, or edit it in $EDITOR.

    What the file leaves out is cleared, but for slug and project. If the file
    carries an etag, nobody else's change is overwritten.
    """
    commands.edit(POLICY, name, project=project, file=file)


@app.command()
def show(name: Name, project: Project = None, output: FormOption = Form.YAML) -> None:
    """Show a policy as a document that can be edited and given back."""
    commands.show(POLICY, name, project=project, form=output)


@app.command()
def diff(name: Name, file: File, project: Project = None) -> None:
    """Show what edit with the file would change; 0: nothing, 1: something."""
    commands.diff(POLICY, name, project=project, file=file)


@app.command("list")
def list_(
    *,
    project: Project = None,
    name: Annotated[
        str, typer.Option(metavar="SLUG", help="Only those; * at either end stands for anything.")
    ] = "",
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List the policies of a project, newest first."""

    async def work(client: Client) -> ListCertificatePoliciesResponse:
        asked = ListCertificatePoliciesRequest(
            project_id=await finding.project_id(client, project), name=name
        )
        return await client.all_pages(client.policies.ListCertificatePolicies, asked, most=limit or None)

    answer = perform(work)
    show_rows(answer, answer.certificate_policies, _COLUMNS)


@app.command()
def delete(name: Name, project: Project = None) -> None:
    """Delete a policy that no profile is on."""
    commands.delete(POLICY, name, project=project)
