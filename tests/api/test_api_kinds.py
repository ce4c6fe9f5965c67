"""All four kinds of RPC go through the pipeline."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from tests.api.echoing import UUID, Response, Rig, asking, bearer, detail, failure, until


async def test_unary_call_is_answered(rig: Rig) -> None:
    """The handler's message arrives as it was sent."""
    assert (await rig.method("Unary")(asking(), metadata=bearer())).certificate_request_id == UUID


async def test_empty_response_is_a_response(rig: Rig) -> None:
    """A message without content has no octets, and is an answer all the same."""

    async def nothing(request: object, context: object) -> Response:
        return Response()

    rig.echo.on_unary = nothing
    assert await rig.method("Unary")(asking(), metadata=bearer()) == Response()


async def test_server_stream_sends_each_message(rig: Rig) -> None:
    """Messages come in order and the stream ends with OK."""
    call = rig.method("Down")(asking(), metadata=bearer())
    assert [each.certificate_request_id async for each in call] == [UUID] * 3
    assert await call.code() is grpc.StatusCode.OK


async def test_client_stream_hands_over_each_message(rig: Rig) -> None:
    """The handler reads parsed messages."""
    assert (await rig.method("Up")(iter([asking()] * 4), metadata=bearer())).certificate_request_id == "4"
    assert rig.echo.seen == [UUID] * 4


async def test_bad_message_of_a_client_stream_ends_it(rig: Rig) -> None:
    """Where the handler does not collect violations, one bad message refuses the call."""
    code, status = await failure(rig.method("Up")(iter([asking(), asking("bad")]), metadata=bearer()))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert detail(status, "BadRequest").field_violations[0].field == "profile_id"


async def test_bidirectional_stream_reports_per_item(rig: Rig) -> None:
    """A handler that collects violations gets each item with its own, and the stream lives on."""
    call = rig.method("Both")(iter([asking(), asking("bad"), asking()]), metadata=bearer())
    assert [each.certificate_request_id async for each in call] == [UUID, "STRING_UUID", UUID]


@pytest.mark.parametrize("name", ["Unary", "Up"])
async def test_unauthenticated_stream_of_any_kind_is_refused(rig: Rig, name: str) -> None:
    """Authentication comes before the kind of call."""
    said = () if name == "Up" else (asking(),)
    code, _ = await failure(rig.method(name)(*said))
    assert code is grpc.StatusCode.UNAUTHENTICATED


async def test_cancelled_stream_closes_the_handler_and_leaves_no_task(rig: Rig) -> None:
    """The servicer's generator is closed in its own task when the client goes away."""

    async def endless(request: object, context: object) -> object:
        yield Response()
        await asyncio.Event().wait()

    rig.echo.on_down = endless
    before = len(asyncio.all_tasks())
    call = rig.method("Down")(asking(), metadata=bearer())
    await call.read()
    call.cancel()
    await asyncio.wait_for(rig.echo.closed.wait(), 5)
    await until(lambda: len(asyncio.all_tasks()) <= before)
    assert rig.calls()[-1]["code"] == "CANCELLED"
    assert rig.metrics.running == 0


async def test_stream_cancelled_while_it_sends_is_closed(rig: Rig) -> None:
    """Also a handler that is suspended in its yield, by flow control, is closed."""

    async def flood(request: object, context: object) -> object:
        while True:
            yield Response(certificate_request_id="x" * 60_000)

    rig.echo.on_down = flood
    call = rig.method("Down")(asking(), metadata=bearer())
    await call.read()
    call.cancel()
    await asyncio.wait_for(rig.echo.closed.wait(), 5)
    await until(lambda: rig.metrics.running == 0)
    assert rig.calls()[-1]["code"] == "CANCELLED"


async def test_cancelled_unary_call_is_recorded_as_cancelled(rig: Rig) -> None:
    """A client that goes away is nobody's fault."""
    entered = asyncio.Event()

    async def wait(request: object, context: object) -> object:
        entered.set()
        return await asyncio.Event().wait()

    rig.echo.on_unary = wait
    call = rig.method("Unary")(asking(), metadata=bearer())
    await entered.wait()
    call.cancel()
    await until(lambda: rig.metrics.running == 0)
    assert (rig.calls()[-1]["code"], rig.calls()[-1]["level"]) == ("CANCELLED", "info")
