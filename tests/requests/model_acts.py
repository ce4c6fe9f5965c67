"""What each act makes of the model's world, and what the one who acts is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

from tests.requests.model import (
    BYPASSES,
    CLAIMABLE,
    CSR,
    DELIVERED,
    DESTROYED,
    EXPIRED,
    ISSUED,
    KNOWN_FOR,
    NO_KEY,
    WAITS,
    Request,
    View,
    World,
)
from tests.requests.model_deciding import approve, cancel, reject
from tests.requests.model_words import Act, Answer, Told, barred


def acted(world: World, act: Act) -> Told:
    """The world after an act, and the answer to it."""
    if act.who and (refusal := barred(world, act)):
        return world, Answer(refusal)
    return _ACTS[act.verb](world, act)


def orders(world: World, acts: Sequence[Act], answers: Sequence[Answer]) -> Iterator[World]:
    """The worlds after acts at the same time that were answered so: one for each order that explains it."""
    found: list[World] = []
    told = [step for act, answer in zip(acts, answers, strict=True) for step in _steps(act, answer)]
    for order in permutations(told):
        after = _in_order(world, order)
        if after is not None and after not in found:
            found.append(after)
            yield after


def _steps(act: Act, answer: Answer) -> Sequence[tuple[Act, Answer]]:
    """What an act does one after the other, with room for others in between."""
    if act.verb == "sweep":
        return [(replace(act, verb=verb), answer) for verb in ("expire", "forget")]
    return [(act, answer)]


def _in_order(world: World, told: Sequence[tuple[Act, Answer]]) -> World | None:
    """The world after acts one after the other; None if they would not have been answered so."""
    for act, answer in told:
        world, expected = acted(world, act)
        if answer != expected:
            return None
    return world


def _submit(world: World, act: Act) -> Told:
    order = act.order
    assert order is not None
    known = world.known(order.by, "submit", order.request_id)
    if known:
        return (
            _again(world, act, known.number) if known.body == order else (world, Answer("REQUEST_ID_REUSED"))
        )
    if world.refusal:
        return world, Answer(world.refusal)
    if order.is_long and world.is_strict:
        return world, Answer("POLICY_VIOLATION")
    number, has_key = len(world.requests), order.key != CSR
    at_once = order.by == BYPASSES
    view = View(ISSUED, key=DELIVERED if has_key else NO_KEY) if at_once else View(WAITS)
    made = Request(order, world.rules, world.now + world.rules.max_wait, (view,))
    if at_once and has_key:
        made = replace(made.handed_over("submit", order.request_id, world.now), past=(view,))
    after = world.put(number, made).recorded((order.by, "submit", order.request_id), order, number)
    return after, Answer("OK", view.state, at_once and has_key, number)


def _again(world: World, act: Act, number: int) -> Told:
    request, id_ = world.requests[number], act.order.request_id if act.order else ""
    state = request.view.state
    if act.waits and request.is_claimable(world.now):
        return world.put(number, request.handed_over("submit", id_, world.now)), Answer(
            "OK", state, True, number
        )
    has_key = state == ISSUED and request.repeats("submit", id_, world.now)
    return world, Answer("OK", state, has_key, number)


def _claim(world: World, act: Act) -> Told:
    known, request = world.known(act.who, "claim", act.request_id), world.requests[act.number]
    if known and known.number != act.number:
        return world, Answer("REQUEST_ID_REUSED")
    if act.who != request.order.by:
        return world, Answer("RESOURCE_NOT_FOUND")
    if known and request.repeats("claim", act.request_id, world.now):
        return world, Answer("OK", ISSUED, True)
    if request.is_claimable(world.now):
        after = world.put(act.number, request.handed_over("claim", act.request_id, world.now))
        return after.recorded((act.who, "claim", act.request_id), act.number, act.number), Answer(
            "OK", ISSUED, True
        )
    if request.view.key == NO_KEY:
        return world, Answer("STATE_CONFLICT", request.view.state)
    return world, Answer(
        "PRIVATE_KEY_DELIVERED" if request.view.key == DELIVERED else "PRIVATE_KEY_DESTROYED"
    )


def _expire(world: World, _: Act) -> Told:
    for number, request in enumerate(world.requests):
        if not request.is_terminal and request.expires_at <= world.now:
            world = world.put(number, request.moved(state=EXPIRED))
        elif request.view.key == CLAIMABLE and not request.is_claimable(world.now):
            world = world.put(number, replace(request.moved(key=DESTROYED), key_until=None))
    return world, Answer("OK")


def _forget(world: World, _: Act) -> Told:
    kept = {key: known for key, known in world.attempts.items() if world.now < known.at + KNOWN_FOR}
    return replace(world, attempts=kept), Answer("OK")


_ACTS: Mapping[str, Callable[[World, Act], Told]] = {
    "submit": _submit,
    "approve": approve,
    "reject": reject,
    "cancel": cancel,
    "claim": _claim,
    "expire": _expire,
    "forget": _forget,
    "sweep": lambda world, act: _forget(_expire(world, act)[0], act),
    "open": lambda world, act: (replace(world, is_open=act.switch), Answer("OK")),
    "sign": lambda world, act: (replace(world, signs=act.switch), Answer("OK")),
    "restrict": lambda world, act: (replace(world, is_strict=act.switch), Answer("OK")),
}
