"""The agent in a test's own loop, at work in a directory."""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2

from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from certmanager_client.cli.agent.agent import Agent
from certmanager_client.cli.agent.folder import Folder
from certmanager_client.cli.agent.holding import Holding
from certmanager_client.cli.agent.lines import Lines
from certmanager_client.cli.agent.ordering import Wishes
from certmanager_client.cli.agent.reloading import Reload
from certmanager_client.cli.agent.upkeep import Upkeep
from certmanager_client.client import Client
from certmanager_client.retries import Timing
from tests.agent.issuer import Issuer
from tests.cli.scripted import Failing

PATIENCE = 60.0


async def first(_: Client) -> IssueCertificateRequest:
    return IssueCertificateRequest(profile_id="00000000-0000-7000-8000-000000000001")


async def eventually(is_so: Callable[[], bool]) -> None:
    """Ends when it is so; fails if that takes too long."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110 - of files and logs nobody tells
            await asyncio.sleep(0.01)


def loads(place: Path) -> None:
    """Fails unless OpenSSL takes key and certificate for a pair; the link is resolved once."""
    files = place.resolve()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / "fullchain.pem", files / "key.pem", password="")


@dataclass(slots=True)
class Kept:
    """An agent and its directory."""

    root: Path
    target: Any
    clock: Any
    wishes: Wishes = field(default_factory=lambda: Wishes(first=first))
    reload: Reload | None = None
    log: io.StringIO = field(default_factory=io.StringIO)

    @property
    def live(self) -> Path:
        return self.root / "live"

    def certificate(self) -> str:
        file = self.live / "cert.pem"
        return file.read_text() if file.exists() else ""

    def key(self) -> bytes:
        return (self.live / "key.pem").read_bytes()

    def agent(self) -> Agent:
        lines = Lines(file=self.log, clock=self.clock)
        holding = Holding(Folder(self.root), lines=lines, first_key=self.wishes.first_key)
        upkeep = Upkeep(holding, self.wishes, lines=lines, clock=self.clock)
        # Time goes 200 times as fast for what waits, so that nobody does.
        timing = Timing(sleep=lambda seconds: asyncio.sleep(seconds / 200))
        return Agent(
            upkeep,
            lambda: Client(self.target()),
            lines=lines,
            clock=self.clock,
            reload=self.reload,
            timing=timing,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """At work until the block is left."""
        with Folder(self.root).held():
            task = asyncio.create_task(self.agent().run())
            try:
                yield task
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task

    async def once(self) -> None:
        """What `--once` does."""
        with Folder(self.root).held():
            await self.agent().once()

    async def used(self, pem: str) -> None:
        """Wait until the certificate is in use."""
        await eventually(lambda: self.certificate() == pem)
        loads(self.live)


def refused(code: grpc.StatusCode, reason: str = "STATE_CONFLICT") -> Failing:
    return Failing(code, "no", [error_details_pb2.ErrorInfo(reason=reason, domain="certmanager.v1")])


async def begun(kept: Kept, issuer: Issuer) -> None:
    await eventually(lambda: len(issuer.issued) > 0)
    await kept.used(issuer.issued[-1].certificate)
