"""``certmanager agent`` as a process beside a TLS server, over renewals and a restart of the CA."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.config import Settings
from tests.agent.keeping import eventually, loads
from tests.cli.commands import Desk, desk_at
from tests.ordering import open_policy
from tests.serving import Live, running

_TLS_SERVER = Path(__file__).with_name("tls_server.py")
_FRESH = ("--ttl", "60s", "--renew-before", "53s")
"""Renewed every three seconds: a certificate is used for a twentieth of its lifetime."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def process(*arguments: object, **how: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program that runs until the block is left."""
    started = await asyncio.create_subprocess_exec(
        *map(str, arguments), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, **how
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


def agent(desk: Desk, *arguments: object) -> Any:
    return process(*desk.program, "agent", *arguments, env=desk.environment(), cwd=desk.home)


@dataclass(slots=True)
class Visitor:
    """Makes one handshake after another, reads the files meanwhile, and counts."""

    port: int
    live: Path
    anchor: str
    serials: set[str] = field(default_factory=set)
    visits: int = 0

    async def visit(self) -> None:
        """For ever. Raises what goes wrong."""
        context = ssl.create_default_context(cadata=self.anchor)
        while True:
            loads(self.live)
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.port, ssl=context, server_hostname="localhost"
            )
            shown: Any = writer.get_extra_info("ssl_object").getpeercert()
            assert await reader.readline() == b"hello\n"
            writer.close()
            self.serials.add(shown["serialNumber"])
            self.visits += 1
            await asyncio.sleep(0.01)

    def has_seen(self, count: int) -> bool:
        return len(self.serials) >= count


async def profile_of(live: Live) -> str:
    return await live.profile(policy=open_policy())


async def test_no_handshake_fails_over_renewals_and_a_restart_of_the_ca(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    """Key and certificate belong together at every look, and each new certificate is served by itself."""
    settings = sqlite_settings.model_copy(update={"grpc_address": f"127.0.0.1:{free_port()}"})
    root = tmp_path / "web"
    async with running(settings) as live:
        desk = desk_at(live, tmp_path)
        order = (
            "--dir",
            root,
            "--profile",
            await profile_of(live),
            "--name",
            "localhost",
            "--dns",
            "localhost",
        )
        await desk.done("agent", *order, *_FRESH, "--ext-key-usage", "server_auth", "--once")
    async with process(sys.executable, _TLS_SERVER, root / "live") as web:
        assert web.stdout
        port = int(await web.stdout.readline())
        visitor = Visitor(port, root / "live", (root / "ca.pem").read_text())
        visits = asyncio.create_task(visitor.visit())
        reload = ("--reload-command", f"kill -HUP {web.pid}")
        async with agent(desk, *order, *_FRESH, *reload):
            for seen in (2, 3):
                async with running(settings):
                    await eventually(partial(visitor.has_seen, seen))
        assert not visits.done(), visits.exception()
        visits.cancel()
    assert visitor.visits > 20


async def test_a_reload_command_that_fails_is_tried_again(sqlite_live: Live, tmp_path: Path) -> None:
    """And the files stay: it is the service that is late, not its certificate."""
    root, desk = tmp_path / "web", desk_at(sqlite_live, tmp_path)
    told = tmp_path / "told"
    command = f'test -e {tmp_path}/ready && echo "$CERTMANAGER_LIVE $CERTMANAGER_TOKEN" > {told}'
    order = ("--dir", root, "--profile", await profile_of(sqlite_live), "--name", "web.example.com")
    async with agent(desk, *order, "--reload-command", command, "--reload-shell") as running_agent:
        await eventually((root / "live").exists)
        loads(root / "live")
        assert running_agent.stderr
        while b"reload command failed" not in await running_agent.stderr.readline():
            pass
        (tmp_path / "ready").touch()
        await eventually(lambda: told.exists() and told.read_text().endswith("\n"))
    assert told.read_text().strip() == str((root / "live").resolve())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_when_it_is_told_to(sqlite_live: Live, tmp_path: Path, number: signal.Signals) -> None:
    """With the status 0: that is what was asked for."""
    root, desk = tmp_path / "web", desk_at(sqlite_live, tmp_path)
    order = ("--dir", root, "--profile", await profile_of(sqlite_live), "--name", "web.example.com")
    async with agent(desk, *order) as running_agent:
        await eventually((root / "live").exists)
        running_agent.send_signal(number)
        assert await asyncio.wait_for(running_agent.wait(), 20) == 0


async def test_it_goes_on_by_its_present_certificate(sqlite_settings: Settings, tmp_path: Path) -> None:
    """Begun with a token, it needs none for its renewals: each certificate gets the next one."""
    settings, root = sqlite_settings.model_copy(update={"mtls_address": "127.0.0.1:0"}), tmp_path / "web"
    async with running(settings) as live:
        token = await live.token("web", roles={live.ids["project_id"]: "REQUESTER"})
        desk = desk_at(live, tmp_path, token=token)
        order = ("--dir", root, "--profile", await profile_of(live), "--name", "web.example.com", *_FRESH)
        await desk.done("agent", *order, "--ext-key-usage", "client_auth", "--once")
        mutual = desk.with_(CERTMANAGER_ADDRESS=live.app.endpoints["mtls"], CERTMANAGER_TOKEN="")
        async with agent(mutual, *order, "--mtls"):
            await eventually(lambda: len(list((root / "versions").glob("[!.]*"))) == 3)


async def test_two_agents_do_not_share_a_directory(sqlite_live: Live, tmp_path: Path) -> None:
    """The second one ends at once, and touches nothing."""
    root, desk = tmp_path / "web", desk_at(sqlite_live, tmp_path)
    order = ("--dir", root, "--profile", await profile_of(sqlite_live), "--name", "web.example.com")
    async with agent(desk, *order):
        await eventually((root / "live").exists)
        second = await desk.run("agent", *order, "--once")
    assert second.code == 2
    assert "another agent" in second.err


async def test_what_it_does_is_told_in_lines(sqlite_live: Live, tmp_path: Path) -> None:
    """With --json one document a line on stderr, and stdout is left alone."""
    desk = desk_at(sqlite_live, tmp_path)
    order = (
        "--dir",
        tmp_path / "web",
        "--profile",
        await profile_of(sqlite_live),
        "--name",
        "web.example.com",
    )
    outcome = await desk.run("agent", *order, "--once", "--json")
    events = [json.loads(line)["event"] for line in outcome.err.splitlines()]
    assert events == ["new files are in use"]
    assert not outcome.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "say which certificate to keep"),
        (("--certificate", "x"), "no ID"),
        (("--certificate", "0" * 8 + "-0000-7000-8000-" + "0" * 12, "--name", "x"), "they go with --profile"),
        (("--profile", "web", "--server-key", "--reuse-key"), "makes each key anew"),
        (("--profile", "web", "--open-with", "k.pem"), "it needs --server-key"),
        (("--profile", "web", "--mode", "0644"), "--mode must be like 0640"),
        (("--profile", "web", "--owner", "nobody-has-this-name"), "no such user"),
        (("--profile", "web", "--client-cert", "c.pem"), "go together"),
        (("--profile", "web", "--mtls"), "no certificate to show yet"),
        (("--profile", "web", "--reload-command", "a 'b"), "cannot be read"),
    ],
)
async def test_what_contradicts_itself_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """Before anything is asked or written."""
    desk = Desk(tmp_path).with_(CERTMANAGER_ADDRESS="127.0.0.1:9", CERTMANAGER_TOKEN="cm_x")
    outcome = await desk.run("agent", "--dir", tmp_path / "web", *arguments)
    assert outcome.code == 2, outcome.err
    assert sentence in outcome.err
