"""How commands end: the statuses that scripts rely on, and the sentences that people read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import grpc
import pytest

from certmanager_client.cli.terminal.exits import Exit, exit_of
from tests.cli.commands import Desk, desk_at
from tests.serving import Live

DOCUMENT = Path(__file__).parents[2] / "docs/cli.md"
NO_ID = "01a208fb-0dd8-7000-ab96-668465ddbc49"


@pytest.fixture
def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    return desk_at(sqlite_live, tmp_path)


ENDINGS: dict[str, tuple[Sequence[str], int, str]] = {
    "done": (("project", "list"), 0, ""),
    "unknown command": (("projects",), 2, "No such command 'projects'"),
    "unknown option": (("project", "list", "--all"), 2, "--all"),
    "unknown literal": (
        ("identity", "create", "a", "--kind", "robot"),
        2,
        "'robot' is none of person, service",
    ),
    "no duration": (("token", "create", "owner", "--ttl", "1 day"), 2, "'1 day' is no duration"),
    "no time": (("audit", "list", "--since", "yesterday"), 2, "'yesterday' is no time"),
    "no file": (("--ca-file", "nowhere.pem", "whoami"), 2, "cannot read the CA file nowhere.pem: No such"),
    "who signs": (("ca", "create", "a"), 2, "say one of --root, --parent and --outside"),
    "nothing to change": (("project", "update", "default"), 2, "nothing to change"),
    "refused": (("project", "create", "No Slug"), 3, "  slug  STRING_PATTERN: "),
    "not found by id": (("project", "get", NO_ID), 4, "certmanager: no project"),
    "not found by name": (("ca", "get", "nope"), 4, "certmanager: no CA 'nope'\n"),
    "conflict": (("project", "create", "default"), 6, "certmanager: "),
    "two servers": (("--context", "a", "--address", "b:1", "whoami"), 2, "give one of them"),
    "no address": (("--address", "here", "whoami"), 2, "the address must be HOST:PORT"),
}


@pytest.mark.parametrize("case", ENDINGS)
async def test_a_command_ends(desk: Desk, case: str) -> None:
    """With its status, and a sentence that says why."""
    arguments, code, told = ENDINGS[case]
    outcome = await desk.run(*arguments)
    assert outcome.code == code, outcome.err
    assert told in outcome.err
    assert "Traceback" not in outcome.err


async def test_every_violation_is_told(desk: Desk) -> None:
    """Each on a line: field, rule, sentence, what it is and what would be allowed."""
    subject = ("--country", "se", "--crl-shards", "9999")
    outcome = await desk.run("ca", "create", "a", "--root", *subject, "--ttl", "1000y")
    told = {line.split()[0]: line for line in outcome.err.splitlines() if line.startswith("  ")}
    assert outcome.code == 3
    assert {"attributes.country", "crl_shards"} <= set(told)
    assert "(it is se" in told["attributes.country"]


async def test_a_caller_without_a_right_is_denied(desk: Desk, sqlite_live: Live) -> None:
    viewer = await sqlite_live.token("viewer", roles={sqlite_live.ids["project_id"]: "VIEWER"})
    outcome = await desk.with_(CERTMANAGER_TOKEN=viewer).run("ca", "create", "a", "--root", "--ttl", "1y")
    assert outcome.code == 5
    assert "certificateAuthorities.create" in outcome.err


async def test_a_token_that_does_not_count_is_denied(desk: Desk) -> None:
    outcome = await desk.with_(CERTMANAGER_TOKEN="cm_wrong_and_secret").run("whoami")
    assert outcome.code == 5
    assert "certmanager login" in outcome.err
    assert "wrong_and_secret" not in outcome.err


@pytest.mark.parametrize("token", ["cm_a\tb", "cm_a\nb", "schlüssel"])
async def test_a_token_that_could_not_be_sent_is_not_quoted(desk: Desk, token: str) -> None:
    outcome = await desk.with_(CERTMANAGER_TOKEN=token).run("whoami")
    assert outcome.code == 2
    assert outcome.err == "certmanager: the token has characters that no token has\n"


UNREACHED = {
    "nobody listens": ("127.0.0.1:1", "nothing listens there"),
    "no such host": ("nowhere.invalid:8443", "no such host"),
}


@pytest.mark.parametrize("case", UNREACHED)
async def test_a_server_that_is_not_there_is_unavailable(desk: Desk, case: str) -> None:
    address, told = UNREACHED[case]
    outcome = await desk.with_(CERTMANAGER_ADDRESS=address).run("whoami")
    assert (outcome.code, outcome.err) == (7, f"certmanager: cannot reach {address}: {told}\n")


async def test_a_server_that_is_not_trusted_is_told_so(desk: Desk, sqlite_live: Live) -> None:
    """At once: another attempt would fail alike. And gRPC's own log is not in the way."""
    other = desk.home / "other.pem"
    ca = await desk.told("ca", "list", "--type", "root")
    other.write_text(ca["certificateAuthorities"][0]["certificate"])
    outcome = await desk.with_(CERTMANAGER_CA_FILE=str(other)).run("whoami")
    address = sqlite_live.app.endpoints["grpc"]
    trust = "its certificate is not under the CA certificates that are trusted here"
    assert (outcome.code, outcome.err) == (13, f"certmanager: cannot reach {address}: {trust}\n")


async def test_a_deadline_that_passed_is_told(desk: Desk) -> None:
    """A listener that never answers."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    outcome = await desk.with_(CERTMANAGER_ADDRESS=address).run("whoami", "--timeout", "0.5")
    server.close()
    assert (outcome.code, outcome.err) == (7, f"certmanager: {address} did not answer in time\n")


async def test_no_server_at_all_is_a_sentence(tmp_path: Path) -> None:
    outcome = await Desk(tmp_path).run("whoami")
    assert outcome.code == 2
    assert outcome.err == (
        "certmanager: no server: `certmanager login`, --address or CERTMANAGER_ADDRESS names one\n"
    )


def test_every_code_has_a_status() -> None:
    """And only what is somebody's fault is unexpected."""
    unexpected = {code.name for code in grpc.StatusCode if exit_of(code) is Exit.UNEXPECTED}
    assert unexpected == {"OK", "CANCELLED", "UNKNOWN", "INTERNAL", "DATA_LOSS"}


def test_the_document_lists_every_status() -> None:
    rows = [
        line.split("|")[1].strip() for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")
    ]
    assert [row for row in rows if row.strip("`").isdigit()] == [f"`{each.value}`" for each in Exit]
