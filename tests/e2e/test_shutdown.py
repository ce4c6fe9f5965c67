"""SIGTERM: balancers are told, running calls finish, new ones are refused in words, exit code 0."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.e2e.conftest import Home
from tests.e2e.database import issued, writes_blocked
from tests.e2e.processes import PATIENCE, Process, eventually, issue, read, serving
from tests.serving import failure_of

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


def _health(channel: grpc.aio.Channel) -> Any:
    return health_pb2_grpc.HealthStub(channel)


async def running_call(process: Process, channel: grpc.aio.Channel) -> asyncio.Task[Any]:
    """A call whose certificate is signed and waits to be stored."""
    call = asyncio.create_task(issue(process, channel))
    await process.until("certmanager_store_waiting", 1)
    return call


async def test_a_watch_of_health_sees_the_end_coming(sqlite_copy: Path) -> None:
    """And is ended by the server, so that it holds nothing up."""
    with serving(sqlite_copy) as process:
        async with process.channel() as channel:
            watch = _health(channel).Watch(health_pb2.HealthCheckRequest())
            states = aiter(watch)
            assert (await anext(states)).status == SERVING
            process.signal(signal.SIGTERM)
            assert (await anext(states)).status == NOT_SERVING
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await anext(states)
        assert failure_of(caught.value).reason == "SERVER_DRAINING"
        assert process.wait() == 0


async def test_a_running_call_finishes(home: Home) -> None:
    """Its certificate is not only told but stored: the next process knows it."""
    with serving(home.directory, *home.arguments) as process:
        async with process.channel() as channel:
            with writes_blocked(home):
                call = await running_call(process, channel)
                process.signal(signal.SIGTERM)
                await asyncio.to_thread(eventually, process.is_draining)
                assert not call.done()
            told = (await call).certificate
        assert process.wait() == 0
    with serving(home.directory, *home.arguments) as process:
        async with process.channel() as channel:
            assert (await read(process, channel, told.certificate_id)).certificate == told.certificate


async def test_a_new_call_is_refused_and_told_when_to_come_back(sqlite_copy: Path) -> None:
    """As long as balancers may still send calls here, on connections that there are."""
    with serving(sqlite_copy, "--drain-delay", PATIENCE) as process:
        async with process.channel() as channel:
            await issue(process, channel)
            process.signal(signal.SIGTERM)
            await asyncio.to_thread(eventually, process.is_draining)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await issue(process, channel)
            assert (await _health(channel).Check(health_pb2.HealthCheckRequest())).status == NOT_SERVING
        failure = failure_of(caught.value)
        assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
        assert failure.details["RetryInfo"].HasField("retry_delay")
        assert process.page("/livez")[0] == 200


def test_a_second_signal_ends_at_once(sqlite_copy: Path) -> None:
    """It does not wait out the delay, and says by its code which signal it was."""
    with serving(sqlite_copy, "--drain-delay", 10 * PATIENCE) as process:
        process.signal(signal.SIGTERM)
        eventually(process.is_draining)
        process.signal(signal.SIGINT)
        assert process.wait() == 128 + signal.SIGINT


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_said_at_a_clean_end(sqlite_copy: Path, number: signal.Signals) -> None:
    with serving(sqlite_copy) as process:
        process.signal(number)
        assert process.wait() == 0
        assert process.stderr.read_text() == ""


async def test_a_call_that_outlasts_the_grace_is_cut_off(sqlite_copy: Path) -> None:
    """The server ends all the same, and what it had signed is stored before it does."""
    home = Home(sqlite_copy, "")
    with serving(sqlite_copy, "--drain-grace", "0") as process:
        async with process.channel() as channel:
            with writes_blocked(home):
                call = await running_call(process, channel)
                process.signal(signal.SIGTERM)
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await call
            assert caught.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
        assert process.wait() == 0
    assert len(issued(home)) == 1
