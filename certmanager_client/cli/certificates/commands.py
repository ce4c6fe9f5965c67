"""``certmanager get`` and ``certmanager list``: certificates that were issued."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from certmanager.v1.certificate_service_pb2 import (
    GetCertificateRequest,
    GetCertificateResponse,
    GetLatestCertificateRequest,
    GetLatestCertificateResponse,
    ListCertificatesRequest,
    ListCertificatesResponse,
    SerialKey,
)
from certmanager_client import literals
from certmanager_client.cli.certificates import options as said
from certmanager_client.cli.certificates.columns import LINES, ROWS
from certmanager_client.cli.issuing.options import label
from certmanager_client.cli.terminal import finding, pem_files
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import show_one, show_rows
from certmanager_client.cli.terminal.parameters import DEFAULT_LIMIT, Limit, Project
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client


def get(
    certificate_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The certificate.")] = None,
    *,
    serial: Annotated[
        str | None, typer.Option(metavar="HEX", help="Or by its serial number, with --ca.")
    ] = None,
    ca: Annotated[str | None, typer.Option(metavar="NAME|ID", help="The CA that signed it.")] = None,
    project: Project = None,
    latest: Annotated[
        bool, typer.Option("--latest", help="The one of its lineage that is to be used now.")
    ] = False,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write certificate and chain there, - for stdout.")
    ] = None,
    force: pem_files.Force = False,
    text: Annotated[
        bool, typer.Option("--text", help="With --out: show what is in it first, as openssl's -text does.")
    ] = False,
) -> None:
    """Show a certificate, or write it with its chain as PEM. There is never a private key in it."""
    if (certificate_id is None) == (serial is None) or (serial is None) != (ca is None):
        fail("say which certificate: by its ID, or with --serial and --ca")
    if latest and certificate_id is None:
        fail("--latest is told by the ID of any certificate of the lineage")

    async def work(client: Client) -> GetCertificateResponse | GetLatestCertificateResponse:
        if latest:
            newest = GetLatestCertificateRequest(certificate_id=certificate_id)
            return await client.call(client.certificates.GetLatestCertificate, newest)
        request = GetCertificateRequest(certificate_id=certificate_id)
        if serial is not None and ca is not None:
            signer = await finding.authority_id(client, ca, project=project)
            request = GetCertificateRequest(serial_key=SerialKey(ca_id=signer, serial_number=serial))
        return await client.call(client.certificates.GetCertificate, request)

    answer = perform(work)
    found = answer.certificate
    if out is None or (text and not chosen().json):
        show_one(answer, found, LINES)
    if out is not None:
        document = literals.plain(answer, with_defaults=True)
        pem = found.certificate + found.certificate_chain
        pem_files.hand_over(document, pem, out, replace=force)


def list_(
    *,
    project: said.AnyProject = None,
    profile: said.Profile = None,
    ca: said.Authority = None,
    state: said.States = None,
    name: said.Named = "",
    serial: said.Serial = "",
    fingerprint: said.Fingerprint = "",
    expires_before: said.ExpiresBefore = None,
    expires_after: said.ExpiresAfter = None,
    metadata: said.Labels = None,
    requester: said.Requester = None,
    renewal_state: said.RenewalStates = None,
    lineage: said.Lineage = "",
    limit: Limit = DEFAULT_LIMIT,
    everything: Annotated[bool, typer.Option("--all", help="The same as --limit 0.")] = False,
) -> None:
    """List certificates, newest first; all filters must match."""

    async def work(client: Client) -> ListCertificatesResponse:
        asked = ListCertificatesRequest(
            states=state or (),  # type: ignore[arg-type]
            name=name,
            serial_number=serial,
            fingerprint_sha256=fingerprint,
            expires_before=expires_before,  # type: ignore[arg-type]
            expires_after=expires_after,  # type: ignore[arg-type]
            metadata=map(label, metadata or ()),
            renewal_states=renewal_state or (),  # type: ignore[arg-type]
            lineage_id=lineage,
        )
        await _find(client, asked, project=project, profile=profile, ca=ca, requester=requester)
        most = None if everything else limit or None
        return await client.all_pages(client.certificates.ListCertificates, asked, most=most)

    answer = perform(work)
    show_rows(answer, answer.certificates, ROWS)


async def _find(
    client: Client,
    asked: Any,
    *,
    project: str | None,
    profile: str | None,
    ca: str | None,
    requester: str | None,
) -> None:
    """Put the ids of what the filters name into the request."""
    if project is not None:
        asked.project_id = await finding.project_id(client, project)
    if profile is not None:
        asked.profile_id = await finding.profile_id(client, profile, project=project)
    if ca is not None:
        asked.ca_id = await finding.authority_id(client, ca, project=project)
    if requester is not None:
        asked.requester_identity_id = await finding.identity_id(client, requester)
