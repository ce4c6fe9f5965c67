"""``certmanager policy``: what certificates may contain, as documents."""

from __future__ import annotations

from certmanager.v1.policy_service_pb2 import ListCertificatePoliciesRequest, ListCertificatePoliciesResponse
from certmanager_client.cli.documents.group import Listed, add_to
from certmanager_client.cli.documents.kinds import POLICY
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.lazily import group
from certmanager_client.cli.terminal.output import Column, show_rows
from certmanager_client.cli.terminal.parameters import DEFAULT_LIMIT, Limit, Project
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

app = group("Write policies: what certificates may contain.")

_COLUMNS = (
    Column("SLUG", "slug"),
    Column("REVISION", "revision"),
    Column("CHANGED", "updated_at"),
    Column("DESCRIPTION", "description"),
    Column("ID", "id"),
)


add_to(app, POLICY, deletion="Delete a policy that no profile is on.")


@app.command("list")
def list_(
    *,
    project: Project = None,
    name: Listed = "",
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
