"""A watch on one request: what it sends, and how it ends."""

from __future__ import annotations

import grpc
import pytest

from certmanager.v1.certificate_request_pb2 import CertificateRequestState as State
from server.ids import new_id
from tests.requests.offices import ISSUED, WAITS, Office, step
from tests.requests.offices import OPERATOR as BY_OPERATOR
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.streams import Desk, Watcher

pytestmark = IN_SESSION

TERMINAL = ("ISSUED", "FAILED", "REJECTED", "CANCELLED", "EXPIRED")


def number(state: str) -> int:
    return State.Value(f"CERTIFICATE_REQUEST_STATE_{state}")


async def test_the_first_message_is_the_request_as_it_is(live: Live) -> None:
    """It comes at once, whole, and says where to resume."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).one(id_) as stream:
        first = await stream.next()
    assert (first.certificate_request.id, first.certificate_request.state) == (id_, WAITS)
    assert first.certificate_request.project_id == desk.project_id
    assert first.revision == first.certificate_request.revision
    assert 0 < len(first.resume_token) <= 512


async def test_an_approval_is_watched_to_the_certificate(office: Office) -> None:
    """Each approval is seen; with the last one comes the certificate, and the stream ends with OK."""
    operators = [await office.person("OPERATOR") for _ in range(2)]
    id_ = await office.waiting(await office.profile(step(BY_OPERATOR, required=2)))
    async with Watcher(office.live).one(id_) as stream:
        assert (await stream.next()).certificate_request.approvals_missing == 2
        await office.approve(id_, operators[0])
        assert (await stream.next()).certificate_request.approvals_missing == 1
        await office.approve(id_, operators[1])
        (last,) = await stream.rest()
    assert last.certificate_request.state == ISSUED
    assert last.certificate.id == last.certificate_request.certificate_id
    assert last.certificate.certificate.startswith("-----BEGIN CERTIFICATE-----")
    assert not last.certificate_request.HasField("error")


@pytest.mark.parametrize("state", TERMINAL)
async def test_every_end_is_told_and_ends_with_ok(live: Live, state: str) -> None:
    """The terminal state is the last message."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).one(id_) as stream:
        await stream.next()
        await desk.move(id_, state)
        (last,) = await stream.rest()
    assert last.certificate_request.state == number(state)


@pytest.mark.parametrize("state", TERMINAL)
async def test_what_is_over_is_told_at_once(live: Live, state: str) -> None:
    """A watch on a request that is terminal already sends it and ends with OK."""
    id_ = await (await Desk.of(live)).request(state)
    async with Watcher(live).one(id_) as stream:
        (only,) = await stream.rest()
    assert only.certificate_request.state == number(state)


async def test_every_state_comes_in_order(live: Live) -> None:
    """Revisions strictly grow from message to message."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).one(id_) as stream:
        seen = [await stream.next()]
        await desk.move(id_, "PENDING")
        seen.append(await stream.next())
        await desk.move(id_, "ISSUED")
        seen += await stream.rest()
    assert [one.certificate_request.state for one in seen] == [
        *map(number, ("PENDING_APPROVAL", "PENDING", "ISSUED"))
    ]
    assert seen[0].revision < seen[1].revision < seen[2].revision


async def test_what_does_not_exist_is_refused_before_any_message(live: Live) -> None:
    """It never waits for something to appear."""
    async with Watcher(live).one(new_id()) as stream:
        failure = await stream.failure()
        assert await stream.call.initial_metadata() is not None
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
    assert failure.details["ResourceInfo"].resource_type == "certmanager.v1.CertificateRequest"


async def test_upper_case_ids_are_the_same(live: Live) -> None:
    """UUIDs are compared without case."""
    id_ = await (await Desk.of(live)).request("CANCELLED")
    async with Watcher(live).one(id_.upper()) as stream:
        (only,) = await stream.rest()
    assert only.certificate_request.id == id_


async def test_resumed_without_a_change_it_says_nothing_yet(live: Live) -> None:
    """The first message is skipped; the next change comes."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).one(id_) as stream:
        await stream.next()
    async with Watcher(live).one(id_, resume_token=stream.token) as resumed:
        await desk.something_else()
        await desk.move(id_, "PENDING")
        assert (await resumed.next()).certificate_request.state == number("PENDING")


async def test_resumed_after_a_change_it_sends_it(live: Live) -> None:
    """What happened while nobody watched is the first message."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).one(id_) as stream:
        await stream.next()
    await desk.move(id_, "PENDING")
    async with Watcher(live).one(id_, resume_token=stream.token) as resumed:
        assert (await resumed.next()).certificate_request.state == number("PENDING")


async def test_a_terminal_state_is_sent_again_on_a_resume(live: Live) -> None:
    """OK says that it was sent: a client that lost the status, not the message, ends all the same."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    await desk.move(id_, "REJECTED")
    async with Watcher(live).one(id_) as stream:
        await stream.next()
    async with Watcher(live).one(id_, resume_token=stream.token) as resumed:
        (again,) = await resumed.rest()
    assert again.certificate_request.state == number("REJECTED")


async def test_many_changes_at_once_never_lose_the_end(live: Live) -> None:
    """Changes in quick succession may come as one, but the last message is the terminal state."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).one(id_) as stream:
        await stream.next()
        for n in range(50):
            await desk.move(id_, "PENDING_APPROVAL", {"comment": str(n)})
        await desk.move(id_, "EXPIRED")
        seen = await stream.rest()
    assert seen[-1].certificate_request.state == number("EXPIRED")
    revisions = [one.revision for one in seen]
    assert revisions == sorted(set(revisions))
