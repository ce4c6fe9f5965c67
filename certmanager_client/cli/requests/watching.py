"""``certmanager request watch``: one request to its end, or a queue as it changes."""

from __future__ import annotations

import json
import sys
from contextlib import aclosing, nullcontext
from typing import Annotated, Any, TextIO

import grpc
import typer

from certmanager.v1 import certificate_request_pb2 as states
from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager_client import literals
from certmanager_client.cli.certificates import options as common
from certmanager_client.cli.requests import options as said
from certmanager_client.cli.requests.ending import end_unless_issued
from certmanager_client.cli.requests.live import one_shown, patience, queue_shown
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.parameters import Project
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client
from certmanager_client.errors import ApiError
from certmanager_client.watch_events import QueueEvent, RequestEvent

_UNDECIDED = (states.CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL, states.CERTIFICATE_REQUEST_STATE_PENDING)


def watch(
    request: Annotated[
        str | None, typer.Argument(metavar="[REQUEST]", help="The request. [the queue]")
    ] = None,
    *,
    project: Project = None,
    profile: common.Profile = None,
    state: said.States = None,
    requester: common.Requester = None,
    wait: said.Span = None,
) -> None:
    """Follow a request until it ends, or the requests of a project that wait."""
    filters = (project, profile, state, requester)
    if request is not None and any(each is not None for each in filters):
        fail("a request is watched by its ID alone; the other options choose a queue")
    seconds = getattr(wait, "seconds", None)
    if request is None:
        perform(lambda client: _watch_queue(client, *filters, seconds=seconds))
    else:
        end_unless_issued(perform(lambda client: _watch_one(client, request, seconds=seconds)))


async def follow(client: Client, request_id: str, *, seconds: float | None, file: TextIO) -> RequestEvent:
    """The last event of a request; its states are shown meanwhile. Raises ApiError, when time is over too."""
    show: Any = nullcontext(_print_json) if file is sys.stdout and chosen().json else one_shown(file)
    event: RequestEvent | None = None
    async with aclosing(client.watch_request(request_id, patience=patience(seconds))) as events:
        with show as shown:
            async for event in events:
                shown(event.request)
    if event is None:
        fail("the server ended the watch without telling the request", status=Exit.UNEXPECTED)
    return event


async def _watch_one(client: Client, request_id: str, *, seconds: float | None) -> CertificateRequest:
    return (await follow(client, request_id, seconds=seconds, file=sys.stdout)).request


async def _watch_queue(
    client: Client,
    project: str | None,
    profile: str | None,
    state: list[int] | None,
    requester: str | None,
    *,
    seconds: float | None,
) -> None:
    events = client.watch_requests(
        await finding.project_id(client, project),
        states=state or _UNDECIDED,
        profile_id="" if profile is None else await finding.profile_id(client, profile, project=project),
        requester_identity_id="" if requester is None else await finding.identity_id(client, requester),
        patience=patience(seconds),
    )
    show: Any = nullcontext(_print_event) if chosen().json else queue_shown(sys.stdout)
    try:
        async with aclosing(events):
            with show as shown:
                async for event in events:
                    shown(event)
    except ApiError as error:
        if seconds is None or error.code is not grpc.StatusCode.DEADLINE_EXCEEDED:
            raise  # a queue has no end: that its time is over is what was asked for


def _print_json(request: CertificateRequest) -> None:
    """One document a line: what follows a stream reads lines."""
    print(json.dumps(literals.plain(request, with_defaults=True)), flush=True)


def _print_event(event: QueueEvent) -> None:
    told: dict[str, Any] = {"event": event.kind.value}
    if event.request is None:
        told["gone"] = sorted(event.gone)
    else:
        told["certificateRequest"] = literals.plain(event.request, with_defaults=True)
    print(json.dumps(told), flush=True)
