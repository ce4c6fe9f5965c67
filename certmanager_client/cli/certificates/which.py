"""Which certificate a command is about: by its ID, or by its CA and serial number."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from certmanager.v1.certificate_service_pb2 import SerialKey
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.client import Client

MaybeId = Annotated[str | None, typer.Argument(metavar="[ID]", help="The certificate.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The certificate.")]
Serial = Annotated[str | None, typer.Option(metavar="HEX", help="Or by its serial number, with --ca.")]
Authority = Annotated[str | None, typer.Option("--ca", metavar="NAME|ID", help="The CA that signed it.")]


def refuse_unless_one(certificate_id: str | None, serial: str | None, ca: str | None) -> None:
    """End the program unless exactly one certificate is named."""
    if (certificate_id is None) == (serial is None) or (serial is None) != (ca is None):
        fail("say which certificate: by its ID, or with --serial and --ca")


async def put(
    client: Client,
    request: Any,
    certificate_id: str | None,
    serial: str | None,
    *,
    ca: str | None,
    project: str | None,
) -> None:
    """Name the certificate in a request that takes either. Raises ApiError."""
    if certificate_id is not None:
        request.certificate_id = certificate_id
    elif serial is not None and ca is not None:
        signer = await finding.authority_id(client, ca, project=project)
        request.serial_key.CopyFrom(SerialKey(ca_id=signer, serial_number=serial))


def checked(certificate_id: str) -> str:
    """The text, if it can be an ID; else the program ends."""
    if not finding.is_id(certificate_id):
        fail(f"{certificate_id!r} is no ID of a certificate; `certmanager list` shows them")
    return certificate_id
