"""Which server, whom to trust and as whom: what beats what, and what is refused at once."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from certmanager.v1.access_service_pb2 import WhoAmIRequest
from certmanager_client import ApiError, Client, Target
from certmanager_client.cli.contexts import kept as contexts
from certmanager_client.cli.contexts import targets
from certmanager_client.cli.contexts.kept import Context, Contexts, ContextsFault
from certmanager_client.cli.contexts.targets import Unresolved
from certmanager_client.cli.terminal.options import Options
from certmanager_client.connecting import connection_failure, is_lasting
from tests.cli.commands import Desk, desk_at
from tests.serving import Live

NO_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n"


async def test_no_proxy_gets_a_token_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loopback here is another machine to a proxy, and TLS does not hide the token."""
    got: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()[1]
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    for name in ("no_proxy", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with server, Client(Target(f"127.0.0.1:{nobody}", token="cm_x", insecure=True)) as client:
        with pytest.raises(ApiError):
            await client.call(client.access.WhoAmI, WhoAmIRequest(), timeout=1)
    assert got == []


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A context ``prod`` with its own roots, and an environment that names another CA file."""
    file = tmp_path / "contexts.json"
    kept = Contexts("prod", {"prod": Context("ca.example:1", "ROOTS", "cm_kept")})
    contexts.change(file, lambda _: kept)
    return {"CERTMANAGER_CLIENT_CONFIG": str(file), "CERTMANAGER_CA_FILE": "nowhere.pem"}


def test_a_named_context_brings_its_ca_certificates(environment: dict[str, str]) -> None:
    """Whatever the environment says."""
    assert targets.target(Options(context="prod"), environment).roots == b"ROOTS"


def test_the_environment_s_ca_file_beats_the_current_context(environment: dict[str, str]) -> None:
    """As it beats its address."""
    with pytest.raises(Unresolved, match=r"cannot read the CA file nowhere\.pem"):
        targets.target(Options(), environment)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (NO_CERTIFICATE, "holds a certificate that cannot be read"),
        ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "cannot be read"),
        ("-----BEGIN CERTIFICATE-----\n", "holds no PEM certificate"),
        ("\0\xff", "holds no PEM certificate"),
    ],
)
async def test_a_broken_ca_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    """Before anything is sent: it is a matter of the command line, and not of the server."""
    (tmp_path / "ca.pem").write_text(text, encoding="latin-1")
    desk = Desk(tmp_path).with_(CERTMANAGER_TOKEN="cm_x")
    outcome = await desk.run("whoami", "--address", "127.0.0.1:1", "--ca-file", "ca.pem")
    assert (outcome.code, told in outcome.err) == (2, True), outcome.err


async def test_roots_that_grpc_cannot_read_are_told() -> None:
    """Of a program that uses the library."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    target = Target(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", roots=NO_CERTIFICATE.encode())
    async with server, Client(target) as client:
        with pytest.raises(ApiError, match="the CA certificates to trust it by cannot be read") as caught:
            await client.call(client.access.WhoAmI, WhoAmIRequest(), timeout=10)
    assert caught.value.lasting


def test_a_name_with_several_addresses_is_told_of_whole() -> None:
    """The last address that was tried may tell nothing of the first."""
    import grpc  # noqa: PLC0415 - for its codes alone

    last, whole = "Connection refused", "Connection refused; CERTIFICATE_VERIFY_FAILED"
    told = connection_failure(grpc.StatusCode.UNAVAILABLE, last, "localhost:1", whole=whole)
    assert "not under the CA certificates" in told
    assert is_lasting(f"{last} {whole}")


async def test_a_reader_of_localhost_is_served(sqlite_live: Live, tmp_path: Path) -> None:
    """Its name is in the server's certificate, and gRPC looks it up as a host."""
    port = sqlite_live.app.endpoints["grpc"].rpartition(":")[2]
    desk = desk_at(sqlite_live, tmp_path).with_(CERTMANAGER_ADDRESS=f"localhost:{port}")
    assert (await desk.told("whoami"))["identity"]["name"] == "owner"


@pytest.mark.parametrize("link", ["regular", "linked"])
def test_a_link_in_the_file_s_place_is_followed(tmp_path: Path, link: str) -> None:
    """Else the file that it names would keep the token that was to be forgotten."""
    real, file = tmp_path / "dotfiles.json", tmp_path / "contexts.json"
    contexts.change(real, lambda _: Contexts("a", {"a": Context("a:1", token="cm_secret")}))
    if link == "linked":
        file.symlink_to(real)
    else:
        file = real
    contexts.change(file, lambda kept: kept.without("a"))
    assert "cm_secret" not in real.read_text()
    assert file.is_symlink() == (link == "linked")


def test_changes_at_once_are_all_kept(tmp_path: Path) -> None:
    """Each process reads under the lock what the one before it wrote."""
    file = tmp_path / "contexts.json"
    started = []
    for number in range(8):
        if (child := os.fork()) == 0:
            for turn in range(8):
                name = f"{number}-{turn}"
                contexts.change(file, lambda kept, name=name: kept.with_(name, Context("a:1")))  # type: ignore[misc]
            os._exit(0)
        started.append(child)
    assert [os.waitpid(child, 0)[1] for child in started] == [0] * 8
    assert len(contexts.read(file).by_name) == 64


async def test_a_context_that_is_made_during_a_login_is_kept(sqlite_live: Live, tmp_path: Path) -> None:
    """The contexts are read anew after the server's answer."""
    desk = Desk(tmp_path)
    ca, address = sqlite_live.directory / "ca.pem", sqlite_live.app.endpoints["grpc"]
    logins = [
        desk.run(
            "login", address, "--ca-file", ca, "--context", name, "--token-file", "-", stdin=sqlite_live.owner
        )
        for name in "abc"
    ]
    assert [each.code for each in await asyncio.gather(*logins)] == [0, 0, 0]
    assert set(contexts.read(desk.contexts).by_name) == set("abc")


def test_a_pipe_in_the_file_s_place_is_refused(tmp_path: Path) -> None:
    """And not waited for."""
    os.mkfifo(tmp_path / "contexts.json", 0o600)
    with pytest.raises(ContextsFault, match="is no regular file"):
        contexts.read(tmp_path / "contexts.json")


def test_another_user_s_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wrote it says where tokens are sent."""
    file = tmp_path / "contexts.json"
    contexts.change(file, lambda kept: kept)
    monkeypatch.setattr("os.geteuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(ContextsFault, match="is another user's"):
        contexts.read(file)


def test_directories_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    """Those above as well."""
    contexts.change(tmp_path / "a" / "b" / "contexts.json", lambda kept: kept)
    assert {stat.S_IMODE((tmp_path / each).stat().st_mode) for each in ("a", "a/b")} == {0o700}


@pytest.mark.parametrize(
    "address",
    ["unix:/run/x:1", "dns:///ca:1", "ipv4:1.2.3.4:1", "a b:1", "[ca]:1", "[::1:1", "::1:1", "ä:1", "a%:1"],
)
def test_an_address_is_a_host_and_no_uri(address: str) -> None:
    """gRPC understands more than a user should be able to say by mistake."""
    with pytest.raises(ValueError, match=r"is no host|must be HOST:PORT"):
        Target(address)


@pytest.mark.parametrize("host", ["unix", "dns", "ca.example", "192.0.2.1"])
def test_a_host_that_is_called_as_a_scheme_is_a_host(host: str) -> None:
    """It is looked up like any other."""
    assert Target(f"{host}:1").uri == f"dns:///{host}:1"


def test_an_ipv6_address_stands_in_brackets() -> None:
    """As in URIs."""
    assert Target("[::1]:1", insecure=True).uri == "[::1]:1"


def test_a_target_shows_no_roots() -> None:
    """They are long."""
    assert "ROOTS" not in repr(Target("a:1", roots=b"ROOTS"))


def test_what_a_context_cannot_be_is_told() -> None:
    """As a Target tells it."""
    with pytest.raises(Unresolved, match="loopback"):
        targets.of_context(replace(Context("a:1"), insecure=True))
