"""The load where there is no Go: it takes the same flags, and under-reports two- to four-fold."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import grpc
import grpc.aio

from bench.material import read_frames, write_frames

_DEADLINE = 60
_HEALTH = "/grpc.health.v1.Health/Check"


async def main() -> None:
    """Run one stage and print its report."""
    flags = _flags()
    requests = list(read_frames(flags.requests))
    metadata = (("authorization", f"Bearer {flags.token.read_text().strip()}"),)
    credentials = grpc.ssl_channel_credentials(flags.ca.read_bytes())
    async with grpc.aio.secure_channel(flags.address, credentials) as channel:
        await _method(channel, _HEALTH)(b"")
        load = _Load(_method(channel, flags.method), metadata, requests)
        began = time.perf_counter()
        await asyncio.gather(*(load.work() for _ in range(flags.parallel)))
        print(json.dumps(load.report(time.perf_counter() - began)))
    write_frames(flags.answers, load.answers)


def _method(channel: grpc.aio.Channel, path: str) -> Callable[..., Awaitable[bytes]]:
    """A method that takes and gives octets: nothing is marshalled while the clock runs."""
    method: Callable[..., Awaitable[bytes]] = channel.unary_unary(path)
    return method


class _Load:
    """The calls of a stage, which several tasks share."""

    def __init__(
        self,
        method: Callable[..., Awaitable[bytes]],
        metadata: tuple[tuple[str, str], ...],
        requests: list[bytes],
    ) -> None:
        self._method = method
        self._metadata = metadata
        self._requests: Iterator[bytes] = iter(requests)
        self._times: list[float] = []
        self._refused: Counter[str] = Counter()
        self.answers: list[bytes] = []

    async def work(self) -> None:
        """Call until nothing is left."""
        for request in self._requests:
            began = time.perf_counter()
            try:
                answer = await self._method(request, metadata=self._metadata, timeout=_DEADLINE)
            except grpc.aio.AioRpcError as error:
                self._refused[error.code().name] += 1
                continue
            self._times.append(time.perf_counter() - began)
            self.answers.append(answer)

    def report(self, seconds: float) -> dict[str, object]:
        """The report, in the words of the Go program."""
        times = sorted(self._times) or [0.0]
        return {
            "answered": len(self._times),
            "refused": dict(self._refused),
            "seconds": seconds,
            "mean": statistics.fmean(times),
            "median": times[len(times) // 2],
            "p99": times[len(times) * 99 // 100],
        }


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("address", "method"):
        parser.add_argument(f"-{name}")
    for name in ("ca", "token", "requests", "answers"):
        parser.add_argument(f"-{name}", type=Path)
    for name in ("parallel", "connections"):
        parser.add_argument(f"-{name}", type=int)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
