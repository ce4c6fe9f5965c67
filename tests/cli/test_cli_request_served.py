"""A request's life at a terminal against a running server: asked for, followed, approved, claimed once."""

from __future__ import annotations

import asyncio
import stat
import subprocess
from pathlib import Path

import pytest

from certmanager_client import Client, Kind, Target
from tests.cli.commands import Desk, desk_at
from tests.serving import Live

PROFILE = """
slug: reviewed
ca: issuing
policy: tls-server
approval_config:
  steps:
    - {name: team, approvals_required: 1, roles: [operator]}
"""
ASK = ("issue", "--profile", "reviewed", "--dns", "a.example.com")


@pytest.fixture
async def desks(sqlite_live: Live, tmp_path: Path) -> tuple[Desk, Desk]:
    """The requester's, who owns the server and has made the profile, and an operator's."""
    homes = [tmp_path / name for name in ("owner", "operator")]
    for home in homes:
        home.mkdir()
    owner = desk_at(sqlite_live, homes[0])
    await owner.done("profile", "create", "-f", "-", stdin=PROFILE)
    token = await sqlite_live.token("olga", roles={sqlite_live.ids["project_id"]: "OPERATOR"})
    return owner, desk_at(sqlite_live, homes[1], token=token)


async def asked(desk: Desk) -> str:
    """The id of a request that waits."""
    told = await desk.told(*ASK, "--no-wait")
    return str(told["certificateRequestId"])


async def waiting_id(operator: Desk) -> str:
    """The request that awaits the operator, as soon as there is one."""
    while True:
        listed = await operator.told("request", "list", "--awaiting-me")
        if listed["certificateRequests"]:
            return str(listed["certificateRequests"][0]["id"])


async def test_an_issuance_waits_for_its_approval_and_claims_the_key(desks: tuple[Desk, Desk]) -> None:
    """One command, from asking to the key on the disk, which is that of the certificate."""
    owner, operator = desks
    issuing = asyncio.create_task(owner.run(*ASK))
    await operator.done("request", "approve", await waiting_id(operator), "--comment", "fine")
    outcome = await issuing
    assert outcome.code == 0, outcome.err
    assert "pending_approval" in outcome.err
    key = owner.home / "a.example.com.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    ours = _openssl(owner, "pkey", "-in", key.name, "-pubout")
    assert ours == _openssl(owner, "x509", "-in", "a.example.com.crt", "-pubkey", "-noout")


async def test_a_key_is_claimed_once(desks: tuple[Desk, Desk]) -> None:
    owner, operator = desks
    id_ = await asked(owner)
    await operator.done("request", "approve", id_)
    await owner.done("request", "watch", id_)
    await owner.done("request", "claim", id_)
    again = await owner.run("request", "claim", id_, "--force")
    assert again.code == 3, again.err
    assert "PRIVATE KEY" in (owner.home / "a.example.com.key").read_text()


async def test_only_the_requester_claims(desks: tuple[Desk, Desk]) -> None:
    owner, operator = desks
    id_ = await asked(owner)
    await operator.done("request", "approve", id_)
    assert (await operator.run("request", "claim", id_)).code in {4, 5}


async def test_a_watch_ends_with_the_rejection(desks: tuple[Desk, Desk]) -> None:
    owner, operator = desks
    id_ = await asked(owner)
    watching = asyncio.create_task(owner.run("request", "watch", id_))
    await operator.done("request", "reject", id_, "--comment", "no such host")
    outcome = await watching
    assert outcome.code == 10
    assert "rejected by olga: no such host" in outcome.err


async def test_a_request_is_withdrawn(desks: tuple[Desk, Desk]) -> None:
    owner, _ = desks
    id_ = await asked(owner)
    assert "cancelled" in await owner.done("request", "cancel", id_, "--comment", "a mistake")
    assert (await owner.run("request", "watch", id_)).code == 11


async def test_a_decision_about_an_older_revision_is_a_conflict(desks: tuple[Desk, Desk]) -> None:
    owner, operator = desks
    id_ = await asked(owner)
    assert (await operator.run("request", "approve", id_, "--revision", "1")).code == 6


async def test_one_s_own_request_is_not_approved(desks: tuple[Desk, Desk]) -> None:
    owner, _ = desks
    assert (await owner.run("request", "approve", await asked(owner))).code == 5


async def test_a_queue_tells_what_comes_and_leaves(desks: tuple[Desk, Desk], sqlite_live: Live) -> None:
    owner, operator = desks
    first = await asked(owner)
    target = Target(
        sqlite_live.app.endpoints["grpc"],
        roots=(sqlite_live.directory / "ca.pem").read_bytes(),
        token=sqlite_live.owner,
    )
    async with Client(target) as client:
        queue = client.watch_requests(sqlite_live.ids["project_id"], states=[1, 2])
        seen = [await anext(queue), await anext(queue)]
        second = await asked(owner)
        await operator.done("request", "approve", first)
        seen += [await anext(queue), await anext(queue)]
    assert [(event.kind, event.request and event.request.id) for event in seen] == [
        (Kind.PRESENT, first),
        (Kind.COMPLETE, None),
        (Kind.CHANGED, second),
        (Kind.LEFT, first),
    ]


def _openssl(desk: Desk, *arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], cwd=desk.home, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout
