"""``certmanager renewal`` and ``certmanager bundle``: what becomes of a certificate, and its file."""

from __future__ import annotations

import base64
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from certmanager.v1.certificate_service_pb2 import (
    CertificateBundleFormat,
    GetCertificateBundleRequest,
    UpdateCertificateRenewalRequest,
)
from certmanager_client.cli.certificates import which
from certmanager_client.cli.certificates.columns import LINES
from certmanager_client.cli.terminal import pem_files
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import show_json, show_one
from certmanager_client.cli.terminal.parameters import Project, duration, literal
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

_PERCENT = re.compile(r"([1-9][0-9]?)%")
_FORMAT = CertificateBundleFormat.DESCRIPTOR


def renewal(
    certificate_id: which.Id,
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Whether the server renews it by itself.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="SPAN|N%", help="How long before its end: as 10d, or 30%.")
    ] = None,
) -> None:
    """Switch the auto-renewal of a certificate, or move its time; what holds now is shown."""
    if on is None and before is None:
        fail("nothing to change: say --on, --off or --before")
    request = UpdateCertificateRenewalRequest(certificate_id=which.checked(certificate_id), enabled=on)
    if before is not None:
        percent = _PERCENT.fullmatch(before)
        if percent is not None:
            request.renew_before_percent = int(percent[1])
        else:
            request.renew_before.CopyFrom(duration(before))
    answer = perform(lambda client: client.call(client.certificates.UpdateCertificateRenewal, request))
    show_one(answer, answer.certificate, LINES)


def bundle(
    certificate_id: which.MaybeId = None,
    *,
    serial: which.Serial = None,
    ca: which.Authority = None,
    project: Project = None,
    format_: Annotated[int, literal(_FORMAT, "--format", help="pem, der or pkcs7. [pem]")] = 0,
    include_root: Annotated[
        bool, typer.Option("--include-root", help="Let the chain end with the root.")
    ] = False,
    out: pem_files.Out = None,
    force: pem_files.Force = False,
) -> None:
    """Write a certificate with its chain as one file. There is never a private key in it."""
    which.refuse_unless_one(certificate_id, serial, ca)
    request = GetCertificateBundleRequest(format=format_, include_root=include_root)  # type: ignore[arg-type]

    async def work(client: Client) -> Any:
        await which.put(client, request, certificate_id, serial, ca=ca, project=project)
        return await client.call(client.certificates.GetCertificateBundle, request)

    _hand_over(perform(work), out, replace=force)


def _hand_over(answer: Any, out: str | None, *, replace: bool) -> None:
    """Like PEM that is handed over; octets go to no terminal, and stand in JSON as base64."""
    octets: bytes = answer.content
    if out not in {None, "-"}:
        pem_files.write_octets(Path(str(out)), octets, replace=replace)
    if chosen().json:
        content = base64.b64encode(octets).decode()
        show_json({"content": content, "mediaType": answer.media_type, "fileName": answer.file_name})
    elif out in {None, "-"}:
        if not octets.isascii() and sys.stdout.isatty():
            fail("it is no text for a terminal: say with --out where it goes")
        print(end="", flush=True)
        sys.stdout.buffer.write(octets)
        sys.stdout.buffer.flush()
