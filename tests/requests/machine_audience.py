"""Those who watch a play: a watch on each request by its requester, and queues by others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc

from certmanager.v1 import certificate_request_service_pb2 as messages
from tests.requests.machine_seeing import Past, number_of
from tests.requests.machine_stage import Scene
from tests.requests.machine_watching import Following
from tests.requests.model import ISSUED, WAITS, Request, View

Wanted = Callable[[Request, View], bool]


@dataclass(frozen=True, slots=True)
class _Queue:
    watch: Following
    wanted: Wanted
    """Whether a request belongs to it while it is so."""


class Audience:
    """All watches of a scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._ones: list[Following] = []
        """By the number of the request."""
        self._queues = (
            _Queue(self._queue("anna"), lambda request, _: request.order.by == "anna"),
            _Queue(self._queue("otto", WAITS), lambda _, view: view.state == WAITS),
            _Queue(self._queue("vera", WAITS, ISSUED), lambda _, view: view.state in (WAITS, ISSUED)),
        )

    async def seated(self) -> None:
        """Returns once all queues are live."""
        for queue in self._queues:
            await queue.watch.until(partial(any, queue.watch.streams), "its snapshot")

    async def again(self) -> None:
        """All go away, and come again with their newest tokens."""
        await asyncio.gather(*(watch.again() for watch in self._all))

    async def close(self) -> None:
        """All go away."""
        await asyncio.gather(*(watch.close() for watch in self._all))

    async def prove(self, past: Past) -> None:
        """Fails unless all are told what happened, soon, and nothing else."""
        for number in range(len(self._ones), len(past.requests)):
            self._ones.append(self._one(number, past.requests[number].order.by))
        for number, watch in enumerate(self._ones):
            request, revision = past.requests[number], past.revisions[number][-1]
            await watch.until(partial(_is_told, watch, revision, request), (request, revision))
            _prove_one(watch, past, request)
        for queue in self._queues:
            await _prove_queue(queue, past)

    @property
    def _all(self) -> list[Following]:
        return [*self._ones, *(queue.watch for queue in self._queues)]

    def _one(self, number: int, who: str) -> Following:
        ask = messages.WatchCertificateRequestRequest(certificate_request_id=self._scene.ids[number])
        return self._following("WatchCertificateRequest", ask, who)

    def _queue(self, who: str, *states: str) -> Following:
        ask = messages.WatchCertificateRequestsRequest(
            project_id=self._scene.office.project_id,
            profile_id=self._scene.profile_id,
            states=[number_of(state) for state in states],
        )
        return self._following("WatchCertificateRequests", ask, who)

    def _following(self, method: str, ask: Any, who: str) -> Following:
        office, token = self._scene.office, self._scene.stage.people[who].token

        def opened(resume_token: str) -> Any:
            ask.resume_token = resume_token
            return getattr(office.stub, method)(ask, metadata=office.live.auth(token))

        return Following(opened)


def _is_told(watch: Following, revision: int, request: Request) -> bool:
    """Whether a watch on a request has heard the newest: an end, or the revision."""
    if request.is_terminal:
        return watch.code is not None
    return any(message.revision >= revision for messages in watch.streams for message in messages)


def _prove_one(watch: Following, past: Past, request: Request) -> None:
    for stream in watch.streams:
        _prove_growth(stream)
        for message in stream:
            past.prove(message.certificate_request)
            assert message.HasField("certificate") == bool(message.certificate_request.certificate_id)
        ends = [message.certificate_request.HasField("ended_at") for message in stream]
        assert not any(ends[:-1]), "a message follows the terminal state"
    is_ended = bool(watch.streams[-1]) and watch.streams[-1][-1].certificate_request.HasField("ended_at")
    assert is_ended == request.is_terminal
    assert watch.code is (grpc.StatusCode.OK if is_ended else None)


async def _prove_queue(queue: _Queue, past: Past) -> None:
    watch, present, ever = queue.watch, past.present(queue.wanted), past.ever(queue.wanted)
    await watch.until(lambda: members(watch) == present and told_of(watch) >= ever, (present, ever))
    assert told_of(watch) == ever, "a request is told of that never belonged to the queue"
    assert watch.code is None
    for stream in watch.streams:
        _prove_growth(stream)
        for kind, told in _requests(stream):
            past.prove(told)
            assert queue.wanted(*past.at(told)) == (kind != "left")


def _prove_growth(stream: list[Any]) -> None:
    grown = [message.revision for message in stream]
    assert grown == sorted(set(grown)), f"revisions do not strictly grow: {grown}"


def members(watch: Following) -> Mapping[str, int]:
    """The requests of a queue as its watcher knows them, with their revisions."""
    found: dict[str, int] = {}
    for stream in watch.streams:
        for kind, told in _requests(stream):
            if kind == "left":
                found.pop(told.id, None)
            else:
                found[told.id] = told.revision
    return found


def told_of(watch: Following) -> set[str]:
    """The ids of all requests that were told of."""
    return {told.id for stream in watch.streams for _, told in _requests(stream)}


def _requests(stream: list[Any]) -> list[tuple[str, Any]]:
    told = [(message.WhichOneof("event"), message) for message in stream]
    return [
        (kind, getattr(message, kind)) for kind, message in told if kind in ("snapshot", "changed", "left")
    ]
