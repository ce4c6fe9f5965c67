"""``certmanager ca create``: a root, an intermediate under one of ours, or one that an outside CA signs."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1 import certificate_authority_pb2, x509_pb2
from certmanager.v1.certificate_authority_pb2 import NameConstraints
from certmanager.v1.certificate_authority_service_pb2 import (
    CreateCertificateAuthorityRequest,
    CreateCertificateAuthorityResponse,
)
from certmanager.v1.certificate_pb2 import AltName, BasicConstraints, CertificateAttributes
from certmanager_client import literals
from certmanager_client.cli.authorities.columns import LINES
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.output import say, show_one
from certmanager_client.cli.terminal.parameters import Project, duration, literal
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

_KEY = x509_pb2.KeyAlgorithm.DESCRIPTOR
_NAME = x509_pb2.AltNameType.DESCRIPTOR
_ROOT = certificate_authority_pb2.CERTIFICATE_AUTHORITY_TYPE_ROOT
_INTERMEDIATE = certificate_authority_pb2.CERTIFICATE_AUTHORITY_TYPE_INTERMEDIATE

_SUBTREE = "dns:example.com, ip:10.0.0.0/8, email:example.com or uri:example.com; may be repeated."
Subtrees = list[str] | None
Root = Annotated[bool, typer.Option("--root", help="It signs itself.")]
Parent = Annotated[str | None, typer.Option(metavar="NAME|ID", help="This CA signs it.")]
Outside = Annotated[bool, typer.Option("--outside", help="An outside CA is to sign it: see `ca csr`.")]
CommonName = Annotated[
    str | None, typer.Option("--common-name", "--cn", metavar="TEXT", help="The subject's CN. [the name]")
]
Organization = Annotated[str | None, typer.Option("--organization", "--org", metavar="TEXT")]
Unit = Annotated[str | None, typer.Option("--organizational-unit", "--ou", metavar="TEXT")]
Text = Annotated[str | None, typer.Option(metavar="TEXT")]
Key = Annotated[int, literal(_KEY, "--key-algorithm", help="Its key, as EC_secp384r1.")]
Lifetime = Annotated[str, typer.Option(metavar="DURATION", help="How long it is valid, as 10y.")]
PathLength = Annotated[
    int | None, typer.Option(min=0, max=16, metavar="NUMBER", help="Most CAs below it. [no limit]")
]
Permit = Annotated[Subtrees, typer.Option(metavar="TYPE:SUBTREE", help=f"Names must be in: {_SUBTREE}")]
Exclude = Annotated[Subtrees, typer.Option(metavar="TYPE:SUBTREE", help="Names must not be in, likewise.")]
Shards = Annotated[
    int, typer.Option(min=0, metavar="NUMBER", help="Into how many its CRL is cut. [1]", show_default=False)
]
CRLValidity = Annotated[str | None, typer.Option(metavar="DURATION", help="How long a CRL is valid. [7d]")]


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that people see.")],
    root: Root = False,
    parent: Parent = None,
    outside: Outside = False,
    common_name: CommonName = None,
    organization: Organization = None,
    organizational_unit: Unit = None,
    country: Annotated[str | None, typer.Option(metavar="XX")] = None,
    state: Text = None,
    locality: Text = None,
    key_algorithm: Key = 0,
    ttl: Lifetime = "",
    path_length: PathLength = None,
    permit: Permit = None,
    exclude: Exclude = None,
    crl_shards: Shards = 0,
    crl_validity: CRLValidity = None,
    project: Project = None,
) -> None:
    """Create a CA and its key: say --root, --parent or --outside."""
    if [root, parent is not None, outside].count(True) != 1:
        fail("who signs it? say one of --root, --parent and --outside")
    subject = {
        "common_name": common_name or name,
        "organization": organization,
        "organizational_unit": organizational_unit,
        "country": country,
        "state": state,
        "locality": locality,
    }
    request = CreateCertificateAuthorityRequest(
        name=name,
        type=_ROOT if root else _INTERMEDIATE,
        attributes=CertificateAttributes(**{key: text for key, text in subject.items() if text is not None}),  # type: ignore[arg-type]
        crl_shards=crl_shards,
    )
    _shape(request, key_algorithm=key_algorithm, ttl=ttl, path_length=path_length)
    if permit or exclude:
        request.name_constraints.CopyFrom(_constraints(permit, exclude))
    if crl_validity:
        request.crl_validity.CopyFrom(duration(crl_validity))
    _create(request, parent=parent, project=project)


def _shape(
    request: CreateCertificateAuthorityRequest, *, key_algorithm: int, ttl: str, path_length: int | None
) -> None:
    attributes = request.attributes
    attributes.key_algorithm = key_algorithm  # type: ignore[assignment]
    if ttl:
        attributes.ttl = ttl
    if path_length is not None:
        attributes.basic_constraints.CopyFrom(BasicConstraints(is_ca=True, path_length=path_length))


def _create(request: CreateCertificateAuthorityRequest, *, parent: str | None, project: str | None) -> None:
    async def work(client: Client) -> CreateCertificateAuthorityResponse:
        request.project_id = await finding.project_id(client, project)
        if parent is not None:
            request.parent_ca_id = await finding.authority_id(client, parent, project=project)
        return await client.call(client.authorities.CreateCertificateAuthority, request)

    answer = perform(work)
    ca = answer.certificate_authority
    show_one(answer, ca, LINES)
    if answer.csr:
        say(f"its CSR: certmanager ca csr {ca.id}; what was signed: certmanager ca install {ca.id}")


def _constraints(permit: Subtrees, exclude: Subtrees) -> NameConstraints:
    return NameConstraints(permitted=map(_subtree, permit or []), excluded=map(_subtree, exclude or []))


def _subtree(text: str) -> AltName:
    kind, colon, value = text.partition(":")
    if not colon or not value:
        raise typer.BadParameter(f"{text!r} is no subtree: TYPE:SUBTREE, as dns:example.com")
    try:
        return AltName(type=literals.number(_NAME, kind), value=value)  # type: ignore[arg-type]
    except literals.UnknownLiteral as error:
        raise typer.BadParameter(str(error)) from None
