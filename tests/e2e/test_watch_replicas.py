"""Two servers on one PostgreSQL: a watch on one follows what is decided on the other, and outlives it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import grpc
import grpc.aio
import pytest

from server.config import Settings
from tests.e2e.pairs import ISSUED, Pair, missing, news, pair
from tests.serving import failure_of


async def test_a_watch_follows_what_others_decide_elsewhere(postgres_settings: Settings) -> None:
    """Every state once, in order, to the certificate and OK."""
    async with pair(postgres_settings) as both:
        id_ = await both.other.ask(both.profile_id)
        stream = both.one.watch(id_)
        assert await missing(stream) == 2
        for left, token in zip((1, 0), both.operators, strict=True):
            await both.other.approve(id_, token)
            assert await missing(stream) == left
        assert await news(stream) is grpc.aio.EOF
        assert await stream.code() is grpc.StatusCode.OK


async def test_a_watch_goes_on_elsewhere_when_its_server_dies(postgres_settings: Settings) -> None:
    """What was seen is not told again, what was not seen is: nothing lost, nothing doubled."""
    async with pair(postgres_settings) as both:
        id_ = await both.one.ask(both.profile_id)
        stream = both.one.watch(id_)
        assert await missing(stream) == 2
        await both.other.approve(id_, both.operators[0])
        message = await news(stream)
        assert message.certificate_request.approvals_missing == 1
        both.one.process.kill()
        with pytest.raises(grpc.aio.AioRpcError) as broken:
            await stream.read()
        assert broken.value.code() is grpc.StatusCode.UNAVAILABLE
        resumed = both.other.watch(id_, resume_token=message.resume_token)
        await resumed.initial_metadata()
        await both.other.approve(id_, both.operators[1])
        last = await news(resumed)
        assert last.certificate_request.state == ISSUED
        assert last.certificate.certificate_request_id == id_
        assert await news(resumed) is grpc.aio.EOF


async def test_a_watch_goes_on_elsewhere_when_its_server_stops(postgres_settings: Settings) -> None:
    """The end itself carries the token, and the other one tells only what came after it."""
    async with pair(postgres_settings) as both:
        id_ = await both.one.ask(both.profile_id)
        stream = both.one.watch(id_)
        assert await missing(stream) == 2
        assert await asyncio.to_thread(both.one.process.stop) == 0
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await stream.read()
        failure = failure_of(ended.value)
        assert failure.reason == "SERVER_DRAINING"
        resumed = both.other.watch(id_, resume_token=failure.metadata["resumeToken"])
        await resumed.initial_metadata()
        await both.other.approve(id_, both.operators[0])
        assert await missing(resumed) == 1


async def test_a_queue_goes_on_elsewhere_when_its_server_dies(postgres_settings: Settings) -> None:
    """Changes while nobody watches come after the resume, in order, each once."""
    async with pair(postgres_settings) as both:
        ids = [await both.one.ask(both.profile_id) for _ in range(4)]
        stream = both.one.queue(both.profile_id)
        assert (await _complete(stream)).snapshot_complete.count == len(ids)
        await both.other.approve(ids[0], both.operators[0])
        seen = [await news(stream)]
        both.one.process.kill()
        for id_ in ids[1:3]:
            await both.other.approve(id_, both.operators[0])
        resumed = both.other.queue(both.profile_id, resume_token=seen[0].resume_token)
        seen += [await news(resumed) for _ in ids[1:3]]
        await both.other.approve(ids[3], both.operators[0])
        seen.append(await news(resumed))
    assert [(one.changed.id, one.changed.approvals_missing) for one in seen] == [(id_, 1) for id_ in ids]
    assert [one.revision for one in seen] == sorted({one.revision for one in seen})


async def test_a_queue_loses_nothing_when_its_server_dies_amid_approvals(postgres_settings: Settings) -> None:
    """Twelve requests are decided about meanwhile: no change comes twice, and every end comes."""
    async with pair(postgres_settings) as both:
        ids = [await both.one.ask(both.profile_id) for _ in range(12)]
        stream = both.one.queue(both.profile_id)
        seen = [await _complete(stream)]
        deciding = asyncio.gather(*(_decide(both, id_) for id_ in ids))
        seen += [await news(stream) for _ in range(6)]
        both.one.process.kill()
        seen += await _rest(stream)
        resumed = both.other.queue(both.profile_id, resume_token=seen[-1].resume_token)
        while len(_issued(seen)) < len(ids):
            seen.append(await news(resumed))
        await deciding
    assert sorted(_issued(seen)) == sorted(ids)
    assert [one.revision for one in seen] == sorted({one.revision for one in seen})


async def _decide(both: Pair, id_: str) -> None:
    for token in both.operators:
        await both.other.approve(id_, token)


async def _complete(stream: Any) -> Any:
    """The message that ends the snapshot."""
    while (message := await news(stream)).WhichOneof("event") != "snapshot_complete":
        pass
    return message


async def _rest(stream: Any) -> list[Any]:
    """What had reached the client before its server died."""
    seen = []
    with suppress(grpc.aio.AioRpcError):
        while (message := await news(stream)) is not grpc.aio.EOF:
            seen.append(message)
    assert await stream.code() is grpc.StatusCode.UNAVAILABLE
    return seen


def _issued(seen: list[Any]) -> list[str]:
    """The ids of the requests that were told to be issued, once for each time."""
    return [one.changed.id for one in seen if one.changed.state == ISSUED]
