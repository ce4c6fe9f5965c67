"""What clients are told when the server cannot: draining, late, without its database, or broken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import httpx2
import pytest

from server.config import Settings
from server.errors import Reason
from server.ra.issuing.catalog import Catalog
from tests.databases import Postgres
from tests.issuing.reasons import Code, shown
from tests.ordering import order
from tests.serving import Failure, Live, failure_of, running


async def _issue(live: Live, request: Any) -> Failure:
    return await live.refused(live.certificates.IssueCertificate, request)


async def test_server_draining(live: Live) -> None:
    """A server on its way out says so, and when to try another."""
    live.app.drain.start()
    failure = await _issue(live, order(live.ids["profile_id"]))
    retry = shown(failure, Reason.SERVER_DRAINING, "RetryInfo").details["RetryInfo"].retry_delay
    assert 0 <= retry.seconds < 3


async def test_deadline_too_short(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that takes too long ends with a status of ours, and issues nothing."""

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Catalog, "profile", never)
    async with running(settings.model_copy(update={"unary_timeout": 0.2})) as live:
        method: Any = live.certificates.IssueCertificate
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await method(order(live.ids["profile_id"]), metadata=live.auth())
    shown(failure_of(caught.value), Reason.DEADLINE_TOO_SHORT)


@pytest.fixture
async def shaky(postgres: Postgres, postgres_settings: Settings) -> AsyncIterator[tuple[Live, Postgres, str]]:
    """A server whose database can be taken away."""
    name = postgres_settings.database_url.partition("?")[0].rpartition("/")[2]
    async with running(postgres_settings) as live:
        yield live, postgres, name
        postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def test_backend_unavailable(shaky: tuple[Live, Postgres, str]) -> None:
    """Without its database the server says so at once; once it is back, so is the server."""
    live, postgres, name = shaky
    request = order(live.ids["profile_id"], common_name="a.example.com")
    await live.call(live.certificates.IssueCertificate, request)
    postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgres.disconnect(postgres.url(name))
    failure = await _issue(live, request)
    retry = shown(failure, Reason.BACKEND_UNAVAILABLE, "RetryInfo").details["RetryInfo"].retry_delay
    assert retry.seconds or retry.nanos
    postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    async with asyncio.timeout(20):
        while await _code(live, request) is not Code.OK:  # noqa: ASYNC110 - nothing tells of the recovery
            await asyncio.sleep(0.1)


async def test_backend_unavailable_is_not_noticed_when_it_comes_back_in_time(
    shaky: tuple[Live, Postgres, str],
) -> None:
    """After every connection was cut, as by a fail-over, at most a few calls must be tried again."""
    live, postgres, name = shaky
    request = order(live.ids["profile_id"], common_name="a.example.com")
    await live.call(live.certificates.IssueCertificate, request)
    postgres.disconnect(postgres.url(name))
    codes = [await _code(live, request) for _ in range(5)]
    assert codes[-1] is Code.OK
    assert set(codes) <= {Code.OK, Code.UNAVAILABLE}


async def test_readiness_follows_the_database(postgres: Postgres, postgres_settings: Settings) -> None:
    """A server that cannot reach its database gets no calls from a balancer, and gets them again after."""
    name = postgres_settings.database_url.partition("?")[0].rpartition("/")[2]
    async with running(postgres_settings.model_copy(update={"metrics_address": "127.0.0.1:0"})) as live:
        page = f"{live.app.endpoints['metrics']}/readyz"
        assert await _status(page) == 200
        postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            postgres.disconnect(postgres.url(name))
            assert await _status(page) == 503
        finally:
            postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        async with asyncio.timeout(20):
            while await _status(page) != 200:  # noqa: ASYNC110 - nothing tells of the recovery
                await asyncio.sleep(0.1)


async def _status(page: str) -> int:
    async with httpx2.AsyncClient() as client:
        return (await client.get(page, timeout=20)).status_code


async def _code(live: Live, request: Any) -> grpc.StatusCode:
    method: Any = live.certificates.IssueCertificate
    try:
        await method(request, metadata=live.auth(), timeout=20)
    except grpc.aio.AioRpcError as error:
        failure_of(error)
        return error.code()
    return Code.OK


@pytest.mark.parametrize(
    "place", ["server.ra.issuing.judging.assemble", "server.ra.issuing.issuance.certificate_record"]
)
async def test_internal(live: Live, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Of a fault of ours, before or after signing, nothing is told but where to find it in the log."""

    def fails(*_: Any, **__: Any) -> None:
        raise ValueError("secret-4711 at /srv/data")

    monkeypatch.setattr(place, fails)
    failure = await _issue(live, order(live.ids["profile_id"], common_name="a.example.com"))
    shown(failure, Reason.INTERNAL)
    assert "4711" not in failure.message + str(failure.details)
    assert failure.metadata == {}
