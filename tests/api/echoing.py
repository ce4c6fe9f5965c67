"""A service with all four kinds of RPC, made of the contract's messages, and what it takes to serve it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from ipaddress import ip_address
from typing import Any, Self

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf import descriptor_pb2, descriptor_pool
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2_grpc

from certmanager.v1 import certificate_service_pb2, options_pb2
from server import telemetry
from server.api import listen
from server.api.call import current_call
from server.api.concerns.deadline import CallLimits
from server.api.concerns.drain import Drain
from server.api.concerns.record import Recorder
from server.api.health import health_service
from server.api.listen import TransportLimits
from server.api.methods import Service, collects_violations
from server.api.pipeline import Concerns, Pipeline
from server.api.reflection import ReflectionLimits, reflection_services
from server.errors import Unauthenticated

TOKEN = "cm_owner"
OTHER_TOKEN = "cm_stranger"
UUID = "0195e1a0-0000-7000-8000-000000000000"
PERMISSIONS = frozenset({"echo.say", "self.read"})
Request = certificate_service_pb2.IssueCertificateRequest
Response = certificate_service_pb2.IssueCertificateResponse

_KINDS = {"Unary": (False, False), "Down": (False, True), "Up": (True, False), "Both": (True, True)}


def describe_service(name: str, permissions: dict[str, str]) -> Any:
    """A service in the package certmanager.test with an RPC for each permission."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"certmanager/test/{name}.proto",
        package="certmanager.test",
        syntax="proto3",
        dependency=["certmanager/v1/certificate_service.proto", "certmanager/v1/options.proto"],
    )
    service = file.service.add(name=name)
    for rpc, permission in permissions.items():
        up, down = _KINDS.get(rpc, (False, False))
        method = service.method.add(name=rpc, client_streaming=up, server_streaming=down)
        method.input_type = f".{Request.DESCRIPTOR.full_name}"
        method.output_type = f".{Response.DESCRIPTOR.full_name}"
        if permission:
            options: Any = method.options
            options.Extensions[options_pb2.permission] = permission
    pool = descriptor_pool.Default()
    pool.Add(file)
    return pool.FindServiceByName(f"certmanager.test.{name}")


ECHO = describe_service(
    "EchoService",
    {
        "Unary": "echo.say",
        "Down": "echo.say",
        "Up": "echo.say",
        "Both": "echo.say",
        "Collect": "echo.say",
        "WhoAmI": "self.read",
        "Missing": "echo.say",
    },
)


class Echo:
    """Answers with the request's profile id; ``on_unary`` lets a test do something else."""

    on_unary: Any = None
    on_down: Any = None

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.closed = asyncio.Event()
        self.enters = True

    def _enter(self) -> None:
        caller = current_call().caller
        if self.enters and isinstance(caller, TestCaller):
            caller.entered = True

    async def Unary(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._enter()
        if self.on_unary:
            return await self.on_unary(request, context)
        return Response(certificate_request_id=request.profile_id)

    async def Down(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._enter()
        try:
            if self.on_down:
                async for response in self.on_down(request, context):
                    yield response
                return
            for _ in range(3):
                yield Response(certificate_request_id=request.profile_id)
        finally:
            self.closed.set()

    async def Up(self, requests: Any, context: Any) -> Any:  # noqa: N802
        self._enter()
        self.seen = [request.profile_id async for request in requests]
        return Response(certificate_request_id=str(len(self.seen)))

    @collects_violations
    async def Both(self, requests: Any, context: Any) -> Any:  # noqa: N802
        self._enter()
        async for request, violations in requests:
            rules = ",".join(each.rule for each in violations)
            yield Response(certificate_request_id=rules or request.profile_id)

    @collects_violations
    async def Collect(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._enter()
        rules = ",".join(each.rule for each in current_call().form_violations)
        return Response(certificate_request_id=rules)

    async def WhoAmI(self, request: Any, context: Any) -> Any:  # noqa: N802
        call = current_call()
        assert call.principal is not None
        return Response(certificate_request_id=call.principal.identity_name)


@dataclass(frozen=True)
class TestPrincipal:
    __test__ = False
    identity_name: str
    permissions: frozenset[str]
    identity_id: str = "id-1"
    token_id: str = "token-1"
    certificate_id: str = ""

    def allows_anywhere(self, permission: str) -> bool:
        return permission in self.permissions


@dataclass
class TestCaller:
    __test__ = False
    principal: Any
    permission: str
    trace_id: str
    source: str
    entered: bool = False
    project_id: str = "project-1"
    attempt: Any = None


@dataclass
class Tokens:
    """Knows two tokens; ``fast`` ones need no waiting."""

    fast: bool = True
    known: dict[str, TestPrincipal] = field(
        default_factory=lambda: {
            TOKEN: TestPrincipal("olive", PERMISSIONS),
            OTHER_TOKEN: TestPrincipal("sten", frozenset()),
        }
    )

    def cached(self, bearer: str) -> TestPrincipal | None:
        return self.known.get(bearer) if self.fast else None

    async def authenticate(self, bearer: str) -> TestPrincipal:
        await asyncio.sleep(0)
        if bearer not in self.known:
            raise Unauthenticated("cached text that must not reach the client")
        return self.known[bearer]


class Certificate:
    """A self-signed certificate for this machine; ``renew`` replaces it."""

    def __init__(self) -> None:
        self.handshakes = 0
        self.renew()

    def renew(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        names = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        )
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.chain = certificate.public_bytes(serialization.Encoding.PEM)
        self.key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def current(self) -> tuple[bytes, bytes]:
        self.handshakes += 1
        return self.key, self.chain


class Rig:
    """A running server and a client's channel to it."""

    def __init__(
        self,
        *,
        level: str = "info",
        call_limits: CallLimits | None = None,
        transport: TransportLimits | None = None,
        reflection: ReflectionLimits | None = None,
    ) -> None:
        self.echo = Echo()
        self.tokens = Tokens()
        self.drain = Drain()
        self.metrics = telemetry.Metrics()
        self.log = StringIO()
        self.certificate = Certificate()
        telemetry.configure_logging(level=level, stream=self.log)
        self.recorder = Recorder(self.metrics, telemetry.logger("rpc"))
        concerns = Concerns(
            authenticator=self.tokens,
            make_caller=TestCaller,
            drain=self.drain,
            recorder=self.recorder,
            limits=call_limits or CallLimits(),
        )
        services = [Service(ECHO, self.echo)]
        everything = [
            *services,
            health_service(services, self.drain),
            *reflection_services(services, self.drain, limits=reflection or ReflectionLimits()),
        ]
        self.pipeline = Pipeline(everything, concerns, permissions=PERMISSIONS)
        self.server = listen.build(self.pipeline, transport)

    async def __aenter__(self) -> Self:
        self.port = listen.listen(self.server, "127.0.0.1:0", self.certificate)
        await self.server.start()
        self.channel = self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()
        await self.server.stop(None)

    def connect(self, **options: int) -> grpc.aio.Channel:
        credentials = grpc.ssl_channel_credentials(self.certificate.chain)
        arguments = [(f"grpc.{key}", value) for key, value in options.items()]
        return grpc.aio.secure_channel(f"localhost:{self.port}", credentials, options=arguments)

    def method(self, name: str, channel: grpc.aio.Channel | None = None) -> Any:
        """The client's side of an RPC of the echo service."""
        up, down = _KINDS.get(name, (False, False))
        kind = f"{'stream' if up else 'unary'}_{'stream' if down else 'unary'}"
        make = getattr(channel or self.channel, kind)
        return make(
            f"/certmanager.test.EchoService/{name}",
            request_serializer=Request.SerializeToString,
            response_deserializer=Response.FromString,
        )

    def raw(self, path: str) -> Any:
        """The client's side of any path, with octets for messages."""
        return self.channel.unary_unary(path)

    @property
    def health(self) -> Any:
        """A client of the health service."""
        return health_pb2_grpc.HealthStub(self.channel)

    def lines(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def calls(self) -> list[dict[str, Any]]:
        """The access log so far, with the lines that the server would write in its next turn."""
        self.recorder.flush()
        return [line for line in self.lines() if line["event"] == "rpc"]


def bearer(token: str = TOKEN) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


def asking(profile_id: str = UUID, **fields: Any) -> Any:
    """A request that breaks no rule."""
    return Request(profile_id=profile_id, **fields)


def rpc_status(error: Any) -> Status:
    """The status in the trailers of a failed call."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            return Status.FromString(value)
    raise AssertionError("the status has no details")


def detail(status: Status, name: str) -> Any:
    """The one detail of that name; fails if there is none or more than one."""
    (found,) = [each for each in status.details if each.type_url.endswith(f".{name}")]
    message = getattr(error_details_pb2, name)()
    assert found.Unpack(message)
    return message


def detail_names(status: Status) -> list[str]:
    return [each.type_url.rpartition(".")[2] for each in status.details]


async def until(condition: Callable[[], bool]) -> None:
    """Returns once the condition holds; fails after five seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.005)


async def failure(call: Any) -> tuple[grpc.StatusCode, Status]:
    """How a call failed; fails if it did not."""
    try:
        if hasattr(call, "read"):
            while await call.read() is not grpc.aio.EOF:
                pass
        else:
            await call
    except grpc.aio.AioRpcError as error:
        return error.code(), rpc_status(error)
    raise AssertionError("the call succeeded")
