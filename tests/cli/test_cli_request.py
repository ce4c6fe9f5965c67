"""``certmanager request``: what is asked of the server, and what is told of its answers."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import status_pb2

from certmanager.v1 import certificate_request_service_pb2 as messages
from tests.cli.fake_streams import PROJECT, REQUEST
from tests.cli.scripted import Failing, info
from tests.cli.scripted_service import HANG, Script, served
from tests.cli.waiting_requests import CLAIMED, HALF, ISSUED, KEY, WAITS, desk_of, got, told, waiting, written

DECISIONS = {
    "approve": ("ApproveCertificateRequest", messages.ApproveCertificateRequestRequest),
    "reject": ("RejectCertificateRequest", messages.RejectCertificateRequestRequest),
    "cancel": ("CancelCertificateRequest", messages.CancelCertificateRequestRequest),
}


async def test_the_list_tells_who_waits_for_what(tmp_path: Path) -> None:
    listed = messages.ListCertificateRequestsResponse(certificate_requests=[HALF, ISSUED])
    async with served(ListCertificateRequests=[listed]) as service:
        lines = (await desk_of(service, tmp_path).done("request", "list")).splitlines()
    assert lines[0].split() == ["NAME", "STATE", "APPROVALS", "REQUESTER", "CREATED", "ID"]
    assert lines[1].split() == [
        "a.example.com",
        "pending_approval",
        "1",
        "of",
        "2",
        "approvals",
        "alice",
        REQUEST,
    ]


async def test_the_filters_of_the_list_are_asked_for(tmp_path: Path) -> None:
    listed = messages.ListCertificateRequestsResponse()
    said = (
        "--project",
        PROJECT,
        "--profile",
        REQUEST,
        "--state",
        "rejected",
        "--name",
        "*.x",
        "--ca",
        REQUEST,
    )
    async with served(ListCertificateRequests=[listed]) as service:
        await desk_of(service, tmp_path).done(
            "request", "list", *said, "--requester", REQUEST, "--limit", "7"
        )
        (asked,) = service.asked["ListCertificateRequests"]
    expected = messages.ListCertificateRequestsRequest(
        page_size=7,
        project_id=PROJECT,
        profile_id=REQUEST,
        states=["CERTIFICATE_REQUEST_STATE_REJECTED"],
        name="*.x",
        ca_id=REQUEST,
        requester_identity_id=REQUEST,
    )
    assert messages.ListCertificateRequestsRequest.FromString(asked) == expected


async def test_an_approver_asks_for_what_awaits_them(tmp_path: Path) -> None:
    found = messages.SearchCertificateRequestsResponse(certificate_requests=[WAITS])
    async with served(SearchCertificateRequests=[found]) as service:
        out = await desk_of(service, tmp_path).done("request", "list", "--awaiting-me", "--project", PROJECT)
        (asked,) = service.asked["SearchCertificateRequests"]
    assert messages.SearchCertificateRequestsRequest.FromString(asked) == (
        messages.SearchCertificateRequestsRequest(page_size=50, project_id=PROJECT, awaiting_my_approval=True)
    )
    assert REQUEST in out


async def test_show_tells_each_decision(tmp_path: Path) -> None:
    async with served(GetCertificateRequest=[got(HALF)]) as service:
        lines = (await desk_of(service, tmp_path).done("request", "show", REQUEST)).splitlines()
    shown = {line.split(":")[0]: line.split(":", 1)[1].strip() for line in lines}
    assert shown["approvals"] == "team 1/2 (approved by bob: fine)"
    assert (shown["requester"], shown["state"], shown["revision"]) == ("alice", "pending_approval", "6")


@pytest.mark.parametrize("word", DECISIONS)
async def test_a_decision_is_about_what_was_seen(tmp_path: Path, word: str) -> None:
    """The revision that was fetched, or that the caller has looked at, goes with it."""
    method, kind = DECISIONS[word]
    answer = messages.ApproveCertificateRequestResponse(certificate_request=HALF)  # all three are alike
    scripts: dict[str, Script] = {"GetCertificateRequest": [got(WAITS)], method: [answer]}
    async with served(**scripts) as service:
        desk = desk_of(service, tmp_path)
        out = await desk.done("request", word, REQUEST, "--comment", "fine")
        await desk.done("request", word, REQUEST, "--revision", "4")
        asked = [kind.FromString(each) for each in service.asked[method]]
        fetched = service.asked["GetCertificateRequest"]
    assert asked == [
        kind(certificate_request_id=REQUEST, comment="fine", revision=5),
        kind(certificate_request_id=REQUEST, revision=4),
    ]
    assert len(fetched) == 1
    assert "pending_approval" in out


async def test_a_request_that_changed_meanwhile_is_a_conflict(tmp_path: Path) -> None:
    moved = Failing(grpc.StatusCode.ABORTED, "it has changed", [info("VERSION_MISMATCH", revision="6")])
    async with served(GetCertificateRequest=[got(WAITS)], ApproveCertificateRequest=[moved]) as service:
        outcome = await desk_of(service, tmp_path).run("request", "approve", REQUEST)
    assert (outcome.code, outcome.err) == (6, "certmanager: it has changed\n")


async def test_a_watch_tells_each_state_in_a_line(tmp_path: Path) -> None:
    """And ends with 0 once there is a certificate."""
    async with served(WatchCertificateRequest=[[told(WAITS), told(HALF), told(ISSUED)]]) as service:
        out = await desk_of(service, tmp_path).done("request", "watch", REQUEST)
    assert [line.split(maxsplit=2)[1:] for line in out.splitlines()] == [
        ["pending_approval", "0 of 2 approvals"],
        ["pending_approval", "1 of 2 approvals; approved by bob: fine"],
        ["issued", f"certificate {ISSUED.certificate_id}"],
    ]


ENDS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "FAILED": (9, "too long", {"error": status_pb2.Status(code=9, message="too long")}),
    "REJECTED": (10, "is rejected: no such host", {"comment": "no such host"}),
    "CANCELLED": (11, "is cancelled: a mistake", {"comment": "a mistake"}),
    "EXPIRED": (12, "is expired", {}),
}


@pytest.mark.parametrize("state", ENDS)
async def test_each_other_end_has_a_status_of_its_own(tmp_path: Path, state: str) -> None:
    code, sentence, fields = ENDS[state]
    async with served(WatchCertificateRequest=[[told(waiting(state, 9, **fields))]]) as service:
        outcome = await desk_of(service, tmp_path).run("request", "watch", REQUEST)
    assert (outcome.code, sentence in outcome.err) == (code, True)
    assert state.lower() in outcome.out


async def test_a_watch_answers_scripts_in_lines(tmp_path: Path) -> None:
    """A document a state."""
    async with served(WatchCertificateRequest=[[told(WAITS), told(ISSUED)]]) as service:
        out = await desk_of(service, tmp_path).done("request", "watch", REQUEST, "--json")
    assert [json.loads(line)["state"] for line in out.splitlines()] == ["pending_approval", "issued"]


async def test_a_broken_watch_goes_on_and_says_so(tmp_path: Path) -> None:
    down = Failing(message="the server stops", details=[info("SERVER_DRAINING")])
    streams = [[told(WAITS), down], [told(WAITS), told(ISSUED)]]
    async with served(WatchCertificateRequest=streams) as service:
        outcome = await desk_of(service, tmp_path).run("request", "watch", REQUEST)
    assert (outcome.code, outcome.err) == (0, "the server stops; again in 1 s\n")
    assert len(outcome.out.splitlines()) == 2


async def test_a_watch_waits_no_longer_than_it_is_told(tmp_path: Path) -> None:
    async with served(WatchCertificateRequest=[[told(WAITS), HANG]]) as service:
        outcome = await desk_of(service, tmp_path).run("request", "watch", REQUEST, "--wait", "1s")
    assert (outcome.code, outcome.err) == (7, "certmanager: the watch did not come to its end in time\n")


async def test_a_claim_writes_the_key_for_its_owner_only(tmp_path: Path) -> None:
    """Once, named after the certificate; it is shown nowhere."""
    claimed = messages.ClaimPrivateKeyResponse(certificate=CLAIMED)
    async with served(GetCertificateRequest=[got(ISSUED)], ClaimPrivateKey=[claimed]) as service:
        out = await desk_of(service, tmp_path).done("request", "claim", REQUEST)
        (asked,) = map(messages.ClaimPrivateKeyRequest.FromString, service.asked["ClaimPrivateKey"])
    key = tmp_path / "a.example.com.key"
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == (KEY, 0o600)
    assert (tmp_path / "a.example.com.chain.crt").exists()
    assert asked.request_id
    assert "MC4=" not in out


async def test_nothing_is_claimed_for_a_file_that_is_there(tmp_path: Path) -> None:
    """The key would be lost: it is handed over once."""
    (tmp_path / "a.example.com.key").write_text("older")
    async with served(GetCertificateRequest=[got(ISSUED)], ClaimPrivateKey=[]) as service:
        outcome = await desk_of(service, tmp_path).run("request", "claim", REQUEST)
        assert service.asked.get("ClaimPrivateKey", []) == []
    assert outcome.code == 2
    assert "is there already" in outcome.err


async def test_a_key_that_is_gone_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    gone = Failing(grpc.StatusCode.FAILED_PRECONDITION, "it was delivered", [info("PRIVATE_KEY_DELIVERED")])
    async with served(GetCertificateRequest=[got(ISSUED)], ClaimPrivateKey=[gone]) as service:
        desk = desk_of(service, tmp_path)
        outcome = await desk.run("request", "claim", REQUEST)
    assert (outcome.code, outcome.err) == (3, "certmanager: it was delivered\n")
    assert written(tmp_path) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("show", "7"), "is no ID of a request"),
        (("watch", REQUEST, "--project", "web"), "by its ID alone"),
        (("watch", REQUEST, "--wait", "long"), "is no duration"),
        (("claim", REQUEST, "--key-format", "pkcs12"), "--password-file"),
        (("claim", REQUEST, "--cert-out", "c"), "--key-out"),
    ],
)
async def test_what_cannot_be_meant_is_said(tmp_path: Path, said: tuple[str, ...], sentence: str) -> None:
    async with served(GetCertificateRequest=[got(ISSUED)]) as service:
        outcome = await desk_of(service, tmp_path).run("request", *said)
    assert (outcome.code, sentence in outcome.err) == (2, True), outcome.err
