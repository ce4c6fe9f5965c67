"""login, logout and context: what is kept, how, and that a token goes nowhere else."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import stat
from pathlib import Path

import pytest

from server.app import application
from server.config import Settings
from tests.cli.commands import PROGRAM, Desk, Outcome
from tests.serving import Live


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def log_in(desk: Desk, live: Live, *more: str, token: str | None = None) -> Outcome:
    address, ca = live.app.endpoints["grpc"], live.directory / "ca.pem"
    given = ("--token-file", "-")
    return await desk.run("login", address, "--ca-file", ca, *given, *more, stdin=token or live.owner)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_file_of_contexts_is_for_its_owner_alone(desk: Desk, sqlite_live: Live) -> None:
    assert (await log_in(desk, sqlite_live)).code == 0
    assert (mode(desk.contexts), mode(desk.contexts.parent)) == (0o600, 0o700)


async def test_login_tells_who_one_is_and_where(desk: Desk, sqlite_live: Live) -> None:
    address = sqlite_live.app.endpoints["grpc"]
    outcome = await log_in(desk, sqlite_live)
    assert outcome == Outcome(0, f"you are 'owner' at {address}; the context is '{address}'\n", "")


async def test_after_login_a_command_needs_nothing_else(desk: Desk, sqlite_live: Live) -> None:
    """Not even the CA file, which may be moved: its certificates are kept."""
    ca = sqlite_live.directory / "ca.pem"
    await log_in(desk, sqlite_live)
    ca.rename(ca.with_suffix(".moved"))
    assert (await desk.told("whoami"))["identity"]["name"] == "owner"


async def test_a_token_that_the_server_refuses_is_not_kept(desk: Desk, sqlite_live: Live) -> None:
    outcome = await log_in(desk, sqlite_live, token="cm_wrong")
    assert (outcome.code, desk.contexts.exists()) == (5, False)


async def test_the_token_is_never_shown(desk: Desk, sqlite_live: Live) -> None:
    """By no command that shows contexts, for people or for scripts."""
    told = [(await log_in(desk, sqlite_live, "--json")).out]
    for command in (("list",), ("show",)):
        told += [await desk.done("context", *command), await desk.done("context", *command, "--json")]
    assert all(told)
    assert not [text for text in told if sqlite_live.owner in text or "PRIVATE" in text]


async def test_a_file_that_others_can_read_is_refused(desk: Desk, sqlite_live: Live) -> None:
    await log_in(desk, sqlite_live)
    desk.contexts.chmod(0o640)
    outcome = await desk.run("whoami")
    assert outcome.code == 2
    assert "others than you can use it" in outcome.err
    assert sqlite_live.owner not in outcome.err


BROKEN = {
    "not JSON": "{",
    "another version": '{"version": 9, "current": "", "contexts": {}}',
    "not an object": "[]",
    "an unknown part": '{"version": 1, "current": "a", "contexts": {"a": {"address": "a:1", "tok": ""}}}',
    "a number": '{"version": 1, "current": "a", "contexts": {"a": {"address": 1, "token": "cm_s"}}}',
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_file_is_a_sentence(desk: Desk, case: str) -> None:
    """Which quotes nothing of what may be a token."""
    desk.contexts.parent.mkdir()
    desk.contexts.touch(mode=0o600)
    desk.contexts.write_text(BROKEN[case])
    outcome = await desk.run("whoami")
    assert outcome == Outcome(2, "", f"certmanager: {desk.contexts} is not a file of contexts\n")


async def test_logging_in_anew_keeps_the_mode(desk: Desk, sqlite_live: Live) -> None:
    """The file is replaced, not written over."""
    await log_in(desk, sqlite_live)
    number = desk.contexts.stat().st_ino
    await log_in(desk, sqlite_live, "--context", "prod")
    assert desk.contexts.stat().st_ino != number
    assert mode(desk.contexts) == 0o600
    assert sorted(json.loads(desk.contexts.read_text())["contexts"]) == sorted(
        ("prod", sqlite_live.app.endpoints["grpc"])
    )
    names = {each.name for each in desk.contexts.parent.iterdir()}
    assert names == {"contexts.json", ".contexts.json.lock"}


async def test_without_tls_on_this_machine(desk: Desk, sqlite_settings: Settings) -> None:
    """The context remembers that, too."""
    plain = sqlite_settings.model_copy(update={"insecure_loopback": True})
    async with application(plain) as app:
        token = (plain.data_dir / "owner.token").read_text()
        command = ("login", app.endpoints["grpc"], "--insecure-loopback", "--token-file", "-")
        await desk.done(*command, stdin=token)
        assert (await desk.told("whoami"))["identity"]["name"] == "owner"


async def test_without_tls_to_no_other_machine(desk: Desk) -> None:
    """And the token is not sent."""
    outcome = await desk.run(
        "login", "ca.example:1", "--insecure-loopback", "--token-file", "-", stdin="cm_x"
    )
    assert (outcome.code, "loopback" in outcome.err) == (2, True)


async def test_a_login_without_an_address_renews_the_context(desk: Desk, sqlite_live: Live) -> None:
    """Its address and CA certificates go on being used."""
    await log_in(desk, sqlite_live, "--context", "prod")
    token = await sqlite_live.token("bot")
    outcome = await desk.run("login", "--token-file", "-", stdin=token)
    assert outcome.out == f"you are 'bot' at {sqlite_live.app.endpoints['grpc']}; the context is 'prod'\n"


async def test_logout_forgets_the_token(desk: Desk, sqlite_live: Live) -> None:
    await log_in(desk, sqlite_live)
    await desk.done("logout")
    outcome = await desk.run("whoami")
    assert sqlite_live.owner not in desk.contexts.read_text()
    assert (outcome.code, outcome.err.split(":")[1]) == (2, " no token")


async def test_contexts_are_listed_used_and_removed(desk: Desk, sqlite_live: Live) -> None:
    await log_in(desk, sqlite_live, "--context", "one")
    await log_in(desk, sqlite_live, "--context", "two", token=await sqlite_live.token("bot"))
    await desk.done("context", "use", "one")
    assert (await desk.told("whoami"))["identity"]["name"] == "owner"
    assert (await desk.told("--context", "two", "whoami"))["identity"]["name"] == "bot"
    await desk.done("context", "remove", "one")
    listed = (await desk.told("context", "list"))["contexts"]
    assert [(each["name"], each["current"]) for each in listed] == [("two", False)]


async def test_a_context_that_is_not_there_is_a_sentence(desk: Desk) -> None:
    outcome = await desk.run("context", "use", "prod")
    assert (outcome.code, outcome.err) == (
        2,
        "certmanager: no context 'prod'; `certmanager context list` shows those that are there\n",
    )


async def test_a_kept_token_is_not_sent_to_another_address(desk: Desk, sqlite_live: Live) -> None:
    """An address by option or environment takes nothing of the context."""
    await log_in(desk, sqlite_live)
    by_option = await desk.run("--address", "127.0.0.1:1", "whoami")
    by_environment = await desk.with_(CERTMANAGER_ADDRESS="127.0.0.1:1").run("whoami")
    assert by_option == by_environment
    assert (by_option.code, by_option.err.split(":")[1]) == (2, " no token")


async def test_a_named_context_wins_over_the_environment(desk: Desk, sqlite_live: Live) -> None:
    await log_in(desk, sqlite_live, "--context", "prod")
    outcome = await desk.with_(CERTMANAGER_ADDRESS="127.0.0.1:1", CERTMANAGER_TOKEN="cm_x").run(
        "whoami", "--context", "prod"
    )
    assert outcome.code == 0, outcome.err


async def test_a_token_file_of_the_environment_is_read(desk: Desk, sqlite_live: Live) -> None:
    variables = {
        "CERTMANAGER_ADDRESS": sqlite_live.app.endpoints["grpc"],
        "CERTMANAGER_CA_FILE": str(sqlite_live.directory / "ca.pem"),
        "CERTMANAGER_TOKEN_FILE": str(sqlite_live.directory / "owner.token"),
    }
    assert (await desk.with_(**variables).told("whoami"))["identity"]["name"] == "owner"


async def test_a_token_is_asked_for_without_echo(desk: Desk, sqlite_live: Live) -> None:
    """At a terminal; what is typed there is not shown."""
    address, ca = sqlite_live.app.endpoints["grpc"], sqlite_live.directory / "ca.pem"
    leader, follower = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "login", address, "--ca-file", str(ca),
        stdin=follower, stdout=follower, stderr=follower, env=desk.environment(), start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    shown = await asyncio.to_thread(os.read, leader, 4096)
    os.write(leader, sqlite_live.owner.encode() + b"\n")
    code = await asyncio.wait_for(process.wait(), 60)
    shown += await asyncio.to_thread(os.read, leader, 4096)
    os.close(leader)
    assert code == 0, shown
    assert b"token for " in shown
    assert sqlite_live.owner.encode() not in shown
