"""Watches without a wire, on grpcio-testing's fake time: streams that say what a script says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
import grpc_testing
from google.protobuf.duration_pb2 import Duration

from certmanager.v1.certificate_pb2 import Certificate
from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager.v1.certificate_request_service_pb2 import (
    WatchCertificateRequestResponse,
    WatchCertificateRequestsResponse,
)
from certmanager.v1.certificate_service_pb2 import WatchCertificateResponse
from certmanager.v1.watch_pb2 import Heartbeat, SnapshotComplete
from certmanager_client.errors import ApiError
from certmanager_client.retries import Timing
from certmanager_client.watching import Patience
from tests.cli.scripted import Failing

REQUEST = "01a208fb-0dd8-7000-ab96-668465ddbc49"
PROJECT = "01a208fb-0dd8-7000-ab96-668465ddbc50"
SILENCE = object()
"""In a script: nothing comes any more."""
OK = object()
"""In a script: the stream ends with OK."""
_TURNS = 10
"""Turns of the loop in which whatever is ready gets done; only then does time pass."""


class FakeTime:
    """A clock that jumps to the end of a sleep as soon as nothing else is to be done."""

    def __init__(self) -> None:
        self._time = grpc_testing.strict_fake_time(0.0)
        self.paused: list[float] = []
        """The pauses between streams, in seconds."""
        self.errors: list[ApiError] = []

    def now(self) -> float:
        return float(self._time.time())

    def patience(self, *, spread: float = 1.0, **others: Any) -> Patience:
        """On this clock; every random number is ``spread``."""
        timing = Timing(self.now, self._sleep, lambda _low, _high: spread)
        return Patience(timing=timing, on_pause=self._paused, **others)

    def _paused(self, error: ApiError, seconds: float) -> None:
        self.errors.append(error)
        self.paused.append(seconds)

    async def _sleep(self, seconds: float) -> None:
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        call = self._time.call_in(lambda: loop.call_soon_threadsafe(woken.set), seconds)
        try:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            self._time.sleep_for(seconds)
            await woken.wait()
        finally:
            call.cancel()


@dataclass(slots=True)
class Streams:
    """What each stream says, in order; the last one is repeated. And what was asked."""

    scripts: Sequence[Sequence[Any]]
    tokens: list[str] = field(default_factory=list)
    cancelled: int = 0

    def open(self, request: Any, **_: Any) -> Stream:
        script = self.scripts[min(len(self.tokens), len(self.scripts) - 1)]
        self.tokens.append(request.resume_token)
        return Stream(self, list(script))


@dataclass(slots=True)
class Stream:
    """One of them, as far as the client uses a call of gRPC's."""

    streams: Streams
    script: list[Any]

    async def read(self) -> Any:
        said = self.script.pop(0) if self.script else SILENCE
        if said is SILENCE:
            await asyncio.Event().wait()
        if isinstance(said, Failing):
            status = said.status
            trailers = grpc.aio.Metadata(*status.trailing_metadata)
            raise grpc.aio.AioRpcError(status.code, grpc.aio.Metadata(), trailers, status.details)
        return grpc.aio.EOF if said is OK else said

    def cancel(self) -> None:
        self.streams.cancelled += 1


def request(state: str, revision: int, *, id_: str = REQUEST, **others: Any) -> CertificateRequest:
    """``request("ISSUED", 7)``."""
    return CertificateRequest(id=id_, state=f"CERTIFICATE_REQUEST_STATE_{state}", revision=revision, **others)


def one(state: str, revision: int, **others: Any) -> WatchCertificateRequestResponse:
    """A message of a watch on one request; its token is ``t`` and the revision."""
    return WatchCertificateRequestResponse(
        revision=revision,
        resume_token=f"t{revision}",
        certificate_request=request(state, revision),
        **others,
    )


def beat(revision: int, within: float = 30) -> WatchCertificateRequestResponse:
    """A heartbeat of either watch."""
    due = Duration()
    due.FromNanoseconds(round(within * 1e9))
    return WatchCertificateRequestResponse(
        revision=revision, resume_token=f"b{revision}", heartbeat=Heartbeat(next_within=due)
    )


def many(kind: str, state: str, revision: int, *, id_: str) -> WatchCertificateRequestsResponse:
    """A message of a queue's watch."""
    told: Any = {kind: request(state, revision, id_=id_)}
    return WatchCertificateRequestsResponse(revision=revision, resume_token=f"t{revision}", **told)


def told(id_: str, revision: int, **others: Any) -> WatchCertificateResponse:
    """A message of a watch on a lineage; its token is ``t`` and the revision."""
    certificate = Certificate(id=id_, **others)
    return WatchCertificateResponse(revision=revision, resume_token=f"t{revision}", certificate=certificate)


def complete(count: int, revision: int) -> WatchCertificateRequestsResponse:
    """The end of a snapshot."""
    return WatchCertificateRequestsResponse(
        revision=revision, resume_token=f"c{revision}", snapshot_complete=SnapshotComplete(count=count)
    )
