"""However a command ends, it is a status and a sentence: full disks, closed streams, faults of our own."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import PROGRAM, Desk, desk_at
from tests.serving import Live

FULL = "certmanager: cannot write the answer: No space left on device\n"
CLOSED = "certmanager: cannot write the answer: Bad file descriptor\n"


async def shell(desk: Desk, script: str) -> tuple[int, str]:
    """The status of a shell script, in which ``$@`` is the program, and what is on stderr."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", script, "bash", *desk.program),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=desk.home,
        env=desk.environment(),
    )
    _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, err.decode()


@pytest.mark.parametrize(
    "words", ["list", "whoami --json", "ca chain issuing", "--help", "--version", "ca --help"]
)
async def test_a_full_disk_under_stdout_is_told(sqlite_live: Live, tmp_path: Path, words: str) -> None:
    """And the status says that there is no answer."""
    assert await shell(desk_at(sqlite_live, tmp_path), f'"$@" {words} > /dev/full') == (1, FULL)


async def test_a_secret_that_cannot_be_shown_is_told_of(sqlite_live: Live, tmp_path: Path) -> None:
    """Its token is good for nothing but to be revoked."""
    code, err = await shell(desk_at(sqlite_live, tmp_path), '"$@" token create owner --quiet > /dev/full')
    assert (code, err.splitlines()[1:]) == (1, FULL.splitlines())
    assert err.startswith("nobody has its secret: `certmanager token revoke ")


@pytest.mark.parametrize("words", ["policy show tls-server", "list", "--version"])
async def test_a_closed_stdout_is_told(sqlite_live: Live, tmp_path: Path, words: str) -> None:
    """As coreutils do."""
    assert await shell(desk_at(sqlite_live, tmp_path), f'"$@" {words} >&-') == (1, CLOSED)


async def test_a_closed_stdin_is_an_empty_one(tmp_path: Path) -> None:
    """It is no fault of this program."""
    code, err = await shell(Desk(tmp_path), '"$@" whoami --address a:1 --token-file - <&-')
    assert (code, err) == (2, "certmanager: there is no token on stdin\n")


async def test_a_closed_stderr_changes_no_status(tmp_path: Path) -> None:
    """A sentence that nobody can read is no fault either."""
    for redirection in ("2>&-", "2>/dev/full"):
        assert await shell(Desk(tmp_path), f'"$@" whoami {redirection}') == (2, "")


@pytest.mark.parametrize("limit", [0, 10])
async def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, limit: int) -> None:
    """Neither with more output than a pipe and a buffer hold, nor with less."""
    code = (
        "import sys, typer; from certmanager_client.cli.terminal.running import run\n"
        "def command(**_):\n"
        f"    for _ in range({limit or 100_000}): print('a line that is as long as lines are')\n"
        "sys.exit(run(command))"
    )
    desk = Desk(tmp_path, program=(sys.executable, "-c", code))
    assert await shell(desk, '"$@" | true; exit ${PIPESTATUS[0]}') == (0, "")


ARGUMENTS = {
    "before the calendar": (("audit", "list", "--since", "0001-01-01T00:00:00+14:00"), "is no time like"),
    "after it": (("list", "--expires-before", "9999-12-31T23:59:59-14:00"), "is no time like"),
    "a span beyond it": (("list", "--expires-before", "9000y"), "is after the end of the calendar"),
    "a span beyond all": (("token", "create", "a", "--ttl", "999999999999y"), "is longer than 10,000 years"),
    "no time limit": (("whoami", "--timeout", "inf"), "is no number of seconds from 0.001 to 3600"),
    "no number": (("whoami", "--timeout", "nan"), "is no number of seconds"),
    "too long": (("--timeout", "3601", "whoami"), "is no number of seconds"),
    "a file's name with NUL": (("policy", "create", "-f", "\udcff"), "cannot read \\udcff"),
    "two readers of stdin": (
        ("issue", "--profile", "a", "--csr", "-", "--token-file", "-"),
        "stdin holds the CSR already: the token file needs a file of its own",
    ),
    "the same, by one command": (
        (
            "issue",
            "--profile",
            "a",
            "--dns",
            "a",
            "--key-format",
            "pkcs12",
            "--password-file",
            "-",
            "--token-file",
            "-",
        ),
        "stdin holds the password file already",
    ),
}


@pytest.mark.parametrize("case", ARGUMENTS)
async def test_what_cannot_be_meant_is_a_sentence(tmp_path: Path, case: str) -> None:
    """And ends with 2."""
    words, told = ARGUMENTS[case]
    desk = Desk(tmp_path).with_(CERTMANAGER_ADDRESS="127.0.0.1:1")
    outcome = await desk.run(*words, stdin="-----BEGIN")
    assert (outcome.code, told in outcome.err, "fault" in outcome.err) == (2, True, False), outcome.err


@pytest.mark.parametrize(
    "words", ["project create X", "project list --name X", "--context X whoami", "get X"]
)
def test_an_argument_that_is_no_text_is_told(tmp_path: Path, words: str) -> None:
    """The shell hands over any octets; the server wants Unicode."""
    arguments = [b"\xff" if word == "X" else word for word in words.split()]
    done = subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, env=Desk(tmp_path).environment(), check=False
    )
    assert (done.returncode, b"fault" in done.stderr) == (2, False), done.stderr


BROKEN = (
    "import sys; from certmanager_client.cli import main; from certmanager_client.cli.access import whoami\n"
    "def broken(*_): raise ZeroDivisionError('cm_secret')\n"
    "whoami.perform = broken; sys.argv = ['certmanager', *sys.argv[1:]]; main.main()"
)


async def test_a_fault_of_ours_is_a_sentence(tmp_path: Path) -> None:
    """Which quotes nothing, as it might be a secret."""
    outcome = await Desk(tmp_path, program=(sys.executable, "-c", BROKEN)).run("whoami")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("certmanager: a fault of this program: ZeroDivisionError; ")
    assert len(outcome.err.splitlines()) == 1


async def test_its_traceback_is_there_for_the_asking(tmp_path: Path) -> None:
    """By a variable, for reports."""
    desk = Desk(tmp_path, program=(sys.executable, "-c", BROKEN)).with_(CERTMANAGER_DEBUG="1")
    outcome = await desk.run("whoami")
    assert (outcome.code, "Traceback" in outcome.err) == (1, True)


DIFF_BROKEN = (
    "import sys; from certmanager_client.cli import main\n"
    "from certmanager_client.cli.documents import commands as d\n"
    "def broken(*_): raise ZeroDivisionError\n"
    "d.ask = broken; sys.argv = ['certmanager', *sys.argv[1:]]; main.main()"
)


async def test_a_fault_is_no_difference(tmp_path: Path) -> None:
    """``diff`` has the status 1 for itself."""
    desk = Desk(tmp_path, program=(sys.executable, "-c", DIFF_BROKEN))
    outcome = await desk.run("policy", "diff", "web", "-f", "-", stdin="slug: web")
    assert (outcome.code, "a fault of this program" in outcome.err) == (2, True)


async def test_a_difference_that_cannot_be_shown_is_no_difference(sqlite_live: Live, tmp_path: Path) -> None:
    """The status 1 is for one that was."""
    desk = desk_at(sqlite_live, tmp_path)
    shown = await desk.done("policy", "show", "tls-server")
    (tmp_path / "other.yaml").write_text(re.sub("(?m)^description:.*$", "description: other", shown))
    assert (await desk.run("policy", "diff", "tls-server", "-f", "other.yaml")).code == 1
    assert await shell(desk, '"$@" policy diff tls-server -f other.yaml > /dev/full') == (2, FULL)


async def test_an_editor_that_cannot_be_understood_is_told(sqlite_live: Live, tmp_path: Path) -> None:
    """A quote that is never closed, say."""
    desk = desk_at(sqlite_live, tmp_path).with_(EDITOR="'unclosed", VISUAL="", TMPDIR=str(tmp_path))
    outcome = await desk.run("policy", "edit", "tls-server")
    assert outcome.code == 2
    assert "the command of the editor cannot be understood: no closing quotation" in outcome.err


async def at_a_prompt(desk: Desk, *typed: bytes | signal.Signals) -> int:
    """The status of a login that asks for a token, and gets that."""
    leader, follower = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "login", "127.0.0.1:1",
        stdin=follower, stdout=follower, stderr=follower, env=desk.environment(), start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    assert b"token for" in await asyncio.to_thread(os.read, leader, 4096)
    for each in typed:
        if isinstance(each, bytes):
            os.write(leader, each)
        else:
            process.send_signal(each)
    code = await asyncio.wait_for(process.wait(), 60)
    os.close(leader)
    return code


@pytest.mark.parametrize(("typed", "code"), [(b"\x04", 2), (b"\n", 2), (signal.SIGINT, 130)])
async def test_a_prompt_that_is_left_ends_the_program(
    tmp_path: Path, typed: bytes | signal.Signals, code: int
) -> None:
    """By Ctrl-D as by an empty line: there is no token; by Ctrl-C as ever."""
    assert await at_a_prompt(Desk(tmp_path), typed) == code
