"""``certmanager ca rotate`` and ``certmanager ca crl``: a CA's generations, and whom they have revoked."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_authority_service_pb2 import (
    GetCertificateRevocationListRequest,
    RotateCertificateAuthorityRequest,
)
from certmanager_client import literals
from certmanager_client.cli.authorities.columns import LINES
from certmanager_client.cli.terminal import finding, pem_files
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.cli.terminal.output import Column, say, show_one
from certmanager_client.cli.terminal.parameters import Authority, Project, literal
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

_CRL = (
    Column("CA", "ca_id"),
    Column("generation", "ca_generation"),
    Column("shard", "shard"),
    Column("number", "crl_number"),
    Column("signed", "this_update"),
    Column("next", "next_update"),
    Column("entries", "entry_count"),
    Column("octets", "size_bytes"),
    Column("sha256", "sha256"),
    Column("published at", "url"),
)


def rotate(
    ca: Authority,
    keep_key: Annotated[bool, typer.Option("--keep-key", help="A new certificate for the same key.")] = False,
    key_algorithm: Annotated[
        int,
        literal(x509_pb2.KeyAlgorithm.DESCRIPTOR, "--key-algorithm", help="Of the new key. [as before]"),
    ] = 0,
    ttl: Annotated[str, typer.Option(metavar="SPAN", help="As 10y. [as before, within the parent]")] = "",
    crl_shards: Annotated[
        int,
        typer.Option(min=0, max=1024, metavar="NUMBER", help="Shards of its CRL from now on. [as before]"),
    ] = 0,
    project: Project = None,
) -> None:
    """Give a CA its next generation: a new certificate and key. CRLs and OCSP of the former ones go on."""
    request = RotateCertificateAuthorityRequest(keep_key=keep_key, crl_shards=crl_shards)
    if key_algorithm:
        request.attributes.key_algorithm = key_algorithm  # type: ignore[assignment]
    if ttl:
        request.attributes.ttl = ttl

    async def work(client: Client) -> Any:
        request.id = await finding.authority_id(client, ca, project=project)
        return await client.call(client.authorities.RotateCertificateAuthority, request)

    answer = perform(work)
    found = answer.certificate_authority
    show_one(answer, found, LINES)
    if answer.csr:
        say(f"its CSR: certmanager ca csr {found.id}; what was signed: certmanager ca install {found.id}")


def crl(
    ca: Authority,
    shard: Annotated[int, typer.Option(min=0, max=1023, metavar="NUMBER", help="Which shard. [0]")] = 0,
    generation: Annotated[
        int, typer.Option(min=0, metavar="NUMBER", help="Of which generation of the CA. [the present one]")
    ] = 0,
    out: pem_files.Out = None,
    force: pem_files.Force = False,
    project: Project = None,
) -> None:
    """Show a CA's certificate revocation list, or write it as PEM."""
    request = GetCertificateRevocationListRequest(shard=shard, ca_generation=generation)

    async def work(client: Client) -> Any:
        request.id = await finding.authority_id(client, ca, project=project)
        return await client.call(client.authorities.GetCertificateRevocationList, request)

    answer = perform(work)
    found = answer.certificate_revocation_list
    if out is None:
        show_one(answer, found, _CRL)
    elif found.crl:
        told = literals.plain(answer, with_defaults=True)
        pem_files.hand_over(told, f"{found.crl.strip()}\n", out, replace=force)
    else:
        where = f"; it is published at {found.url}" if found.url else ""
        fail(f"it is too long for an answer, {found.size_bytes} octets{where}", status=Exit.REFUSED)
