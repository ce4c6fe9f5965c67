"""``certmanager ca csr``, ``install`` and ``chain``: what goes out of a CA as PEM, and comes back."""

from __future__ import annotations

from pathlib import Path
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
from certmanager_client.cli import finding
from certmanager_client.cli.authority_columns import LINES
from certmanager_client.cli.exits import Exit, fail
from certmanager_client.cli.options import chosen
from certmanager_client.cli.output import show_json, show_one
from certmanager_client.cli.parameters import Authority, Project
from certmanager_client.cli.session import perform
from certmanager_client.client import Client

Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there, not to stdout.")]


def csr(ca: Authority, out: Out = None, project: Project = None) -> None:
    """Write the CSR of a CA that an outside CA is to sign."""

    async def work(client: Client) -> GetCertificateAuthorityCsrResponse:
        request = GetCertificateAuthorityCsrRequest(
            id=await finding.authority_id(client, ca, project=project)
        )
        return await client.call(client.authorities.GetCertificateAuthorityCsr, request)

    answer = perform(work)
    if chosen().json:
        show_json(literals.plain(answer, with_defaults=True))
    else:
        _write(answer.csr, out)


def install(
    ca: Authority,
    certificate: Annotated[Path, typer.Option(metavar="FILE", help="Its PEM certificate.")],
    chain: Annotated[Path, typer.Option(metavar="FILE", help="The PEM chain, from its issuer to the root.")],
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


def chain(ca: Authority, out: Out = None, project: Project = None) -> None:
    """Write a CA's PEM certificate and those above it, up to the root."""

    async def work(client: Client) -> GetCertificateAuthorityResponse:
        request = GetCertificateAuthorityRequest(id=await finding.authority_id(client, ca, project=project))
        return await client.call(client.authorities.GetCertificateAuthority, request)

    answer = perform(work)
    found = answer.certificate_authority
    if chosen().json:
        show_json({"certificate": found.certificate, "certificateChain": found.certificate_chain})
    elif not found.certificate:
        fail(f"the CA '{found.name}' has no certificate yet", status=Exit.REFUSED)
    else:
        _write("".join(dict.fromkeys(_blocks(found.certificate + "\n" + found.certificate_chain))), out)


def _blocks(pem: str) -> list[str]:
    """Each PEM block with its line end; a root is its own chain, and is written once."""
    end = "-----END CERTIFICATE-----"
    return [f"{block.strip()}\n{end}\n" for block in pem.split(end)[:-1]]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError as error:
        fail(f"cannot read {file}: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{file} is not PEM")


def _write(pem: str, out: Path | None) -> None:
    text = pem if pem.endswith("\n") else f"{pem}\n"
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, encoding="ascii")
    except OSError as error:
        fail(f"cannot write {out}: {error.strerror}")
