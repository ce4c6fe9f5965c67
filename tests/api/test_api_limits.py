"""Deadlines, draining, bursts, and what starts or refuses to start."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2

from certmanager.v1 import certificate_service_pb2, certificate_service_pb2_grpc
from server.api import listen
from server.api.call import current_call
from server.api.concerns.deadline import CallLimits
from server.api.listen import TransportLimits, is_loopback
from server.api.methods import Service, methods_of
from server.api.startup import StartupError
from tests.api.echoing import (
    ECHO,
    PERMISSIONS,
    Echo,
    Response,
    Rig,
    asking,
    bearer,
    describe_service,
    detail,
    failure,
    until,
)

_health: Any = health_pb2


async def forever(request: object, context: object) -> object:
    return await asyncio.Event().wait()


async def outlast(rig: Rig) -> None:
    """Returns when the limit for unary calls is over that begins now: another call has run into it."""
    rig.echo.on_unary = forever
    code, _ = await failure(rig.method("Unary")(asking(), metadata=bearer()))
    assert code is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_unary_call_without_deadline_gets_ours() -> None:
    """No unary call occupies the server for ever; the client is told what happened."""
    async with Rig(call_limits=CallLimits(unary=0.05)) as rig:
        rig.echo.on_unary = forever
        code, status = await failure(rig.method("Unary")(asking(), metadata=bearer()))
        assert code is grpc.StatusCode.DEADLINE_EXCEEDED
        assert detail(status, "ErrorInfo").reason == "DEADLINE_TOO_SHORT"


async def test_stream_without_deadline_has_none() -> None:
    """The limit for unary calls does not end a watch."""
    async with Rig(call_limits=CallLimits(unary=0.02)) as rig:

        async def slow(request: object, context: object) -> object:
            await outlast(rig)
            yield Response()

        rig.echo.on_down = slow
        assert len([each async for each in rig.method("Down")(asking(), metadata=bearer())]) == 1


async def test_handler_is_stopped_at_the_clients_deadline(rig: Rig) -> None:
    """The server does not work on for a client that has stopped waiting."""
    stopped = asyncio.Event()

    async def wait(request: object, context: object) -> object:
        try:
            return await asyncio.Event().wait()
        finally:
            stopped.set()

    rig.echo.on_unary = wait
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await rig.method("Unary")(asking(), metadata=bearer(), timeout=0.1)
    assert failed.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    await asyncio.wait_for(stopped.wait(), 5)
    await until(lambda: rig.metrics.running == 0)


async def test_call_that_comes_too_late_does_no_work() -> None:
    """With less left than the least there is, the handler is not even called."""
    async with Rig(call_limits=CallLimits(least=100)) as rig:
        code, status = await failure(rig.method("Unary")(asking(), metadata=bearer(), timeout=50))
        assert code is grpc.StatusCode.DEADLINE_EXCEEDED
        assert detail(status, "ErrorInfo").reason == "DEADLINE_TOO_SHORT"


async def test_timer_of_a_finished_call_is_stopped() -> None:
    """Else it would keep the call in memory for its minute, and cancel whatever its task does by then."""
    async with Rig(call_limits=CallLimits(unary=60)) as rig:
        served = []

        async def noting(request: object, context: object) -> Response:
            served.append(current_call())
            return Response()

        rig.echo.on_unary = noting
        await rig.method("Unary")(asking(), metadata=bearer())
        assert served[0].timer is not None
        assert served[0].timer.cancelled()


async def test_draining_server_refuses_new_calls_and_finishes_old_ones(rig: Rig) -> None:
    """New calls are told to go elsewhere, in a moment; the running one gets its answer."""
    entered, release = asyncio.Event(), asyncio.Event()

    async def wait(request: object, context: object) -> object:
        entered.set()
        await release.wait()
        return Response(certificate_request_id="done")

    rig.echo.on_unary = wait
    running = rig.method("Unary")(asking(), metadata=bearer())
    await entered.wait()
    rig.drain.start()
    code, status = await failure(rig.method("Unary")(asking(), metadata=bearer()))
    assert code is grpc.StatusCode.UNAVAILABLE
    assert detail(status, "ErrorInfo").reason == "SERVER_DRAINING"
    assert 0 <= detail(status, "RetryInfo").retry_delay.ToMilliseconds() <= 2000
    release.set()
    assert (await running).certificate_request_id == "done"


@pytest.mark.parametrize("name", ["", "certmanager.test.EchoService"])
async def test_health_turns_with_draining(rig: Rig, name: str) -> None:
    """Without a token, overall and per service, also while draining."""
    health = rig.health
    request = health_pb2.HealthCheckRequest(service=name)
    assert (await health.Check(request)).status == health_pb2.HealthCheckResponse.SERVING
    rig.drain.start()
    assert (await health.Check(request)).status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_health_watch_ends_when_draining(rig: Rig) -> None:
    """A watcher sees NOT_SERVING and then the end, so that it does not hold the server up."""
    watch = rig.health.Watch(health_pb2.HealthCheckRequest())
    assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
    rig.drain.start()
    assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
    assert (await failure(watch))[0] is grpc.StatusCode.UNAVAILABLE


async def test_health_of_an_unknown_service_is_not_found(rig: Rig) -> None:
    """As the health protocol demands."""
    health = rig.health
    code, _ = await failure(health.Check(health_pb2.HealthCheckRequest(service="no.such.Service")))
    assert code is grpc.StatusCode.NOT_FOUND


async def test_health_lists_all_services(rig: Rig) -> None:
    """The overall state is in the list, under the empty name."""
    listed = await rig.health.List(_health.HealthListRequest())
    assert set(listed.statuses) == {"", "certmanager.test.EchoService"}


async def test_burst_of_unanswered_calls_is_not_refused() -> None:
    """2,000 streams opened at once all get through; gRPC's own default refuses some."""
    async with Rig(transport=TransportLimits(streams=10_000, pending=10_000)) as rig:
        release = asyncio.Event()

        async def wait(request: object, context: object) -> object:
            await release.wait()
            return Response(certificate_request_id="done")

        rig.echo.on_unary = wait
        calls = [rig.method("Unary")(asking(), metadata=bearer()) for _ in range(2000)]
        answers = asyncio.gather(*calls)
        await until(lambda: rig.metrics.running == 2000)
        release.set()
        assert {each.certificate_request_id for each in await answers} == {"done"}


async def test_new_certificate_counts_from_the_next_handshake(rig: Rig) -> None:
    """A renewed server certificate needs no restart."""
    await rig.method("Unary")(asking(), metadata=bearer())
    rig.certificate.renew()
    async with rig.connect(use_local_subchannel_pool=1) as channel:
        await rig.method("Unary", channel)(asking(), metadata=bearer())


async def test_client_without_certificate_is_refused_where_one_is_demanded() -> None:
    """With a client CA, TLS fails before any call."""
    rig = Rig()
    rig.port = listen.listen(
        rig.server, "127.0.0.1:0", rig.certificate, client_ca=lambda: rig.certificate.chain
    )
    await rig.server.start()
    async with rig.connect() as channel:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await rig.method("Unary", channel)(asking(), metadata=bearer(), timeout=5)
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
    await rig.server.stop(None)


async def test_taken_port_is_a_startup_error(rig: Rig) -> None:
    """Two servers never share a port by accident."""
    other = Rig()
    with pytest.raises(StartupError, match="cannot listen"):
        listen.listen(other.server, f"127.0.0.1:{rig.port}", rig.certificate)
    await other.server.stop(None)


async def test_plaintext_is_refused_beyond_this_machine() -> None:
    """A token never travels in the clear."""
    rig = Rig()
    with pytest.raises(StartupError, match="loopback"):
        listen.listen_insecurely(rig.server, "0.0.0.0:0")
    assert listen.listen_insecurely(rig.server, "127.0.0.1:0") > 0
    await rig.server.stop(None)


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1:0", True),
        ("127.9.9.9:1", True),
        ("[::1]:1", True),
        ("localhost:1", True),
        ("unix:/tmp/x", True),
        ("0.0.0.0:1", False),
        ("[::]:1", False),
        ("10.0.0.1:1", False),
        ("localhost.example:1", False),
        ("example.com:1", False),
        (":1", False),
    ],
)
def test_loopback_addresses(address: str, *, local: bool) -> None:
    """Only what cannot be reached from outside counts as local."""
    assert is_loopback(address) is local


def test_rpc_without_permission_refuses_to_start() -> None:
    """A hole in the contract is found at start-up, and named."""
    service = describe_service("UnlabelledService", {"Fine": "echo.say", "Bare": ""})
    with pytest.raises(StartupError, match=r"certmanager\.test\.UnlabelledService/Bare"):
        list(methods_of([Service(service, Echo())], permissions=PERMISSIONS))


def test_unknown_permission_refuses_to_start() -> None:
    """A misspelt permission would deny everybody, or worse."""
    with pytest.raises(StartupError, match=r"echo\.say"):
        list(methods_of([Service(ECHO, Echo())], permissions={"self.read"}))


def test_plain_function_refuses_to_start() -> None:
    """A servicer method that would run in a thread is found at start-up."""

    class Plain(Echo):
        def Unary(self, request: object, context: object) -> object:  # type: ignore[override]  # noqa: N802
            return Response()

    with pytest.raises(StartupError, match="EchoService/Unary is not a coroutine function"):
        list(methods_of([Service(ECHO, Plain())], permissions=PERMISSIONS))


def test_methods_are_described_from_the_contract() -> None:
    """Kind, permission and absence come from the descriptors and the servicer."""
    descriptor: Any = certificate_service_pb2.DESCRIPTOR.services_by_name["CertificateService"]
    found = methods_of([Service(descriptor, object())], permissions=_Everything())
    methods = {method.label.rpartition("/")[2]: method for method in found}
    assert methods["GetCertificate"].permission == "certificates.read"
    assert methods["IssueCertificates"].client_streams
    assert methods["WatchCertificate"].server_streams
    assert {method.behaviour for method in methods.values()} == {None}


def test_generated_method_counts_as_absent() -> None:
    """A servicer that inherits from the generated one implements what it overrides, and no more."""

    class Some(certificate_service_pb2_grpc.CertificateServiceServicer):
        async def GetCertificate(self, request: Any, context: Any) -> Any:  # noqa: N802
            return None

    some: Any = Some
    descriptor: Any = certificate_service_pb2.DESCRIPTOR.services_by_name["CertificateService"]
    found = methods_of([Service(descriptor, some())], permissions=_Everything())
    assert [method.label.rpartition("/")[2] for method in found if method.behaviour] == ["GetCertificate"]


class _Everything(set[str]):
    def __contains__(self, _: object) -> bool:
        return True
