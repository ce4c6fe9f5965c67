"""Takes orders for certificates: such as are sent again, and such as wait for their end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from server.ra.access.caller import Caller, Identify
from server.ra.issuing.issuance import Issued
from server.ra.issuing.order import Order
from server.ra.issuing.registration import Registration, Waiting
from server.ra.keys.claims import Claims
from server.ra.keys.delivery import Wish
from server.ra.keys.rules import prove_form
from server.ra.keys.states import KeyState
from server.ra.requests.reading import FoundRequest, RequestReading
from server.ra.requests.steps import ISSUED
from server.ra.requests.waits import Waits
from server.ra.retries import Retries
from server.store.store import Store


@dataclass(frozen=True, slots=True)
class Pending:
    """What came of an order that has no certificate, or not yet: its request as it is."""

    found: FoundRequest
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """How somebody waits for the end of an order."""

    patience: Callable[[], float]
    """Tells for how many seconds it may be awaited from now."""
    identify: Identify
    """Whoever loses the right to what is awaited waits no longer."""


Make = Callable[[], Awaitable[Issued | Waiting]]
"""Makes what is asked for."""


class Submissions:
    """The orders of clients."""

    def __init__(
        self,
        store: Store,
        registration: Registration,
        waits: Waits,
        *,
        claims: Claims,
        retries: Retries,
    ) -> None:
        self._reading = RequestReading(store)
        self._registration = registration
        self._waits = waits
        self._claims = claims
        self._retries = retries

    async def submit(self, caller: Caller, order: Order, *, stay: Stay | None = None) -> Issued | Pending:
        """What comes of an order, made once under its ``request_id``. Raises what ``Registration`` raises.

        A key that is issued while its requester stays to wait is delivered by the
        answer. Then it raises Unauthenticated, Denied and NotFound as well, of a
        right that was lost meanwhile.
        """
        make = partial(self._registration.submit, caller, order)
        return await self.carried_out(caller, make, order.delivery, stay=stay)

    async def carried_out(
        self, caller: Caller, make: Make, wish: Wish, *, stay: Stay | None = None
    ) -> Issued | Pending:
        """What comes of an order of any kind, made once under its ``request_id``; as ``submit``.

        ``make`` lets the caller in, and raises what it may. The key is told as ``wish`` says.
        """
        outcome = await self._retries.once(caller, partial(_made, make), partial(self._again, caller, wish))
        return outcome if stay is None else await self._ended(caller, outcome, wish, stay)

    async def _again(self, caller: Caller, wish: Wish, id_: str) -> Issued | Pending:
        found = await self._reading.entered(caller, id_)
        prove_form(wish)
        if found.record.state != ISSUED:
            return Pending(found)
        return await self._claims.told_again(caller, id_, wish)

    async def _ended(
        self, caller: Caller, outcome: Issued | Pending, wish: Wish, stay: Stay
    ) -> Issued | Pending:
        request = outcome.request if isinstance(outcome, Issued) else outcome.found.record
        if isinstance(outcome, Issued) and request.private_key_state != KeyState.CLAIMABLE.name:
            return outcome
        waiter, found = await self._waits.for_end(caller, request.id, stay.patience(), identify=stay.identify)
        if isinstance(outcome, Pending) and found.record.state != ISSUED:
            return replace(outcome, found=found)
        issued = await self._claims.claim_for_wait(waiter, request.id, wish)
        return replace(issued, warnings=outcome.warnings)


async def _made(make: Make) -> Issued | Pending:
    outcome = await make()
    if isinstance(outcome, Issued):
        return outcome
    return Pending(FoundRequest(outcome.request, outcome.progress), outcome.warnings)
