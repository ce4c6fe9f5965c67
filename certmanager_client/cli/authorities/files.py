"""``certmanager ca csr``, ``install`` and ``chain``: what goes out of a CA as PEM, and comes back."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1.certificate_authority_service_pb2 import (
    GetCertificateAuthorityCsrRequest,
    GetCertificateAuthorityCsrResponse,
    GetCertificateAuthorityRequest,
    GetCertificateAuthorityResponse,
    InstallCertificateAuthorityCertificateRequest,
    InstallCertificateAuthorityCertificateResponse,
)
from certmanager_client import literals
from certmanager_client.cli.authorities.columns import LINES
from certmanager_client.cli.terminal import finding, pem_files
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.cli.terminal.output import show_one
from certmanager_client.cli.terminal.parameters import Authority, Project
from certmanager_client.cli.terminal.reading import must_read
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

_LONGEST = 1024 * 1024
"""Octets of a certificate or a chain."""


def csr(
    ca: Authority, out: pem_files.Out = None, force: pem_files.Force = False, project: Project = None
) -> None:
    """Write the CSR of a CA that an outside CA is to sign."""

    async def work(client: Client) -> GetCertificateAuthorityCsrResponse:
        request = GetCertificateAuthorityCsrRequest(
            id=await finding.authority_id(client, ca, project=project)
        )
        return await client.call(client.authorities.GetCertificateAuthorityCsr, request)

    answer = perform(work)
    told = literals.plain(answer, with_defaults=True)
    pem_files.hand_over(told, f"{answer.csr.strip()}\n", out, replace=force)


def install(
    ca: Authority,
    certificate: Annotated[str, typer.Option(metavar="FILE", help="Its PEM certificate.")],
    chain: Annotated[str, typer.Option(metavar="FILE", help="The PEM chain, from its issuer to the root.")],
    project: Project = None,
) -> None:
    """Install the certificate that an outside CA signed for a CA."""
    request = InstallCertificateAuthorityCertificateRequest(
        certificate=_read(certificate), certificate_chain=_read(chain)
    )

    async def work(client: Client) -> InstallCertificateAuthorityCertificateResponse:
        request.id = await finding.authority_id(client, ca, project=project)
        return await client.call(client.authorities.InstallCertificateAuthorityCertificate, request)

    answer = perform(work)
    show_one(answer, answer.certificate_authority, LINES)


def chain(
    ca: Authority, out: pem_files.Out = None, force: pem_files.Force = False, project: Project = None
) -> None:
    """Write a CA's PEM certificate and those above it, up to the root."""
    found = read(ca, project).certificate_authority
    if not found.certificate:
        fail(f"the CA '{found.name}' has no certificate yet", status=Exit.REFUSED)
    pem = "".join(dict.fromkeys(_blocks(f"{found.certificate}\n{found.certificate_chain}")))
    told = {"certificate": found.certificate, "certificateChain": found.certificate_chain}
    pem_files.hand_over(told, pem, out, replace=force)


def read(ca: str, project: str | None) -> GetCertificateAuthorityResponse:
    """The answer for a CA by its name or id."""

    async def work(client: Client) -> GetCertificateAuthorityResponse:
        request = GetCertificateAuthorityRequest(id=await finding.authority_id(client, ca, project=project))
        return await client.call(client.authorities.GetCertificateAuthority, request)

    return perform(work)


def _blocks(pem: str) -> list[str]:
    """Each PEM block with its line end; a root is its own chain, and is written once."""
    end = "-----END CERTIFICATE-----"
    return [f"{block.strip()}\n{end}\n" for block in pem.split(end)[:-1]]


def _read(file: str) -> str:
    try:
        return must_read(file, _LONGEST).decode("ascii")
    except UnicodeDecodeError:
        fail(f"{file} is not PEM")
