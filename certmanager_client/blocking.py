"""Watches for scripts that have no event loop.

::

    for event in blocking.watch_request(target, request_id):
        print(CertificateRequestState.Name(event.request.state))
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from typing import TypeVar

from certmanager_client.client import Client
from certmanager_client.target import Target
from certmanager_client.watch_events import CertificateEvent, QueueEvent, RequestEvent, TrustEvent
from certmanager_client.watching import Patience

E = TypeVar("E")


def watch_request(
    target: Target, request_id: str, *, resume_token: str = "", patience: Patience | None = None
) -> Iterator[RequestEvent]:
    """As :meth:`Client.watch_request`; not for a thread in which an event loop runs."""
    return _drawn(
        target,
        lambda client: client.watch_request(request_id, resume_token=resume_token, patience=patience),
    )


def watch_requests(
    target: Target,
    project_id: str,
    *,
    states: Iterable[int] = (),
    profile_id: str = "",
    requester_identity_id: str = "",
    resume_token: str = "",
    patience: Patience | None = None,
) -> Iterator[QueueEvent]:
    """As :meth:`Client.watch_requests`; not for a thread in which an event loop runs."""
    return _drawn(
        target,
        lambda client: client.watch_requests(
            project_id,
            states=states,
            profile_id=profile_id,
            requester_identity_id=requester_identity_id,
            resume_token=resume_token,
            patience=patience,
        ),
    )


def watch_certificate(
    target: Target, certificate_id: str, *, resume_token: str = "", patience: Patience | None = None
) -> Iterator[CertificateEvent]:
    """As :meth:`Client.watch_certificate`; not for a thread in which an event loop runs."""
    return _drawn(
        target,
        lambda client: client.watch_certificate(certificate_id, resume_token=resume_token, patience=patience),
    )


def watch_trust_bundle(
    target: Target, project_id: str, *, resume_token: str = "", patience: Patience | None = None
) -> Iterator[TrustEvent]:
    """As :meth:`Client.watch_trust_bundle`; not for a thread in which an event loop runs."""
    return _drawn(
        target,
        lambda client: client.watch_trust_bundle(project_id, resume_token=resume_token, patience=patience),
    )


def _drawn(target: Target, begin: Callable[[Client], AsyncGenerator[E, None]]) -> Iterator[E]:
    with asyncio.Runner() as runner:
        client = runner.run(_connected(target))
        events = begin(client)
        try:
            while (event := runner.run(_next(events))) is not None:
                yield event
        finally:
            runner.run(_closed(events, client))


async def _connected(target: Target) -> Client:
    """Made where the loop is: gRPC binds a channel to it."""
    return Client(target)


async def _next(events: AsyncGenerator[E, None]) -> E | None:
    return await anext(events, None)


async def _closed(events: AsyncGenerator[E, None], client: Client) -> None:
    await events.aclose()
    await client.close()
