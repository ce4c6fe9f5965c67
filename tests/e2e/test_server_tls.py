"""The server's own TLS: whom it names, how its certificate is renewed, and certificates of one's own."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from cryptography import x509

from server.app import application
from server.clock import utc_now
from server.config import load
from tests.e2e.processes import PATIENCE, Process, issue, run, serving


def handshake(target: str, ca: Path, name: str = "localhost", **client: Any) -> x509.Certificate:
    """The certificate that a client is shown which trusts ``ca`` and wants ``name``; raises as ssl does."""
    context = ssl.create_default_context(cafile=ca)
    context.set_alpn_protocols(["h2"])
    if client:
        context.load_cert_chain(**client)
    host, port = target.rsplit(":", 1)
    with (
        socket.create_connection((host, int(port)), timeout=PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        assert secured.selected_alpn_protocol() == "h2"
        der = secured.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der)


@dataclass(frozen=True, slots=True)
class Pair:
    """A self-signed certificate for localhost and its key, made by OpenSSL."""

    certificate: Path
    key: Path

    @classmethod
    def make(cls, directory: Path, *options: str) -> Pair:
        directory.mkdir()
        pair = cls(directory / "tls.crt", directory / "tls.key")
        encryption = options or ("-nodes",)
        kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *encryption)
        names = ("-subj", "/CN=own", "-addext", "subjectAltName=DNS:localhost", "-days", "1")
        files = ("-keyout", str(pair.key), "-out", str(pair.certificate))
        subprocess.run(["openssl", "req", "-x509", *kind, *names, *files], check=True, capture_output=True)
        return pair

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("--tls-cert", str(self.certificate), "--tls-key", str(self.key))

    @property
    def serial(self) -> int:
        return x509.load_pem_x509_certificate(self.certificate.read_bytes()).serial_number


NAMES = ["localhost", "127.0.0.1", "::1", "ca.acme.test", "192.0.2.7"]


@pytest.mark.parametrize("name", NAMES)
def test_ca_pem_is_enough_to_trust_the_server(shared: Process, name: str) -> None:
    """By each name of this machine, and those of --server-names."""
    assert handshake(shared.target, shared.directory / "ca.pem", name)


def test_no_other_name_is_claimed(shared: Process) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(shared.target, shared.directory / "ca.pem", "elsewhere.test")


def test_plaintext_is_not_spoken(shared: Process) -> None:
    channel = grpc.insecure_channel(shared.target)
    with channel, pytest.raises(grpc.FutureTimeoutError):
        grpc.channel_ready_future(channel).result(timeout=1)


def test_no_old_tls_is_spoken(shared: Process) -> None:
    context = ssl.create_default_context(cafile=shared.directory / "ca.pem")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    host, port = shared.target.rsplit(":", 1)
    with (
        socket.create_connection((host, int(port)), timeout=PATIENCE) as plain,
        pytest.raises(OSError, match=r"EOF|ALERT|reset"),  # what the server does, not our own refusal
    ):
        context.wrap_socket(plain, server_hostname="localhost")


async def test_the_certificate_is_renewed_by_itself(tmp_path: Path) -> None:
    """Two thirds through its 30 days a handshake meets a new one, under the same ca.pem; no sooner."""
    now = utc_now() - timedelta(days=25)
    free = {"grpc_address": "127.0.0.1:0", "http_address": "", "metrics_address": "", "drain_delay": 0}
    settings = load({"data_dir": tmp_path / "data", **free}, {})
    async with application(settings, clock=lambda: now) as app:
        ca, target = settings.data_dir / "ca.pem", app.endpoints["grpc"]
        trusted, first = ca.read_bytes(), await _handshake(target, ca)
        now += timedelta(days=19)
        assert (await _handshake(target, ca)).serial_number == first.serial_number
        now += timedelta(days=2)
        second = await _handshake(target, ca)
        assert second.serial_number != first.serial_number
        assert second.not_valid_before_utc > first.not_valid_before_utc
        assert ca.read_bytes() == trusted


async def _handshake(target: str, ca: Path) -> x509.Certificate:
    return await asyncio.to_thread(handshake, target, ca)


def test_a_pair_of_ones_own_is_served_and_replaced_on_disk(sqlite_copy: Path, tmp_path: Path) -> None:
    """While the new key is there and its certificate is not, the old pair is served."""
    mine, other = Pair.make(tmp_path / "mine"), Pair.make(tmp_path / "other")
    with serving(sqlite_copy, *mine.arguments) as process:
        assert handshake(process.target, mine.certificate).serial_number == mine.serial
        old = Path(shutil.copy(mine.certificate, tmp_path / "old.crt"))
        shutil.copy(other.key, mine.key)
        assert handshake(process.target, old).serial_number == mine.serial
        shutil.copy(other.certificate, mine.certificate)
        assert handshake(process.target, other.certificate).serial_number == other.serial


UNUSABLE = ["another's key", "no certificate", "an encrypted key", "a missing file"]


@pytest.mark.parametrize("what", UNUSABLE)
def test_an_unusable_pair_is_refused_at_the_start(sqlite_copy: Path, tmp_path: Path, what: str) -> None:
    """Nobody is asked for a password, and no start hangs."""
    options = ("-passout", "pass:hunter2") if what == "an encrypted key" else ()
    pair, other = Pair.make(tmp_path / "mine", *options), Pair.make(tmp_path / "other")
    if what == "another's key":
        shutil.copy(other.key, pair.key)
    elif what == "no certificate":
        pair.certificate.write_text("none")
    elif what == "a missing file":
        pair.key.unlink()
    done = run("serve", "--data-dir", sqlite_copy, *pair.arguments, "--grpc-address", "127.0.0.1:0")
    told = f"certmanager: {pair.certificate} and {pair.key} are not a PEM certificate and its key\n"
    assert (done.code, done.err) == (2, told)


@pytest.fixture(scope="module")
def clients_ca(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """What a client shows; being self-signed, also what the server trusts."""
    return Pair.make(tmp_path_factory.mktemp("clients") / "pair")


async def test_a_client_ca_demands_a_certificate(sqlite_copy: Path, clients_ca: Pair) -> None:
    """With one the call passes; the token is needed as ever."""
    with serving(sqlite_copy, "--client-ca", clients_ca.certificate) as process:
        shown = (clients_ca.key.read_bytes(), clients_ca.certificate.read_bytes())
        credentials = grpc.ssl_channel_credentials(process.ca, *shown)
        async with grpc.aio.secure_channel(process.target, credentials) as channel:
            assert (await issue(process, channel)).certificate.certificate_id
        async with process.channel() as channel:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await issue(process, channel)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_unusable_client_ca_is_refused(sqlite_copy: Path, tmp_path: Path, content: str | None) -> None:
    """Else the server would start and shut everybody out."""
    path = tmp_path / "clients.pem"
    if content is not None:
        path.write_text(content)
    done = run("serve", "--data-dir", sqlite_copy, "--client-ca", path, "--grpc-address", "127.0.0.1:0")
    assert (done.code, done.err) == (2, f"certmanager: cannot read the client CA {path}\n")
