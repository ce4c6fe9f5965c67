"""The agent's loop: it sleeps until something is due, is told by the watch, or is woken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import grpc

from certmanager.v1.certificate_pb2 import Certificate
from certmanager_client.cli.agent.faults import Declined, Unready, is_hopeless
from certmanager_client.cli.agent.following import Following
from certmanager_client.cli.agent.keys import Unusable
from certmanager_client.cli.agent.lines import Lines
from certmanager_client.cli.agent.reloading import NotReloaded, Reload
from certmanager_client.cli.agent.schedule import Break, moment, pause
from certmanager_client.cli.agent.upkeep import Upkeep
from certmanager_client.client import Client
from certmanager_client.errors import ApiError
from certmanager_client.retries import Timing

Connect = Callable[[], Client]
"""Makes a client of what stands in the token's or the certificate's files by then. Raises Unready."""

_POLL = 60.0
"""Seconds: the longest sleep, for a machine that was suspended notices the time only when it looks."""
_DECLINED = 10
"""Failures that a person's refusal counts as: it is not asked again within seconds."""


class Agent:
    """Keeps one certificate until it is cancelled, or nothing is left to keep (Ended).

    ``is_client`` says that the agent shows the server the certificate that it
    keeps, and so has to connect anew with each.
    """

    def __init__(
        self,
        upkeep: Upkeep,
        connect: Connect,
        *,
        lines: Lines,
        clock: Callable[[], datetime],
        reload: Reload | None = None,
        is_client: bool = False,
        timing: Timing | None = None,
    ) -> None:
        self._upkeep = upkeep
        self._holding = upkeep.holding
        self._connect = connect
        self._lines = lines
        self._clock = clock
        self._reload = reload
        self._is_client = is_client
        self._timing = timing or Timing()
        self._woken = asyncio.Event()
        self._news: list[Certificate] = []
        self._looks = False
        self._failures = 0
        self._reload_failures = 0
        self._break: Break | None = None
        self._reload_break: Break | None = None

    def look(self) -> None:
        """See now whether there is anything new, and try again what has failed."""
        self._looks = True
        self._break = self._reload_break = None
        self.wake()

    def tell(self, certificate: Certificate) -> None:
        """Take what a watch has told of a certificate."""
        self._news.append(certificate)
        self._break = None
        self.wake()

    def wake(self) -> None:
        """See whether something is due."""
        self._woken.set()

    async def run(self) -> None:
        """Go on until cancelled. Raises Ended, and ApiError where the first order is refused."""
        self._looks = bool(self._holding.certificate)
        while True:
            try:
                connection = self._connect()
            except Unready as error:  # as a token's file that is being replaced
                self._failed(str(error))
                await self._sleep()
                continue
            async with connection as client:
                await self._serve(client)

    async def once(self) -> None:
        """Do what is due by now, the first order or a renewal, and no more. Raises what goes wrong."""
        async with self._connect() as client:
            await self._upkeep.look(client)
            await self._upkeep.act(client)
            while self._holding.order is not None:
                await self._timing.sleep(1.0)
                await self._upkeep.act(client)
        if self._holding.state.reload_owed and self._reload is not None:
            await self._reload.run(self._holding.folder.version(), self._upkeep.followed_id)
        self._holding.remember(reload_owed=False)

    async def _serve(self, client: Client) -> None:
        """Go on with one connection until another is needed."""
        async with Following(client, self, self._lines, timing=self._timing) as following:
            while True:
                used = self._holding.certificate
                needs_another = await self._step(client)
                await self._reload_if_owed()
                now_used = self._holding.certificate
                is_new = now_used is not None and (used is None or used.id != now_used.id)
                if needs_another or (self._is_client and is_new):
                    return
                following.follow(self._upkeep.followed_id, request_id=self._holding.waiting_id)
                await self._sleep()

    async def _step(self, client: Client) -> bool:
        """Do what is due; answers whether to connect anew."""
        if self._break is not None and not self._break.is_over(self._clock()):
            return False
        try:
            await self._see(client)
            await self._upkeep.act(client)
        except ApiError as error:
            if self._holding.certificate is None and is_hopeless(error):
                raise
            self._failed(error.message, reason=error.reason, at_least=error.retry_after)
            return error.code is grpc.StatusCode.UNAUTHENTICATED or (
                self._is_client and error.code is grpc.StatusCode.UNAVAILABLE  # a handshake that failed
            )
        except Declined as error:
            if self._holding.certificate is None:
                raise
            self._failures += _DECLINED
            self._failed(str(error))
        except Unusable as error:
            self._failed(str(error))
        except OSError as error:
            self._failed(f"cannot write in {self._holding.folder.root}: {error.strerror}")
        else:
            self._failures, self._break = 0, None
        return False

    async def _see(self, client: Client) -> None:
        """Take note of all that there is to know; what fails is noted the next time."""
        while self._news:
            self._upkeep.consider(self._news[0])
            self._news.pop(0)
        if self._looks:
            await self._upkeep.look(client)
            self._looks = False

    def _failed(self, sentence: str, *, reason: str = "", at_least: float | None = None) -> None:
        self._failures += 1
        seconds = max(pause(self._failures, self._left(), self._timing.uniform), at_least or 0)
        self._break = self._break_of(seconds)
        self._lines.warning(sentence, reason=reason, again_in=f"{seconds:.1f}s")

    async def _reload_if_owed(self) -> None:
        if not self._holding.state.reload_owed:
            return
        if self._reload_break is not None and not self._reload_break.is_over(self._clock()):
            return
        try:
            if self._reload is not None:
                await self._reload.run(self._holding.folder.version(), self._upkeep.followed_id)
                self._lines.info("the service was told of the new files")
            self._holding.remember(reload_owed=False)
        except (NotReloaded, OSError) as error:
            self._reload_failures += 1
            seconds = min(pause(self._reload_failures, timedelta(), self._timing.uniform), _POLL)
            self._reload_break = self._break_of(seconds)
            self._lines.error(f"the reload command failed: {error}", again_in=f"{seconds:.1f}s")
        else:
            self._reload_failures, self._reload_break = 0, None

    async def _sleep(self) -> None:
        """Until something may be due, or somebody wakes it."""
        now = self._clock()
        due = self._break.end if self._break else self._upkeep.due()
        times = [due or now + timedelta(seconds=_POLL), now + timedelta(seconds=_POLL)]
        if self._holding.state.reload_owed and self._reload_break is not None:
            times.append(self._reload_break.end)
        seconds = max((min(times) - now).total_seconds(), 0.01)
        nap = asyncio.ensure_future(self._timing.sleep(seconds))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({nap, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
            woken.cancel()
        self._woken.clear()

    def _break_of(self, seconds: float) -> Break:
        now = self._clock()
        return Break(now, now + timedelta(seconds=seconds))

    def _left(self) -> timedelta:
        held = self._holding.certificate
        return moment(held.not_after) - self._clock() if held else timedelta()
