"""What a failed call tells its client, and what it must not."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from server import errors
from tests.api.echoing import UUID, Request, Response, Rig, asking, bearer, detail, failure, until

CANARY = "canary-7f3a-secret"


def raising(error: BaseException) -> object:
    async def fail(request: object, context: object) -> object:
        raise error

    return fail


@pytest.mark.parametrize(
    "error", [ValueError(CANARY), KeyError(CANARY), TimeoutError(CANARY), AssertionError(CANARY)], ids=type
)
async def test_text_of_an_unknown_exception_never_leaves(rig: Rig, error: Exception) -> None:
    """The client gets INTERNAL, a fixed sentence and a trace id."""
    rig.echo.on_unary = raising(error)
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await rig.method("Unary")(asking(), metadata=bearer())
    error = failed.value
    assert error.code() is grpc.StatusCode.INTERNAL
    assert CANARY not in f"{error.details()}{error.trailing_metadata()}{error.initial_metadata()}"


async def test_unknown_exception_is_logged_under_the_trace_id_told_to_the_client(rig: Rig) -> None:
    """Support can find the traceback from what the client saw; it shows no local variables."""

    async def fail(request: object, context: object) -> object:
        private_key = CANARY
        raise ValueError(len(private_key))

    rig.echo.on_unary = fail
    _, status = await failure(rig.method("Unary")(asking(), metadata=bearer()))
    (line,) = [line for line in rig.lines() if line["event"] == "unexpected error"]
    assert line["trace_id"] == detail(status, "RequestInfo").request_id
    assert "ValueError" in line["exception"]
    assert CANARY not in rig.log.getvalue()


async def test_exception_in_a_stream_never_leaves_either(rig: Rig) -> None:
    """Also after messages were sent."""

    async def fail(request: object, context: object) -> object:
        yield Response()
        raise ValueError(CANARY)

    rig.echo.on_down = fail
    call = rig.method("Down")(asking(), metadata=bearer())
    await call.read()
    code, status = await failure(call)
    assert code is grpc.StatusCode.INTERNAL
    assert CANARY not in str(status)


async def test_response_of_the_wrong_type_never_leaves(rig: Rig) -> None:
    """A bug in a servicer is INTERNAL too."""

    async def nothing(request: object, context: object) -> object:
        return None

    rig.echo.on_unary = nothing
    assert (await failure(rig.method("Unary")(asking(), metadata=bearer())))[0] is grpc.StatusCode.INTERNAL


async def test_domain_error_arrives_whole(rig: Rig) -> None:
    """Code, reason, message, metadata and resource of the error are in the status."""
    rig.echo.on_unary = raising(errors.not_found("CertificateProfile", UUID, field="profile_id"))
    code, status = await failure(rig.method("Unary")(asking(), metadata=bearer()))
    assert code is grpc.StatusCode.NOT_FOUND
    assert status.message == f"no certificate profile '{UUID}'"
    assert dict(detail(status, "ErrorInfo").metadata) == {
        "resourceType": "CertificateProfile",
        "resourceId": UUID,
    }
    resource = detail(status, "ResourceInfo")
    assert (resource.resource_type, resource.resource_name) == ("certmanager.v1.CertificateProfile", UUID)
    assert detail(status, "BadRequest").field_violations[0].field == "profile_id"


async def test_abort_of_a_library_passes_through(rig: Rig) -> None:
    """What gRPC's own servicers say with abort is not turned into INTERNAL."""

    async def abort(request: object, context: grpc.aio.ServicerContext[object, object]) -> object:
        await context.abort(grpc.StatusCode.DATA_LOSS, "gone")

    rig.echo.on_unary = abort
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await rig.method("Unary")(asking(), metadata=bearer())
    assert failed.value.code() is grpc.StatusCode.DATA_LOSS
    await until(lambda: rig.metrics.running == 0 and bool(rig.calls()))
    assert rig.calls()[-1]["code"] == "DATA_LOSS"


async def test_three_hundred_nasty_violations_reach_the_client(rig: Rig) -> None:
    """However much is wrong, the status stays small enough for the client to see it."""
    nasty = tuple(
        errors.Violation(f"f[{i}]" + "é" * 500, "R" * 90, "☠" * 900, "v\ud800" * 400, ("a" * 300,) * 9)
        for i in range(300)
    )
    rig.echo.on_unary = raising(errors.Refused("ü" * 9000, violations=nasty, policy_id="p" * 9000))
    for _ in range(20):  # above 8 KiB the client's refusal is a matter of chance
        code, status = await failure(rig.method("Unary")(asking(), metadata=bearer()))
        assert code is grpc.StatusCode.FAILED_PRECONDITION
        assert detail(status, "ErrorInfo").metadata["violationCount"] == "300"
        assert status.ByteSize() <= 6 * 1024


async def test_garbage_is_a_malformed_request(rig: Rig) -> None:
    """Octets that are no message do not reach the handler and are the client's fault."""
    call = rig.raw("/certmanager.test.EchoService/Unary")
    code, status = await failure(call(b"\xff\xff\xff", metadata=bearer()))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert detail(status, "ErrorInfo").reason == "INVALID_FIELD"


async def test_invalid_utf8_is_a_malformed_request(rig: Rig) -> None:
    """Strings are UTF-8 or the message is refused."""
    call = rig.raw("/certmanager.test.EchoService/Unary")
    code, _ = await failure(call(b"\x0a\x02\xff\xfe", metadata=bearer()))
    assert code is grpc.StatusCode.INVALID_ARGUMENT


async def test_broken_rule_of_the_contract_is_refused_with_its_field(rig: Rig) -> None:
    """The handler never sees a request that breaks rules of form."""
    request = asking("nope", attributes={"alt_names": [{"type": 0, "value": "a.example"}]})
    code, status = await failure(rig.method("Unary")(request, metadata=bearer()))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    found = {each.field: each.reason for each in detail(status, "BadRequest").field_violations}
    assert found == {"profile_id": "STRING_UUID", "attributes.alt_names[0].type": "ENUM_NOT_IN"}


async def test_handler_may_collect_violations_instead(rig: Rig) -> None:
    """A method marked for it is called, and finds them on its call."""
    response = await rig.method("Collect")(asking("nope"), metadata=bearer())
    assert response.certificate_request_id == "STRING_UUID"


async def test_oversize_message_is_refused(rig: Rig) -> None:
    """gRPC itself stops at 1 MiB, before our code."""
    request = Request(profile_id="x" * (1024 * 1024 + 1))
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await rig.method("Unary")(request, metadata=bearer())
    assert failed.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_sane_request_id_becomes_the_trace_id(rig: Rig) -> None:
    """A gateway's own id is kept, in the error and in the log."""
    rig.echo.on_unary = raising(errors.Stale("it changed"))
    headers = (*bearer(), ("x-request-id", "gw-1.a_B"))
    _, status = await failure(rig.method("Unary")(asking(), metadata=headers))
    assert detail(status, "RequestInfo").request_id == rig.calls()[-1]["trace_id"] == "gw-1.a_B"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, 'a"b', "a,b"])
async def test_wild_request_id_is_replaced(rig: Rig, sent: str) -> None:
    """Nothing that could forge a log line, or fill it, is taken over."""
    rig.echo.on_unary = raising(errors.Stale("it changed"))
    headers = (*bearer(), ("x-request-id", sent))
    _, status = await failure(rig.method("Unary")(asking(), metadata=headers))
    assert detail(status, "RequestInfo").request_id not in {sent, ""}
    await asyncio.sleep(0)
