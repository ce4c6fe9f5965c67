"""What is told of a key that somebody else fetches between the two looks at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from server.ra.keys.custody import Custody
from tests.keys.counter import DELIVERED, Counter, fits
from tests.ordering import order
from tests.requests.offices import Person


def before(monkeypatch: pytest.MonkeyPatch, look: str, act: Callable[[], Awaitable[Any]]) -> list[Any]:
    """Have ``act`` done once, just before the first ``look`` at an owed secret; the list gets its outcome."""
    original = getattr(Custody, look)
    begun: list[bool] = []
    outcome: list[Any] = []

    async def later(self: Custody, *args: Any, **named: Any) -> bytes | None:
        if not begun and named.get("attempt") is None:  # else it is the look of a retry, before
            begun.append(True)
            outcome.append(await act())
        secret: bytes | None = await original(self, *args, **named)
        return secret

    monkeypatch.setattr(Custody, look, later)
    return outcome


def ordered(profile_id: str, request_id: str, *, wait: int = 0) -> Any:
    request = order(profile_id, common_name="a.example.com", fields={"request_id": request_id})
    request.wait.FromSeconds(wait)
    return request


async def test_a_claim_that_comes_second_is_told_of_the_delivery(
    counter: Counter, requester: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that the key was destroyed."""
    id_ = await counter.issued_late(requester)
    faster = before(monkeypatch, "open", lambda: counter.claim(id_, requester))
    failure = await counter.refused_claim(id_, requester)
    assert fits(faster[0].certificate)
    assert (failure.reason, bool(failure.metadata["deliveredAt"])) == ("PRIVATE_KEY_DELIVERED", True)


async def test_a_claim_whose_time_comes_meanwhile_is_told_so(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner asks, whose token has no end."""
    id_ = await counter.issued_late()

    async def wait() -> None:
        counter.clock.forward(hours=25)

    before(monkeypatch, "open", wait)
    assert (await counter.refused_claim(id_, None)).reason == "PRIVATE_KEY_DESTROYED"


async def test_a_wait_that_comes_second_says_delivered(
    counter: Counter, requester: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key went to a claim: the answer has none, and does not say that there is one to claim."""
    profile_id, request_id = await counter.profile(), str(uuid4())
    id_ = await counter.waiting(profile_id, by=requester, fields={"request_id": request_id})
    await counter.approve(id_, await counter.person("OPERATOR"))
    before(monkeypatch, "open", lambda: counter.claim(id_, requester))
    answer = await counter.send(ordered(profile_id, request_id, wait=20), requester)
    assert answer.certificate_request.private_key_state == DELIVERED
    assert not answer.certificate.private_key


@pytest.mark.parametrize(("look", "wait"), [("open", 20), ("repeated", 0)])
async def test_equal_orders_tell_the_key_as_delivered(
    counter: Counter, requester: Person, monkeypatch: pytest.MonkeyPatch, look: str, wait: int
) -> None:
    """The one that waited has fetched it; its equal, which waits or does not, gets it again."""
    profile_id, request_id = await counter.profile(), str(uuid4())
    id_ = await counter.waiting(profile_id, by=requester, fields={"request_id": request_id})
    await counter.approve(id_, await counter.person("OPERATOR"))
    faster = before(
        monkeypatch, look, lambda: counter.send(ordered(profile_id, request_id, wait=20), requester)
    )
    answer = await counter.send(ordered(profile_id, request_id, wait=wait), requester)
    assert answer.certificate.private_key == faster[0].certificate.private_key
    assert answer.certificate_request == faster[0].certificate_request
    assert answer.certificate_request.private_key_state == DELIVERED
