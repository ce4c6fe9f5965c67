"""``certmanager revoke`` and ``certmanager release``."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_service_pb2 import (
    GetCertificateRequest,
    ReleaseCertificateHoldRequest,
    RevokeCertificateRequest,
)
from certmanager_client.cli.certificates import which
from certmanager_client.cli.certificates.columns import LINES
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.output import show_one, visible
from certmanager_client.cli.terminal.parameters import Project, instant, literal
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

_REASON = x509_pb2.RevocationReason.DESCRIPTOR

Reason = Annotated[int, literal(_REASON, "--reason", help="Why, as key_compromise or certificate_hold.")]
Unsafe = Annotated[
    object,
    typer.Option(
        "--invalidity-date", parser=instant, metavar="TIME", help="Since when its key may be unsafe."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def revoke(
    certificate_id: which.MaybeId = None,
    *,
    serial: which.Serial = None,
    ca: which.Authority = None,
    project: Project = None,
    reason: Reason = 0,
    invalidity_date: Unsafe = None,
    yes: Yes = False,
) -> None:
    """Revoke a certificate, for good unless the reason is certificate_hold.

    key_compromise blocks its key for everybody, and ends its lineage. At a
    terminal it asks whether that is meant.
    """
    which.refuse_unless_one(certificate_id, serial, ca)
    request = RevokeCertificateRequest(reason=reason, invalidity_date=invalidity_date)  # type: ignore[arg-type]
    shown = GetCertificateRequest()

    async def find(client: Client) -> Any:
        for each in (request, shown):
            await which.put(client, each, certificate_id, serial, ca=ca, project=project)
        return await client.call(client.certificates.GetCertificate, shown)

    if not yes:
        _confirm(perform(find).certificate, reason)

    async def work(client: Client) -> Any:
        await which.put(client, request, certificate_id, serial, ca=ca, project=project)
        return await client.call(client.certificates.RevokeCertificate, request)

    answer = perform(work)
    show_one(answer, answer.certificate, LINES)


def release(
    certificate_id: which.MaybeId = None,
    *,
    serial: which.Serial = None,
    ca: which.Authority = None,
    project: Project = None,
) -> None:
    """Lift the hold of a certificate: it is in force again. No other revocation can be undone."""
    which.refuse_unless_one(certificate_id, serial, ca)
    request = ReleaseCertificateHoldRequest()

    async def work(client: Client) -> Any:
        await which.put(client, request, certificate_id, serial, ca=ca, project=project)
        return await client.call(client.certificates.ReleaseCertificateHold, request)

    answer = perform(work)
    show_one(answer, answer.certificate, LINES)


def _confirm(certificate: Any, reason: int) -> None:
    """Ask at a terminal; elsewhere it has to be said before."""
    if not sys.stdin.isatty():
        fail("a revocation cannot be undone; --yes says that it is meant")
    hold = reason == x509_pb2.REVOCATION_REASON_CERTIFICATE_HOLD
    name = visible(certificate.subject or certificate.serial_number)
    how = "put on hold" if hold else "revoked for good"
    typer.confirm(f"{name}, serial number {certificate.serial_number}, is to be {how}", abort=True, err=True)
