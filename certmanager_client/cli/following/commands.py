"""``certmanager watch``: a certificate's lineage, or what to trust in a project, as they change."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import grpc
from google.protobuf.message import Message

from certmanager_client import literals
from certmanager_client.cli.certificates import which
from certmanager_client.cli.issuing.answer import renewal
from certmanager_client.cli.requests.live import patience
from certmanager_client.cli.requests.options import Span
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.lazily import group
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import field_text, visible
from certmanager_client.cli.terminal.parameters import Project
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client
from certmanager_client.errors import ApiError

app = group("Follow a certificate's lineage, or what to trust, until it is told to end.")


@app.command()
def certificate(certificate_id: which.Id, wait: Span = None) -> None:
    """Follow the lineage of a certificate: the one to use now, and each renewal and revocation."""
    id_, seconds = which.checked(certificate_id), getattr(wait, "seconds", None)

    async def work(client: Client) -> None:
        events = client.watch_certificate(id_, patience=patience(seconds))
        await _shown(events, lambda event: event.certificate, _certificate_line, seconds=seconds)

    perform(work)


@app.command()
def trust(project: Project = None, wait: Span = None) -> None:
    """Follow what to trust in a project: its roots, intermediates and CRLs, whole at each change."""
    seconds = getattr(wait, "seconds", None)

    async def work(client: Client) -> None:
        project_id = await finding.project_id(client, project)
        events = client.watch_trust_bundle(project_id, patience=patience(seconds))
        await _shown(events, lambda event: event.bundle, _trust_line, seconds=seconds)

    perform(work)


async def _shown(
    events: AsyncGenerator[Any, None],
    message: Callable[[Any], Message],
    line: Callable[[Any], str],
    *,
    seconds: float | None,
) -> None:
    """Show each event on a line; one document a line with ``--json``."""
    try:
        async with aclosing(events):
            async for event in events:
                told = message(event)
                as_json = chosen().json
                text = (
                    json.dumps(literals.plain(told, with_defaults=True)) if as_json else visible(line(told))
                )
                print(text, flush=True)
    except ApiError as error:
        if seconds is None or error.code is not grpc.StatusCode.DEADLINE_EXCEEDED:
            raise  # such a watch has no end: that its time is over is what was asked for


def _certificate_line(told: Any) -> str:
    state = field_text(told, "state")
    if told.HasField("revocation"):
        state = f"{state} ({field_text(told.revocation, 'reason')})"
    key = field_text(told, "private_key_state")
    parts = (
        told.id,
        state,
        f"until {field_text(told, 'not_after')}",
        f"key {key}" if key else "",
        f"auto-renewal {text}" if (text := renewal(told.auto_renewal)) else "",
    )
    return "  ".join(filter(None, parts))


def _trust_line(told: Any) -> str:
    begin = "-----BEGIN CERTIFICATE-----"
    counts = (told.roots.count(begin), "roots"), (told.intermediates.count(begin), "intermediates")
    crls = (f"CRL {one.ca_id} {one.crl_number} ({one.entry_count})" for one in told.crls)
    return "  ".join((*(f"{count} {what}" for count, what in counts), *crls))
