"""The program itself: quick to start, the same server commands as ever, options anywhere, completion."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from certmanager_client.cli.contexts import kept as contexts
from certmanager_client.cli.main import Commands
from certmanager_client.cli.terminal.lazily import Lazy, ServerCommand
from server.cli import main as server
from tests.cli.commands import PROGRAM, Desk, desk_at
from tests.serving import Live

SLOW = ("server", "grpc", "google.protobuf", "rich", "yaml", "sqlalchemy", "cryptography")
LAZY = {name: entry for name, entry in Commands.table.items() if isinstance(entry, Lazy)}
OF_SERVER = {name: entry for name, entry in Commands.table.items() if isinstance(entry, ServerCommand)}


def imported_by(*arguments: str, desk: Desk, **more: str) -> set[str]:
    """Which slow packages a run imports."""
    code = (
        f"import sys; sys.argv = ['certmanager', *{arguments!r}]\n"
        "from certmanager_client.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print(*(name for name in {SLOW!r} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=desk.environment() | more,
    )
    assert done.stdout
    return set(done.stderr.split())


def test_help_imports_nothing_slow(tmp_path: Path) -> None:
    assert imported_by("--help", desk=Desk(tmp_path)) == set()


def test_the_library_needs_nothing_of_the_command_line_or_the_server(tmp_path: Path) -> None:
    """It is for programs that have grpcio and protobuf alone."""
    others = (
        "server",
        "typer",
        "rich",
        "yaml",
        "click",
        "pydantic",
        "cryptography",
        "certmanager_client.cli",
    )
    code = (
        "import sys, certmanager_client as c; c.Client, c.Target, c.ApiError, c.Violation\n"
        f"import certmanager_client.literals; print([name for name in {others!r} if name in sys.modules])"
    )
    env = Desk(tmp_path).environment()
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout == "[]\n"


def test_completion_imports_nothing_of_the_server(tmp_path: Path) -> None:
    words = {"_CERTMANAGER_COMPLETE": "complete_bash", "COMP_WORDS": "certmanager ca ", "COMP_CWORD": "2"}
    assert "server" not in imported_by(desk=Desk(tmp_path), **words)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("certmanager pro", ["project", "profile"]),
        ("certmanager identity cr", ["create"]),
        ("certmanager audit ", ["list", "verify"]),
        ("certmanager identity list --kind ", ["person", "service"]),
    ],
)
async def test_words_are_completed(tmp_path: Path, words: str, completed: list[str]) -> None:
    desk = Desk(tmp_path).with_(
        _CERTMANAGER_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
    )
    assert set((await desk.done()).split()) == set(completed)


async def test_contexts_are_completed(tmp_path: Path) -> None:
    """By their names, for the option and for the commands on them."""
    desk = Desk(tmp_path)
    contexts.change(desk.contexts, lambda kept: kept.with_("prod", contexts.Context("a:1")))
    for words in ("certmanager --context ", "certmanager context use ", "certmanager context show "):
        typing = desk.with_(
            _CERTMANAGER_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
        )
        assert (await typing.done()).split() == ["prod"]


@pytest.mark.parametrize("name", LAZY)
def test_each_command_is_where_it_is_said_to_be(name: str) -> None:
    module, _, attribute = LAZY[name].place.partition(":")
    assert callable(getattr(importlib.import_module(module), attribute))


@pytest.mark.parametrize("name", OF_SERVER)
def test_the_server_s_commands_are_told_of_in_its_own_words(name: str) -> None:
    command = server.commands[name]
    assert OF_SERVER[name].help == command.get_short_help_str(limit=200)


def test_all_of_the_server_s_commands_are_there() -> None:
    assert set(server.commands) <= set(Commands.table)


@pytest.mark.parametrize("words", [("serve",), ("bootstrap",), ("migrate",), ("audit", "verify")])
async def test_the_server_s_commands_are_the_server_s(tmp_path: Path, words: tuple[str, ...]) -> None:
    """To the letter, as ``python -m server`` has them."""
    desk = Desk(tmp_path)
    told = await desk.done(*words, "--help")
    assert told == await replace(desk, program=(sys.executable, "-m", "server")).done(*words, "--help")
    assert told.startswith(f"Usage: certmanager {' '.join(words)} ")


async def test_an_error_of_a_server_command_is_the_server_s(tmp_path: Path) -> None:
    outcome = await Desk(tmp_path).run("serve", "--config", "nowhere.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("certmanager: cannot read the settings file nowhere.toml: ")


def test_without_the_server_its_commands_are_a_sentence(tmp_path: Path) -> None:
    """A client's machine has the client alone."""
    code = (
        "import importlib.util as u, sys; sys.argv = ['certmanager', 'serve']; found = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'server' else found(name, *more)\n"
        "from certmanager_client.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=Desk(tmp_path).environment(),
    )
    assert (done.returncode, done.stderr) == (
        2,
        "certmanager: `certmanager serve` needs the server, which is not installed here\n",
    )


@pytest.mark.parametrize("words", ["project list", "whoami --json", "--help"])
async def test_a_reader_that_goes_away_is_no_error(sqlite_live: Live, tmp_path: Path, words: str) -> None:
    """As with ``| head``."""
    desk = desk_at(sqlite_live, tmp_path)
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *words.split(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=desk.environment(),
    )
    assert process.stdout is not None
    process.stdout._transport.close()  # type: ignore[attr-defined]
    _, err = await process.communicate()
    assert err == b""


async def test_options_stand_before_or_after_the_command(sqlite_live: Live, tmp_path: Path) -> None:
    desk = desk_at(sqlite_live, tmp_path)
    before, after = await desk.done("--json", "project", "list"), await desk.done("project", "list", "--json")
    assert before == after
    assert before.startswith("{")


async def test_an_option_after_the_command_wins(sqlite_live: Live, tmp_path: Path) -> None:
    desk = desk_at(sqlite_live, tmp_path)
    outcome = await desk.run(
        "--address", "127.0.0.1:1", "whoami", "--address", sqlite_live.app.endpoints["grpc"]
    )
    assert outcome.code == 0, outcome.err
