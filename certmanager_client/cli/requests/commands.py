"""``certmanager request``: requests for certificates, and what becomes of them."""

from __future__ import annotations

from typing import Any

from certmanager.v1.certificate_request_service_pb2 import (
    GetCertificateRequestRequest,
    ListCertificateRequestsRequest,
    SearchCertificateRequestsRequest,
)
from certmanager_client.cli.certificates import options as common
from certmanager_client.cli.requests import claiming as request_claiming
from certmanager_client.cli.requests import deciding as request_deciding
from certmanager_client.cli.requests import options as said
from certmanager_client.cli.requests import watching as request_watching
from certmanager_client.cli.requests.columns import LINES, ROWS
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.lazily import group
from certmanager_client.cli.terminal.output import show_one, show_rows
from certmanager_client.cli.terminal.parameters import DEFAULT_LIMIT, Limit
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

app = group("Follow, approve, reject and withdraw requests for certificates, and claim their keys.")


@app.command("list")
def list_(
    *,
    project: common.AnyProject = None,
    profile: common.Profile = None,
    ca: said.Authority = None,
    state: said.States = None,
    name: common.Named = "",
    requester: common.Requester = None,
    awaiting_me: said.AwaitingMe = False,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List requests, newest first; all filters must match."""

    async def work(client: Client) -> Any:
        asked = ListCertificateRequestsRequest(states=state or (), name=name)  # type: ignore[arg-type]
        if project is not None or awaiting_me:
            asked.project_id = await finding.project_id(client, project)
        if profile is not None:
            asked.profile_id = await finding.profile_id(client, profile, project=project)
        if ca is not None:
            asked.ca_id = await finding.authority_id(client, ca, project=project)
        if requester is not None:
            asked.requester_identity_id = await finding.identity_id(client, requester)
        if awaiting_me:
            search = client.requests.SearchCertificateRequests
            return await client.all_pages(search, _awaiting(asked), most=limit or None)
        return await client.all_pages(client.requests.ListCertificateRequests, asked, most=limit or None)

    answer = perform(work)
    show_rows(answer, answer.certificate_requests, ROWS)


@app.command()
def show(request: said.Request) -> None:
    """Show a request: who asks for what, and who has decided."""
    asked = GetCertificateRequestRequest(certificate_request_id=_id(request))
    answer = perform(lambda client: client.call(client.requests.GetCertificateRequest, asked))
    show_one(answer, answer.certificate_request, LINES)


app.command()(request_deciding.approve)
app.command()(request_deciding.reject)
app.command()(request_deciding.cancel)
app.command()(request_watching.watch)
app.command()(request_claiming.claim)


def _awaiting(asked: ListCertificateRequestsRequest) -> SearchCertificateRequestsRequest:
    return SearchCertificateRequestsRequest(
        project_id=asked.project_id,
        profile_ids=filter(None, (asked.profile_id,)),
        states=asked.states,
        names=filter(None, (asked.name,)),
        requester_identity_ids=filter(None, (asked.requester_identity_id,)),
        ca_ids=filter(None, (asked.ca_id,)),
        awaiting_my_approval=True,
    )


def _id(text: str) -> str:
    if not finding.is_id(text):
        fail(f"{text!r} is no ID of a request; `certmanager request list` shows them")
    return text
