"""``certmanager ca``: create and look after certificate authorities."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from certmanager.v1 import certificate_authority_pb2
from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from certmanager.v1.certificate_authority_service_pb2 import (
    DisableCertificateAuthorityRequest,
    EnableCertificateAuthorityRequest,
    ListCertificateAuthoritiesRequest,
    ListCertificateAuthoritiesResponse,
    UpdateCertificateAuthorityRequest,
    UpdateCertificateAuthorityResponse,
)
from certmanager_client.cli.authorities import creating as authority_creating
from certmanager_client.cli.authorities import files as authority_files
from certmanager_client.cli.authorities.columns import COLUMNS, LINES
from certmanager_client.cli.authorities.rotating import crl, rotate
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.lazily import group
from certmanager_client.cli.terminal.output import show_one, show_rows
from certmanager_client.cli.terminal.parameters import (
    DEFAULT_LIMIT,
    Authority,
    Limit,
    Project,
    duration,
    instant,
    literal,
)
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

app = group("Create and look after certificate authorities.")
app.command()(authority_creating.create)

_STATE = certificate_authority_pb2.CertificateAuthorityState.DESCRIPTOR
_TYPE = certificate_authority_pb2.CertificateAuthorityType.DESCRIPTOR


@app.command("list")
def list_(
    project: Project = None,
    state: Annotated[
        list[int] | None, literal(_STATE, "--state", help="Only in this state; may be repeated.")
    ] = None,
    type_: Annotated[int, literal(_TYPE, "--type", help="Only of this type.")] = 0,
    parent: Annotated[
        str | None, typer.Option(metavar="NAME|ID", help="Only those that this CA signed.")
    ] = None,
    name: Annotated[str, typer.Option(help="Only this name; 'web*' are all that begin so.")] = "",
    expires_before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only those that end before.")
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List the CAs of a project."""
    request = ListCertificateAuthoritiesRequest(states=state or [], type=type_, name=name)  # type: ignore[arg-type]
    if expires_before:
        request.expires_before.CopyFrom(instant(expires_before))

    async def work(client: Client) -> ListCertificateAuthoritiesResponse:
        request.project_id = await finding.project_id(client, project)
        if parent is not None:
            request.parent_ca_id = await finding.authority_id(client, parent, project=project)
        return await client.all_pages(
            client.authorities.ListCertificateAuthorities, request, most=limit or None
        )

    answer = perform(work)
    show_rows(answer, answer.certificate_authorities, COLUMNS)


@app.command()
def get(ca: Authority, project: Project = None) -> None:
    """Show a CA."""
    answer = authority_files.read(ca, project)
    show_one(answer, answer.certificate_authority, LINES)


@app.command()
def update(
    ca: Authority,
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    crl_validity: Annotated[
        str | None, typer.Option(metavar="DURATION", help="How long its CRLs are valid.")
    ] = None,
    project: Project = None,
) -> None:
    """Change a CA's name, or how long its CRLs are valid; all else is fixed."""
    changed = CertificateAuthority()
    if name is not None:
        changed.name = name
    if crl_validity is not None:
        changed.crl_validity.CopyFrom(duration(crl_validity))
    paths = [path for path, said in (("name", name), ("crl_validity", crl_validity)) if said is not None]
    if not paths:
        fail("nothing to change: say --name or --crl-validity")

    async def work(client: Client) -> UpdateCertificateAuthorityResponse:
        changed.id = await finding.authority_id(client, ca, project=project)
        request = UpdateCertificateAuthorityRequest(certificate_authority=changed)
        request.update_mask.paths.extend(paths)
        return await client.call(client.authorities.UpdateCertificateAuthority, request)

    answer = perform(work)
    show_one(answer, answer.certificate_authority, LINES)


@app.command()
def disable(ca: Authority, project: Project = None) -> None:
    """Stop a CA from signing certificates; it goes on signing CRLs."""
    _switch("DisableCertificateAuthority", DisableCertificateAuthorityRequest, ca, project)


@app.command()
def enable(ca: Authority, project: Project = None) -> None:
    """Let a CA sign certificates again."""
    _switch("EnableCertificateAuthority", EnableCertificateAuthorityRequest, ca, project)


def _switch(method: str, kind: Any, ca: str, project: str | None) -> None:
    async def work(client: Client) -> Any:
        request = kind(id=await finding.authority_id(client, ca, project=project))
        return await client.call(getattr(client.authorities, method), request)

    answer = perform(work)
    show_one(answer, answer.certificate_authority, LINES)


for _command in (rotate, crl, authority_files.csr, authority_files.install, authority_files.chain):
    app.command()(_command)
