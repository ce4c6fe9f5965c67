"""``certmanager request watch`` of a queue, and what it looks like at a terminal."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
from pathlib import Path

import grpc
import pytest

from certmanager.v1.certificate_request_service_pb2 import (
    WatchCertificateRequestsRequest,
    WatchCertificateRequestsResponse,
)
from tests.cli.commands import Desk
from tests.cli.fake_streams import PROJECT, REQUEST, complete
from tests.cli.scripted import Failing, info
from tests.cli.scripted_service import HANG, served
from tests.cli.waiting_requests import HALF, ISSUED, WAITS, desk_of, told

QUEUE = (
    WatchCertificateRequestsResponse(revision=5, resume_token="t5", snapshot=WAITS),
    complete(1, 5),
    WatchCertificateRequestsResponse(revision=6, resume_token="t6", changed=HALF),
    WatchCertificateRequestsResponse(revision=9, resume_token="t9", left=ISSUED),
)
DENIED = Failing(grpc.StatusCode.PERMISSION_DENIED, "the right is gone", [info("PERMISSION_DENIED")])
_OBEYED = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


async def test_a_queue_is_told_in_lines(tmp_path: Path) -> None:
    """Until something ends it; then with its status."""
    async with served(WatchCertificateRequests=[[*QUEUE, DENIED]]) as service:
        outcome = await desk_of(service, tmp_path).run("request", "watch", "--project", PROJECT)
        (asked,) = map(WatchCertificateRequestsRequest.FromString, service.asked["WatchCertificateRequests"])
    assert (outcome.code, outcome.err) == (5, "certmanager: the right is gone\n")
    assert [(line.split()[0], line.split()[2]) for line in outcome.out.splitlines()] == [
        ("present", "pending_approval"),
        ("changed", "pending_approval"),
        ("left", "issued"),
    ]
    assert all(line.endswith(f"{REQUEST}  a.example.com  alice") for line in outcome.out.splitlines())
    assert (asked.project_id, list(asked.states)) == (PROJECT, [1, 2])


async def test_a_queue_answers_scripts_in_lines(tmp_path: Path) -> None:
    async with served(WatchCertificateRequests=[[*QUEUE, DENIED]]) as service:
        outcome = await desk_of(service, tmp_path).run("request", "watch", "--project", PROJECT, "--json")
    lines = [json.loads(line) for line in outcome.out.splitlines()]
    assert [line["event"] for line in lines] == ["present", "complete", "changed", "left"]
    assert lines[3]["certificateRequest"]["state"] == "issued"


async def test_a_queue_is_looked_at_for_a_while(tmp_path: Path) -> None:
    """That the time is over is no failure: it has no end of its own."""
    async with served(WatchCertificateRequests=[[*QUEUE, HANG]]) as service:
        desk = desk_of(service, tmp_path)
        outcome = await desk.run("request", "watch", "--project", PROJECT, "--wait", "1s")
    assert (outcome.code, outcome.err, len(outcome.out.splitlines())) == (0, "", 3)


async def at_terminal(desk: Desk, *arguments: str) -> tuple[int, str]:
    """The status, and all that a terminal of 200 columns was sent, without what it obeys."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *desk.program,
        *arguments,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=desk.home,
        env={**desk.environment(), "TERM": "xterm"},
    )
    os.close(theirs)
    seen = bytearray()

    def read_all() -> None:
        try:
            while octets := os.read(ours, 4096):
                seen.extend(octets)
        except OSError:  # the other end is closed: that is how a terminal's end is told
            pass

    await asyncio.to_thread(read_all)
    os.close(ours)
    return await process.wait(), _OBEYED.sub("", seen.decode())


async def test_a_terminal_shows_what_a_request_waits_for(tmp_path: Path) -> None:
    """And keeps a line of each state."""
    async with served(WatchCertificateRequest=[[told(WAITS), told(HALF), told(ISSUED)]]) as service:
        code, seen = await at_terminal(desk_of(service, tmp_path), "request", "watch", REQUEST)
    assert code == 0
    assert "waits for an approval of step 'team' by operator" in seen
    for line in ("0 of 2 approvals", "1 of 2 approvals; approved by bob: fine", "issued"):
        assert line in seen


async def test_a_terminal_shows_the_queue_as_a_table(tmp_path: Path) -> None:
    async with served(WatchCertificateRequests=[[*QUEUE, DENIED]]) as service:
        code, seen = await at_terminal(desk_of(service, tmp_path), "request", "watch", "--project", PROJECT)
    assert code == 5
    assert re.search(r"NAME +STATE +APPROVALS", seen)
    assert re.search(r"a\.example\.com +pending_approval +1 of 2 approvals +alice", seen)
    assert "no request waits" in seen


@pytest.mark.parametrize("hostile", ["\x1b]0;owned\x07", "[red]x[/red]"])
async def test_a_terminal_obeys_no_text_of_the_server(tmp_path: Path, hostile: str) -> None:
    """Neither control characters nor markup."""
    theirs = type(HALF)()
    theirs.CopyFrom(ISSUED)
    theirs.certificate_id = hostile
    async with served(WatchCertificateRequest=[[told(theirs)]]) as service:
        _, seen = await at_terminal(desk_of(service, tmp_path), "request", "watch", REQUEST)
    assert "\x1b]0;owned" not in seen
    assert hostile.encode("unicode_escape").decode() in seen
