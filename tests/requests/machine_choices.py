"""What people do next: mostly what gets somewhere, and often enough what must not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from tests.issuing.random_dice import Dice
from tests.requests.model import CAST, CLAIMABLE, CSR, DELIVERED, OPEN, SEALED, Order, Request, Rules, World
from tests.requests.model_words import Act

_STEPS = (
    (("OPERATOR", 1),),
    (("OPERATOR", 2),),
    (("OPERATOR", 1), ("ADMIN", 1)),
    (("OPERATOR", 2), ("OPERATOR", 1)),
)
_ASKERS = ("anna", "anna", "bert", "olga", "olga", "otto", "adam", "robo", "robo", "vera", "sten")
_ON_WAITING = ("approve",) * 6 + ("reject", "cancel", "again", "again", "switch", "claim")
_ON_OTHERS = ("claim", "claim", "claim", "again", "again", "switch", "approve", "cancel")
_SWITCHES = ("open", "sign", "restrict", "restrict", "restrict", "restrict", "sweep")
_SPANS = (
    timedelta(minutes=9, seconds=59),
    timedelta(seconds=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=23),
    timedelta(hours=24),
)


class Choices:
    """The choices of one play."""

    def __init__(self) -> None:
        self._claims: dict[int, list[str]] = {}
        """The ids of the claims of each request."""

    def rules(self, dice: Dice) -> Rules:
        """What a profile asks for."""
        waits = dice.one((timedelta(hours=2), timedelta(hours=30)))
        return Rules(dice.one(_STEPS), self_approval=dice.coin(), max_wait=waits)

    def span(self, dice: Dice) -> timedelta:
        """How much time passes: often to the end of something, or to just before."""
        return dice.one(_SPANS)

    def order(self, dice: Dice, *, has_id: bool) -> Act:
        """A new order."""
        who, key = dice.one(_ASKERS), dice.one((CSR, OPEN, OPEN, SEALED))
        return ordered(Order(who, key, dice.coin(), fresh(dice) if has_id else ""))

    def repeated(self, dice: Dice, world: World) -> Act | None:
        """An order again under its ``request_id``, or another one under the same; None if none has one."""
        known = [request.order for request in world.requests if request.order.request_id]
        if not known:
            return None
        first = dice.one(known[-3:])
        return ordered(Order(first.by, first.key, first.is_long ^ dice.one_in(4), first.request_id))

    def decision(self, dice: Dice, world: World) -> Act:
        """An approval, a rejection or a withdrawal."""
        number = self._number(dice, world, lambda request: not request.is_terminal)
        verb = dice.one(("approve", "approve", "approve", "approve", "reject", "cancel"))
        return self._decision(dice, world, number, verb)

    def claim(self, dice: Dice, world: World) -> Act:
        """A claim of a key."""
        return self._claim(dice, world, self._number(dice, world, _has_key))

    def crowd(self, dice: Dice, world: World) -> list[Act]:
        """What several people do with one request at the same time."""
        is_of_interest = _has_key if dice.one_in(3) else lambda request: not request.is_terminal
        number = self._number(dice, world, is_of_interest)
        return [self._any(dice, world, number) for _ in range(dice.one((2, 3, 3, 4)))]

    def switch(self, dice: Dice, world: World) -> Act:
        """What an admin switches off, and more often on again, or a round of what is due."""
        shut = "sign" if world.is_open else "open"
        verb = shut if world.refusal and dice.coin() else dice.one(_SWITCHES)
        is_on = {"open": world.is_open, "sign": world.signs, "restrict": world.is_strict}.get(verb, False)
        return Act(verb=verb, switch=not is_on)

    def _any(self, dice: Dice, world: World, number: int) -> Act:
        request = world.requests[number]
        verb = dice.one(_ON_OTHERS if request.is_terminal else _ON_WAITING)
        if verb == "claim":
            return self._claim(dice, world, number)
        if verb == "switch":
            return self.switch(dice, world)
        if verb == "again":
            waits = dice.coin() and bool(request.order.request_id)
            return ordered(request.order, number=number, waits=waits) if waits else self.claim(dice, world)
        return self._decision(dice, world, number, verb)

    def _decision(self, dice: Dice, world: World, number: int, verb: str) -> Act:
        request = world.requests[number]
        able = [who for who in CAST if request.awaits(who, world.now)]
        who = dice.one(able) if able and not dice.one_in(3) else dice.one(sorted(CAST))
        if dice.one_in(2 if verb == "cancel" else 5):
            who = request.order.by
        seen = dice.one((0, 0, request.version, request.version, request.version, 1))
        return Act(verb=verb, who=who, number=number, seen=seen)

    def _claim(self, dice: Dice, world: World, number: int) -> Act:
        used = self._claims.setdefault(number, [])
        if not used or dice.coin():
            used.append(fresh(dice))
        who = dice.one(sorted(CAST)) if dice.one_in(5) else world.requests[number].order.by
        others = [id_ for ids in self._claims.values() for id_ in ids]
        request_id = dice.one(others if dice.one_in(5) else used)
        return Act(verb="claim", who=who, number=number, request_id=request_id)

    def _number(self, dice: Dice, world: World, is_of_interest: Callable[[Request], bool]) -> int:
        found = [n for n, request in enumerate(world.requests) if is_of_interest(request)]
        return dice.one(found) if found and not dice.one_in(5) else dice.random.randrange(len(world.requests))


def ordered(order: Order, *, number: int = 0, waits: bool = False) -> Act:
    """The act of sending an order."""
    return Act(verb="submit", who=order.by, order=order, number=number, waits=waits)


def _has_key(request: Request) -> bool:
    return request.view.key in (CLAIMABLE, DELIVERED)


def fresh(dice: Dice) -> str:
    """A ``request_id`` that was never used."""
    return str(UUID(int=dice.random.getrandbits(128), version=4))
