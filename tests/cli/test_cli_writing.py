"""Files that commands write: nothing is overwritten, no secret is lost, no signal leaves a mess."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from certmanager.v1.access_pb2 import AccessToken
from certmanager.v1.access_service_pb2 import CreateAccessTokenResponse
from certmanager_client.cli.contexts import kept as contexts
from certmanager_client.cli.contexts.kept import Context
from certmanager_client.cli.terminal.signals import ending_in_order, hold
from certmanager_client.cli.terminal.writing import FileFault, Lost, Place, reserved, write_whole
from tests.cli.commands import PROGRAM, Desk, desk_at
from tests.serving import Live

NO_ID = "01a208fb-0dd8-7000-ab96-668465ddbc49"
PEM = "-----BEGIN CERTIFICATE-----"


@pytest.fixture
def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, in an empty directory."""
    home = tmp_path / "desk"
    home.mkdir()
    return desk_at(sqlite_live, home)


@pytest.fixture
async def outside(desk: Desk) -> str:
    """A CA that waits for an outside one, so that it has a CSR."""
    await desk.done("ca", "create", "outside", "--outside")
    return "outside"


async def test_a_chain_overwrites_no_file(desk: Desk) -> None:
    """It may be a key that has this name."""
    (desk.home / "key").write_text("older")
    outcome = await desk.run("ca", "chain", "issuing", "--out", "key")
    told = "certmanager: key is there already; --force replaces what is there\n"
    assert (outcome.code, outcome.err, (desk.home / "key").read_text()) == (2, told, "older")


async def test_a_csr_overwrites_no_file(desk: Desk, outside: str) -> None:
    """Likewise."""
    (desk.home / "key").write_text("older")
    outcome = await desk.run("ca", "csr", outside, "--out", "key")
    assert (outcome.code, (desk.home / "key").read_text()) == (2, "older")


async def test_force_replaces_a_link_and_not_what_it_names(desk: Desk) -> None:
    """Somebody else may have put it there."""
    (desk.home / "key").write_text("older")
    (desk.home / "link").symlink_to(desk.home / "key")
    await desk.done("ca", "chain", "issuing", "--out", "link", "--force")
    assert (desk.home / "key").read_text() == "older"
    assert (desk.home / "link").read_text().startswith(PEM)


async def test_a_file_is_written_beside_the_json(desk: Desk, outside: str) -> None:
    """Both were asked for."""
    told = json.loads(await desk.done("ca", "csr", outside, "--out", "csr", "--json"))
    assert (desk.home / "csr").read_text().strip() == told["csr"].strip()
    told = json.loads(await desk.done("ca", "chain", "issuing", "--out", "chain", "--json"))
    assert told["certificate"].strip() in (desk.home / "chain").read_text()


@pytest.fixture
async def certificate(desk: Desk) -> str:
    """The id of a certificate."""
    told = await desk.told("issue", "--profile", "tls-server", "--dns", "a.example.com")
    return str(told["certificate"]["certificateId"])


async def test_json_is_one_document(desk: Desk, certificate: str) -> None:
    """The PEM is in it; a script could not read what stands after it."""
    told = json.loads(await desk.done("get", certificate, "--json", "--out", "-"))
    assert PEM in told["certificate"]["certificate"]


async def test_a_text_stands_before_the_pem(desk: Desk, certificate: str) -> None:
    """As openssl's."""
    told = await desk.done("get", certificate, "--text", "--out", "-")
    assert told.index("serial number:") < told.index(PEM)
    assert "serial number:" not in await desk.done("get", certificate, "--out", "-")


async def test_a_key_without_its_certificate_is_told_of(desk: Desk) -> None:
    """Whoever says only where the key goes may expect more."""
    outcome = await desk.run("issue", "--profile", "tls-server", "--dns", "a.example.com", "--key-out", "k")
    assert (outcome.code, [one.name for one in desk.home.iterdir()]) == (0, ["k"])
    assert "the certificate itself is written nowhere; `certmanager get " in outcome.err


async def test_all_files_that_are_there_are_told_at_once(desk: Desk) -> None:
    """And not one after the other."""
    for name in ("a.example.com.key", "a.example.com.crt"):
        (desk.home / name).touch()
    outcome = await desk.run("issue", "--profile", "tls-server", "--dns", "a.example.com")
    told = "a.example.com.key, a.example.com.crt are there already; --force replaces what is there"
    assert (outcome.code, outcome.err) == (2, f"certmanager: {told}\n")


async def tokens(desk: Desk) -> int:
    return len((await desk.told("token", "list", "--limit", "0"))["accessTokens"])


async def test_no_token_is_made_on_a_full_disk(desk: Desk) -> None:
    """Its place is reserved first, with room."""
    before = await tokens(desk)
    limited = Desk(desk.home, desk.variables, ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *PROGRAM))
    outcome = await limited.run("token", "create", "owner", "--out", "token")
    assert (outcome.code, outcome.err) == (2, "certmanager: cannot write token: file too large\n")
    assert (await tokens(desk), list(desk.home.iterdir())) == (before, [])


async def test_a_token_is_kept_for_its_owner(desk: Desk) -> None:
    """And shown nowhere else."""
    shown = await desk.done("token", "create", "owner", "--out", "token")
    secret = (desk.home / "token").read_text()
    assert (secret.strip() in shown, stat.S_IMODE((desk.home / "token").stat().st_mode)) == (False, 0o600)
    await desk.with_(CERTMANAGER_TOKEN=secret).done("whoami")


async def test_a_token_replaces_no_file(desk: Desk) -> None:
    """Then none is made."""
    (desk.home / "token").write_text("older")
    before = await tokens(desk)
    outcome = await desk.run("token", "create", "owner", "--out", "token")
    assert (outcome.code, outcome.err) == (2, "certmanager: token is there already\n")
    assert ((desk.home / "token").read_text(), await tokens(desk)) == ("older", before)


def broken(*_: object, **__: object) -> int:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("rescue", "told"), [(True, "what belongs there is in "), (False, "`certmanager token revoke 7`")]
)
def test_a_token_that_cannot_be_written_is_not_lost_silently(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    rescue: bool,
    told: str,
) -> None:
    """It is elsewhere, or is to be revoked."""
    import typer  # noqa: PLC0415 - what a command ends with

    from certmanager_client.cli.access.token import _publish  # noqa: PLC0415 - the part that has the answer

    (tmp_path / "rescue").mkdir()
    answer = CreateAccessTokenResponse(access_token=AccessToken(id="7"), secret="cm_secret")
    with reserved([Place(tmp_path / "token", secret=True)]) as (file,):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "rescue"))
        monkeypatch.setattr("os.pwrite", broken)
        if not rescue:
            monkeypatch.setattr("tempfile.mkstemp", broken)
        with pytest.raises(typer.Exit) as caught:
            _publish(file, answer)
    assert (caught.value.exit_code, told in capsys.readouterr().err) == (1, True)
    assert [one.read_text() for one in (tmp_path / "rescue").iterdir()] == ["cm_secret\n"] * rescue


def test_what_cannot_be_kept_anywhere_is_told_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is a fault of the file like others, so that the rest is written."""
    with reserved([Place(tmp_path / "key")]) as (file,):
        monkeypatch.setattr("os.pwrite", broken)
        monkeypatch.setattr("tempfile.mkstemp", broken)
        with pytest.raises(Lost, match="what belongs there is lost") as caught:
            file.publish(b"key")
    assert isinstance(caught.value, FileFault)


def test_a_whole_file_is_replaced_or_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing between."""
    (tmp_path / "file").write_text("older")
    monkeypatch.setattr("os.pwrite", broken)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "file", b"newer")
    assert [one.read_text() for one in tmp_path.iterdir()] == ["older"]


class Silent(grpc.GenericRpcHandler):
    """A server that takes a call and does not answer it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._answer)

    async def _answer(self, request: bytes, context: Any) -> bytes:
        self.asked.set()
        await asyncio.Event().wait()
        return b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_during_the_call_leaves_no_file(tmp_path: Path, number: signal.Signals) -> None:
    """What was reserved goes with the program."""
    silent, server = Silent(), grpc.aio.server()
    server.add_generic_rpc_handlers((silent,))
    context = Context(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}", token="x", insecure=True)
    await server.start()
    desk = Desk(tmp_path)
    contexts.change(desk.contexts, lambda kept: kept.with_("a", context))
    (tmp_path / "out").mkdir()
    process = await asyncio.create_subprocess_exec(
        *(*PROGRAM, "issue", "--profile", NO_ID, "--dns", "a", "--out-dir", "out"),
        cwd=tmp_path,
        env=desk.environment(),
        stderr=asyncio.subprocess.PIPE,
    )
    await asyncio.wait_for(silent.asked.wait(), 60)
    held = list((tmp_path / "out").iterdir())
    process.send_signal(number)
    _, err = await asyncio.wait_for(process.communicate(), 60)
    await server.stop(None)
    assert (process.returncode, err, len(held)) == (128 + number, b"", 3)
    assert list((tmp_path / "out").iterdir()) == []


HELD = """
import os, signal, sys
from pathlib import Path
from certmanager_client.cli.terminal.signals import hold
from certmanager_client.cli.terminal.writing import Place, reserved
with reserved([Place(Path("key"), secret=True)]) as (file,):
    hold()
    os.kill(os.getpid(), int(sys.argv[1]))
    file.publish(b"key")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_after_the_answer_waits_for_the_files(tmp_path: Path, number: int) -> None:
    """The key is in no other answer."""
    outcome = await Desk(tmp_path, program=(sys.executable, "-c", HELD)).run(int(number))
    assert (outcome.code, (tmp_path / "key").read_bytes()) == (128 + number, b"key")


def interrupt_held() -> None:
    with ending_in_order():
        hold()
        os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_that_was_held_ends_the_block() -> None:
    """It is not forgotten; and afterwards signals do what they did before."""
    former = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interrupt_held()
    assert signal.getsignal(signal.SIGINT) is former


def test_a_signal_that_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As nohup wants it."""
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_in_order():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, former)
