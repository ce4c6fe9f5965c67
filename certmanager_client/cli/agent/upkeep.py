"""One certificate kept fresh: each act ends in what is remembered, and may be done again after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from certmanager.v1.certificate_pb2 import Certificate, IssuedCertificate
from certmanager.v1.certificate_service_pb2 import GetCertificateRequest, GetLatestCertificateRequest
from certmanager_client.cli.agent import keys, ordering
from certmanager_client.cli.agent.faults import Declined, Ended, is_refusal
from certmanager_client.cli.agent.holding import Holding
from certmanager_client.cli.agent.lines import Lines
from certmanager_client.cli.agent.ordering import Wishes
from certmanager_client.cli.agent.schedule import is_long_enough, moment, not_again_before, renews_at
from certmanager_client.cli.agent.state import Kind, Order
from certmanager_client.cli.agent.verdict import Verdict, fate, verdict
from certmanager_client.cli.agent.waiting import decided
from certmanager_client.client import Client
from certmanager_client.errors import ApiError


class Upkeep:
    """What is done for one certificate; the methods raise ApiError, Declined, Ended, Unusable and OSError."""

    def __init__(
        self, holding: Holding, wishes: Wishes, *, lines: Lines, clock: Callable[[], datetime]
    ) -> None:
        self.holding = holding
        self._wishes = wishes
        self._lines = lines
        self._clock = clock
        self._is_lineage_over = False
        self._used_since: datetime | None = None
        """When this process has put the certificate into use; None if that was another one."""

    @property
    def followed_id(self) -> str:
        """A certificate of the lineage to watch; empty if there is none yet."""
        held = self.holding.certificate
        return held.id if held else self._wishes.certificate_id

    def due(self) -> datetime | None:
        """When there is something to do; None: now, or as soon as somebody has decided."""
        held = self.holding.certificate
        if self.holding.order is not None or held is None or fate(held) is not Verdict.KEEP:
            return None
        if self.holding.is_lost:
            return None
        due = renews_at(held, before=self._wishes.renew_before, waits_for_server=self._wishes.server_keys)
        since = self._used_since
        return due if since is None or self._clock() < since else max(due, not_again_before(held, since))

    async def act(self, client: Client) -> None:
        """Take the next step, if one is due: of the order under way, or to a new one."""
        due, held = self.due(), self.holding.certificate
        if self.holding.order is not None:
            await self._go_on(client, self.holding.order)
        elif held is None:
            await self._begin(client)
        elif due is None or due <= self._clock():
            await self._renew(client, held)

    async def look(self, client: Client) -> None:
        """See what is to be used of the lineage, without a watch."""
        if self.holding.certificate is None:
            return
        told = await self._latest(client)
        self.consider(told)
        if told.renewed_by_certificate_id:  # its key is not handed over yet
            asked = GetCertificateRequest(certificate_id=told.renewed_by_certificate_id)
            self.consider((await client.call(client.certificates.GetCertificate, asked)).certificate)

    def consider(self, told: Certificate) -> None:
        """Take note of a certificate of the lineage; one that can be used at once is."""
        held, key = self.holding.certificate, self.holding.key_of(told.certificate)
        match verdict(told, held=held, is_ours=bool(key), claims=self._wishes.server_keys):
            case Verdict.ADOPT:
                self._use(ordering.as_issued(told), key)
            case Verdict.CLAIM if self.holding.order is None:
                self.holding.under_way(ordering.claim(told.certificate_request_id))
            case Verdict.FOREIGN if self.holding.state.newest_id != told.id:
                self._lines.info("the key of the lineage's newest certificate is not here", id=told.id)
                self.holding.remember(newest_id=told.id)
            case Verdict.KEEP | Verdict.ANEW | Verdict.END if held is not None:
                self.holding.note(held, told)
            case _:
                pass

    async def _latest(self, client: Client) -> Certificate:
        asked = GetLatestCertificateRequest(certificate_id=self.followed_id)
        return (await client.call(client.certificates.GetLatestCertificate, asked)).certificate

    async def _begin(self, client: Client) -> None:
        if not self._wishes.certificate_id:
            await self._order_first(client)
            return
        told = await self._latest(client)
        self.consider(told)
        if self.holding.order is not None:
            await self._go_on(client, self.holding.order)
        elif self.holding.certificate is None:
            await self._renew(client, told)

    async def _renew(self, client: Client, old: Certificate) -> None:
        match fate(old):
            case Verdict.END:
                raise Ended(f"the certificate {old.id} is revoked, and nothing is to take its place")
            case Verdict.ANEW:
                self._is_lineage_over = True
            case _:
                pass
        if self._is_lineage_over:
            await self._order_first(client)
            return
        key = await self._next_key(old)
        id_ = self.holding.state.newest_id or old.id
        await self._go_on(client, self.holding.under_way(ordering.renewal(id_, self._wishes, key=key)))

    async def _order_first(self, client: Client) -> None:
        if self._wishes.first is None:
            raise Ended("the lineage has ended, and no --profile says how to begin another")
        order = await self._wishes.first(client)
        # A key that was compromised is never certified again; the first one may be it.
        key = b"" if self._is_lineage_over else self._wishes.first_key
        if not key and not self._wishes.server_keys:
            key = await self._made(self._wishes.algorithm)
        first = ordering.issuance(order, self._wishes, key=key)
        await self._go_on(client, self.holding.under_way(first))

    async def _next_key(self, old: Certificate) -> bytes:
        if self._wishes.server_keys:
            return b""
        present = self.holding.present_key()
        if not present and self._wishes.first_key:
            return self._wishes.first_key
        if present and self._wishes.reuse_key:
            return present
        return await self._made(self._wishes.algorithm or old.key_algorithm)

    async def _made(self, algorithm: int) -> bytes:
        """A new key; off the loop, for one of RSA takes seconds."""
        return await asyncio.to_thread(keys.new_key, algorithm)

    async def _go_on(self, client: Client, order: Order) -> None:
        try:
            taken, issued = await self._answer(client, order)
        except ApiError as error:
            if is_refusal(error):
                await self._give_up(client, order)
            raise
        if issued is not None:
            await self._take(client, taken, issued)
        elif taken != order:
            self._lines.info("the order waits for a decision", request=taken.certificate_request_id)
            self.holding.remember(order=taken)

    async def _answer(self, client: Client, order: Order) -> tuple[Order, IssuedCertificate | None]:
        if not self.holding.waiting_id:
            return await ordering.sent(client, order)
        try:
            is_owed, issued = await decided(client, order.certificate_request_id)
        except Declined:
            self.holding.remember(order=None)
            raise
        if is_owed:
            claim = ordering.claim(order.certificate_request_id)
            return await ordering.sent(client, self.holding.under_way(claim))
        return order, issued

    async def _give_up(self, client: Client, order: Order) -> None:
        """Forget an order that was refused, and see what the refusal may come from."""
        self.holding.remember(order=None)
        held = self.holding.certificate
        if held is None or order.kind is not Kind.RENEW:
            return
        is_over = held.HasField("revocation") or moment(held.not_after) <= self._clock()
        self._is_lineage_over = is_over and self._wishes.first is not None
        await self.look(client)

    async def _take(self, client: Client, order: Order, issued: IssuedCertificate) -> None:
        """Put into use what an order has brought. Raises Unusable if its key is nowhere."""
        key = self.holding.key_of(issued.certificate) or self._opened(order, issued)
        if not key or not keys.belong_together(key, issued.certificate):
            self.holding.remember(order=None, newest_id=issued.certificate_id)
            raise keys.Unusable(f"the key of the certificate {issued.certificate_id} is not to be had")
        self._use(issued, key, anchor=await ordering.anchor(client, issued))

    def _opened(self, order: Order, issued: IssuedCertificate) -> bytes:
        if issued.HasField("sealed_private_key") and self._wishes.open_sealed is not None:
            return self._wishes.open_sealed(issued.sealed_private_key, order.certificate_request_id)
        return issued.private_key.encode("ascii")

    def _use(self, issued: IssuedCertificate, key: bytes, *, anchor: str = "") -> None:
        self.holding.use(issued, key, anchor=anchor)
        self._is_lineage_over, self._used_since = False, self._clock()
        before, used = self._wishes.renew_before, self.holding.certificate
        if before is not None and used is not None and not is_long_enough(used, before):
            self._lines.warning("the certificate lives too short for --renew-before", id=used.id)
