"""Resume tokens: whose they are, and how those are refused that are no good."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import grpc
import pytest

from certmanager.v1.certificate_request_pb2 import CertificateRequestState as State
from server.errors import CAError, Reason, Unavailable
from server.ra.watching.tokens import Phase, Position, Question, ResumeTokens
from server.store import Change, ObjectKind, Store, Unit
from server.store.records import ChangeRecord
from server.store.unit import Delete
from tests.requests.offices import Office
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.streams import Desk, Watcher

KEY, EPOCH = bytes(32), bytes(16)
WHAT = Question(b"request\0x", b"all")


def clock() -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A database with ten changes."""
    opened = await Store.open(database_url, clock=clock)
    for _ in range(10):
        await opened.commit(Unit((), (Change(ObjectKind.REQUEST, "x"),)))
    yield opened
    await opened.close()


def tokens(store: Store, *, key: bytes = KEY, epoch: bytes = EPOCH) -> ResumeTokens:
    return ResumeTokens(key, store, epoch=epoch, patience=0.05)


async def reason(read: ResumeTokens, token: str, question: Question = WHAT) -> Reason:
    with pytest.raises(CAError) as caught:
        await read.read(token, question)
    return caught.value.reason


async def forget(store: Store, *, until: int) -> None:
    for revision in range(1, until + 1):
        await store.commit(Unit((Delete(ChangeRecord, {"revision": revision}),)))


@pytest.mark.parametrize("position", [Position(7), Position(0), Position(7, Phase.SNAPSHOT)])
async def test_a_token_says_where_it_was_written(store: Store, position: Position) -> None:
    """On any process with the same key and database."""
    token = tokens(store).write(position, WHAT)
    assert len(token) <= 512
    assert await tokens(store).read(token, WHAT) == position


@pytest.mark.parametrize(
    "question", [Question(b"request\0y", b"all"), Question(b"requests\0x", b"all")], ids=["other", "kind"]
)
async def test_another_question_is_refused(store: Store, question: Question) -> None:
    """A token belongs to one filter of one stream."""
    token = tokens(store).write(Position(7), WHAT)
    assert await reason(tokens(store), token, question) is Reason.RESUME_TOKEN_INVALID


async def test_every_changed_octet_is_found(store: Store) -> None:
    """Nobody makes a token but the server."""
    token = tokens(store).write(Position(7), WHAT)
    octets = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for index in range(len(octets)):
        forged = bytearray(octets)
        forged[index] ^= 1
        text = base64.urlsafe_b64encode(forged).decode().rstrip("=")
        assert await reason(tokens(store), text) is Reason.RESUME_TOKEN_INVALID


@pytest.mark.parametrize("token", ["x", "====", "ä", "A" * 512, " ", "\0"])
async def test_what_is_no_token_is_refused(store: Store, token: str) -> None:
    """Whatever a stranger sends, the answer is the same."""
    assert await reason(tokens(store), token) is Reason.RESUME_TOKEN_INVALID


async def test_another_key_is_refused(store: Store) -> None:
    """The token of another installation is not one of ours."""
    token = tokens(store, key=bytes(31) + b"\1").write(Position(7), WHAT)
    assert await reason(tokens(store), token) is Reason.RESUME_TOKEN_INVALID


async def test_another_life_of_the_database_is_expired(store: Store) -> None:
    """After a restore revisions may mean something else."""
    token = tokens(store, epoch=b"\1" * 16).write(Position(7), WHAT)
    assert await reason(tokens(store), token) is Reason.RESUME_TOKEN_EXPIRED


async def test_another_view_is_expired(store: Store) -> None:
    """Who sees more or less than before begins anew, with a snapshot."""
    token = tokens(store).write(Position(7), WHAT)
    assert await reason(tokens(store), token, Question(WHAT.asked, b"own")) is Reason.RESUME_TOKEN_EXPIRED


async def test_forgotten_changes_expire_what_is_before_them(store: Store) -> None:
    """The token just before the oldest change that is kept is good, the one before that is not."""
    await forget(store, until=5)
    read = tokens(store)
    assert await read.read(read.write(Position(5), WHAT), WHAT) == Position(5)
    with pytest.raises(CAError) as caught:
        await read.read(read.write(Position(4), WHAT), WHAT)
    assert caught.value.reason is Reason.RESUME_TOKEN_EXPIRED
    assert caught.value.metadata == {"oldest_revision": "6"}


async def test_with_all_changes_forgotten_only_the_newest_token_is_good(store: Store) -> None:
    """It has nothing before it that could be missing."""
    await forget(store, until=10)
    read = tokens(store)
    assert await read.read(read.write(Position(10), WHAT), WHAT) == Position(10)
    assert await reason(read, read.write(Position(9), WHAT)) is Reason.RESUME_TOKEN_EXPIRED


async def test_a_token_of_a_snapshot_does_not_expire(store: Store) -> None:
    """It begins the snapshot again, and needs no history."""
    await forget(store, until=5)
    position = Position(1, Phase.SNAPSHOT)
    assert await tokens(store).read(tokens(store).write(position, WHAT), WHAT) == position


async def test_a_replica_that_stays_behind_says_so(store: Store) -> None:
    """It never serves what is older than what the client has seen."""
    with pytest.raises(Unavailable):
        await tokens(store).read(tokens(store).write(Position(11), WHAT), WHAT)


async def test_a_replica_that_catches_up_is_waited_for(store: Store) -> None:
    """A little lag costs a little time."""
    read = ResumeTokens(KEY, store, epoch=EPOCH, patience=20)
    token = read.write(Position(11), WHAT)
    reading = asyncio.create_task(read.read(token, WHAT))
    await store.commit(Unit((), (Change(ObjectKind.REQUEST, "x"),)))
    assert await reading == Position(11)


@IN_SESSION
async def test_over_the_wire_another_filter_is_refused(live: Live) -> None:
    """With the field at fault, before any message."""
    desk = await Desk.of(live)
    async with Watcher(live).many(desk.project_id) as stream:
        await stream.until("snapshot_complete")
    states = [State.Value("CERTIFICATE_REQUEST_STATE_ISSUED")]
    async with Watcher(live).many(desk.project_id, states=states, resume_token=stream.token) as refused:
        failure = await refused.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "RESUME_TOKEN_INVALID")
    assert failure.fields == {"resume_token": "RESUME_TOKEN_INVALID"}
    assert "resumeToken" not in failure.metadata


@IN_SESSION
async def test_over_the_wire_the_token_of_another_request_is_refused(live: Live) -> None:
    """A token is of one request."""
    desk = await Desk.of(live)
    async with Watcher(live).one(await desk.request()) as stream:
        await stream.next()
    async with Watcher(live).one(await desk.request(), resume_token=stream.token) as refused:
        assert (await refused.failure()).reason == "RESUME_TOKEN_INVALID"


@IN_SESSION
async def test_a_token_grants_nothing(office: Office) -> None:
    """Who may not see a request does not see it with somebody else's token either."""
    desk = await Desk.of(office.live)
    stranger = await office.person("VIEWER")
    id_ = await desk.request()
    async with Watcher(office.live).one(id_) as stream:
        await stream.next()
    async with Watcher(office.live).one(id_, token=stranger.token, resume_token=stream.token) as refused:
        assert (await refused.failure()).code is grpc.StatusCode.NOT_FOUND


@IN_SESSION
async def test_a_token_of_who_sees_more_begins_anew(office: Office) -> None:
    """A requester with the token of an owner is told to take a snapshot, which is of its own."""
    desk = await Desk.of(office.live)
    asker = await office.person("REQUESTER", project_id=desk.project_id)
    async with Watcher(office.live).many(desk.project_id) as stream:
        await stream.until("snapshot_complete")
    said = {"token": asker.token, "resume_token": stream.token}
    async with Watcher(office.live).many(desk.project_id, **said) as refused:
        failure = await refused.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.OUT_OF_RANGE, "RESUME_TOKEN_EXPIRED")
    assert int(failure.metadata["oldestRevision"]) > 0
