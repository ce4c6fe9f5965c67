"""What is kept of calls: the access log, its redaction, the metrics page."""

from __future__ import annotations

import asyncio
import json
import logging
from io import StringIO
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.rpc.status_pb2 import Status

from certmanager.v1 import certificate_pb2, certificate_request_pb2, certificate_service_pb2, x509_pb2
from server import errors, telemetry
from server.api.call import current_call
from server.api.redact import redact
from server.web.metrics import metrics_app
from server.web.serving import serve
from tests.api.echoing import OTHER_TOKEN, TOKEN, UUID, Response, Rig, asking, bearer, failure

KEY = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"


async def test_line_tells_who_did_what_and_how_it_went(rig: Rig) -> None:
    """One JSON line a call, with everything that an operator asks for."""
    await rig.method("Unary")(asking(), metadata=bearer())
    (line,) = rig.calls()
    assert line["method"] == "certmanager.test.EchoService/Unary"
    assert (line["code"], line["reason"], line["level"]) == ("OK", "", "info")
    assert (line["identity"], line["identity_id"]) == ("olive", "id-1")
    assert line["received"] == line["sent"] == 2 + len(UUID)
    assert line["peer"].startswith(("ipv4:127.0.0.1", "ipv6:"))
    assert len(line["trace_id"]) == 32
    assert 0 < line["ms"] < 10_000


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (errors.Stale("it changed"), "warning"),
        (errors.Unavailable("the store is away"), "warning"),
        (RuntimeError("bug"), "error"),
    ],
)
async def test_our_faults_are_errors_and_the_clients_warnings(rig: Rig, error: Exception, level: str) -> None:
    """So that an alert on errors wakes nobody for a client's mistake."""

    async def fail(request: object, context: object) -> object:
        raise error

    rig.echo.on_unary = fail
    await failure(rig.method("Unary")(asking(), metadata=bearer()))
    assert rig.calls()[-1]["level"] == level


async def test_note_of_a_use_case_is_in_the_line_but_cannot_forge_it(rig: Rig) -> None:
    """The project is added; the identity cannot be overwritten."""

    async def note(request: object, context: object) -> object:
        current_call().note(project="p-1", identity="root")
        return Response()

    rig.echo.on_unary = note
    await rig.method("Unary")(asking(), metadata=bearer())
    assert (rig.calls()[-1]["project"], rig.calls()[-1]["identity"]) == ("p-1", "olive")


async def test_other_lines_of_the_call_carry_its_trace_id(rig: Rig) -> None:
    """A line written by the domain can be found by the trace id."""

    async def log(request: object, context: object) -> object:
        telemetry.logger("ra").info("something")
        return Response()

    rig.echo.on_unary = log
    await rig.method("Unary")(asking(), metadata=bearer())
    (something,) = [line for line in rig.lines() if line["event"] == "something"]
    assert something["trace_id"] == rig.calls()[-1]["trace_id"]


@pytest.mark.parametrize("level", ["debug", "info"])
async def test_no_key_and_no_token_in_the_log_at_any_level(level: str) -> None:
    """Neither in requests nor in responses, whether the call succeeds or fails."""
    async with Rig(level=level) as rig:

        async def deliver(request: object, context: object) -> object:
            return Response(certificate={"private_key": KEY, "certificate": "cert"})

        rig.echo.on_unary = deliver
        await rig.method("Unary")(asking(), metadata=bearer())
        await failure(rig.method("Unary")(asking(), metadata=bearer(OTHER_TOKEN)))
        await failure(rig.method("Unary")(asking("bad"), metadata=bearer()))
        text = rig.log.getvalue()
        assert "rpc" in text
        for secret in ("PRIVATE KEY", "canary", TOKEN, OTHER_TOKEN):
            assert secret not in text


async def test_request_is_logged_at_debug_level_only() -> None:
    """Payloads are for debugging."""
    for level, shown in (("debug", True), ("info", False)):
        async with Rig(level=level) as rig:
            await rig.method("Unary")(asking(), metadata=bearer())
            assert (UUID in rig.log.getvalue()) is shown


async def test_unreadable_values_do_not_break_the_debug_log() -> None:
    """A timestamp out of range cannot be written as JSON; the call succeeds all the same."""
    async with Rig(level="debug") as rig:
        request = asking()
        request.attributes.not_before.seconds = 2**62
        await rig.method("Collect")(request, metadata=bearer())
        assert rig.calls()[-1]["code"] == "OK"


def test_redaction_clears_marked_fields_at_any_depth() -> None:
    """The original keeps its key; the copy has none, and all the rest."""
    issued = certificate_pb2.IssuedCertificate(private_key=KEY, certificate="cert")
    bulk = certificate_service_pb2.IssueCertificatesResponse(
        correlation_id="1",
        response=certificate_service_pb2.IssueCertificateResponse(certificate=issued),
    )
    copy = redact(bulk)
    assert copy.response.certificate.private_key == ""
    assert (copy.correlation_id, copy.response.certificate.certificate) == ("1", "cert")
    assert bulk.response.certificate.private_key == KEY


def test_redaction_clears_every_form_of_a_key_but_the_sealed_one() -> None:
    """A PKCS #12 file and its password; what is sealed is no secret."""
    kem = x509_pb2.KEY_ENCAPSULATION_DHKEM_X25519_HKDF_SHA256
    sealed = certificate_pb2.SealedPrivateKey(kem=kem, enc=b"enc", ciphertext=b"ciphertext")
    handed_out = certificate_pb2.IssuedCertificate(pkcs12=b"canary", sealed_private_key=sealed)
    copy = redact(certificate_service_pb2.IssueCertificateResponse(certificate=handed_out)).certificate
    assert (copy.pkcs12, copy.sealed_private_key) == (b"", sealed)
    asked = certificate_service_pb2.IssueCertificateRequest(key_format=x509_pb2.KEY_FORMAT_PKCS12)
    shown = redact(asked)
    asked.key_password = "canary"
    assert redact(asked) == shown


def test_redaction_drops_what_it_cannot_see_into() -> None:
    """An Any, and a field that this version does not know, may hold anything."""
    request = certificate_request_pb2.CertificateRequest(id="1", error=Status(code=3, message="no"))
    request.error.details.add().Pack(certificate_pb2.IssuedCertificate(private_key=KEY))
    request.MergeFromString(b"\xfa\x7f\x06canary")
    copy = redact(request)
    assert (copy.id, copy.error.code) == ("1", 3)
    assert not copy.error.details
    assert b"canary" not in copy.SerializeToString()


def test_redaction_walks_lists_maps_and_types_that_hold_themselves() -> None:
    """A marked field is found wherever it is."""
    node = _node_class()
    tree = node(name="a", secret="canary")
    tree.children.add(name="b", secret="canary").children.add(name="c", secret="canary")
    tree.named["x"].secret = "canary"
    tree.named["x"].name = "d"
    copy = redact(tree)
    assert b"canary" not in copy.SerializeToString()
    assert copy.children[0].children[0].name == "c"
    assert copy.named["x"].name == "d"


def _node_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="certmanager/test/node.proto", package="certmanager.test", syntax="proto3"
    )
    message = file.message_type.add(name="Node")
    message.field.add(name="name", number=1, type=9, label=1)
    message.field.add(name="secret", number=2, type=9, label=1).options.debug_redact = True
    message.field.add(name="children", number=3, type=11, label=3, type_name=".certmanager.test.Node")
    entry = message.nested_type.add(name="NamedEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=9, label=1)
    entry.field.add(name="value", number=2, type=11, label=1, type_name=".certmanager.test.Node")
    message.field.add(name="named", number=4, type=11, label=3, type_name=".certmanager.test.Node.NamedEntry")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("certmanager.test.Node"))


async def test_metrics_count_calls_by_code_and_reason(rig: Rig) -> None:
    """The page has what was called, how it ended, how long it took, and the samples of other parts."""
    rig.metrics.sample("writer", lambda: {"batches_total": 7, "queue": 3})
    rig.metrics.certificates_issued.labels("RSA_2048").inc()
    await rig.method("Unary")(asking(), metadata=bearer())
    await failure(rig.method("Unary")(asking()))
    page = await _get(rig, "/metrics")
    method = 'method="certmanager.test.EchoService/Unary"'
    assert f'certmanager_rpc_total{{code="OK",{method},reason=""}} 1.0' in page
    assert f'code="UNAUTHENTICATED",{method},reason="CREDENTIALS_INVALID"}} 1.0' in page
    assert f"certmanager_rpc_seconds_count{{{method}}} 2.0" in page
    assert "certmanager_rpc_in_flight 0.0" in page
    assert "certmanager_writer_batches_total 7.0" in page
    assert "certmanager_writer_queue 3.0" in page
    assert 'certmanager_certificates_issued_total{key_algorithm="RSA_2048"} 1.0' in page


async def test_paths_made_up_by_clients_do_not_make_metrics(rig: Rig) -> None:
    """Unknown methods count as one, or a stranger could fill the memory."""
    for name in "abc":
        await failure(rig.raw(f"/made.up/{name}")(b""))
    page = await _get(rig, "/metrics")
    assert 'method="unknown"' in page
    assert "made.up" not in page


@pytest.mark.parametrize(
    ("path", "is_ready", "line"),
    [("/livez", False, "200 OK"), ("/readyz", True, "200 OK"), ("/readyz", False, "503 Service Unavailable")],
)
async def test_liveness_and_readiness(rig: Rig, path: str, line: str, *, is_ready: bool) -> None:
    """Alive while the loop turns; ready while calls are taken."""
    assert (await _get(rig, path, is_ready=is_ready)).startswith(f"HTTP/1.1 {line}")


async def _always() -> bool:
    return True


async def _get(rig: Rig, path: str, *, is_ready: bool = True) -> str:
    async def ready() -> bool:
        return is_ready

    server = await serve(metrics_app(rig.metrics.registry, ready), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    text = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    await server.stop()
    return text


async def test_taken_web_port_is_an_error(rig: Rig) -> None:
    """It is told to the one who starts the listener."""
    app = metrics_app(rig.metrics.registry, _always)
    server = await serve(app, "127.0.0.1", 0)
    with pytest.raises(OSError, match="in use"):
        await serve(app, "127.0.0.1", server.port)
    await server.stop()


def test_console_form_and_library_lines() -> None:
    """Lines of the standard library come out in the same JSON; a terminal may have text."""
    stream = StringIO()
    telemetry.configure_logging(stream=stream)
    logging.getLogger("uvicorn").error("no %s", "luck")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["logger"], line["level"]) == ("no luck", "uvicorn", "error")
    telemetry.configure_logging(form=telemetry.LogForm.CONSOLE, stream=(text := StringIO()))
    telemetry.logger("x").info("hello", n=1)
    assert "hello" in text.getvalue()
