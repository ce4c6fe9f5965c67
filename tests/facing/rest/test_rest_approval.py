"""A certificate that waits for an approval, over HTTP alone: null, watched with curl, claimed."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
import httpx2
import pytest

from certmanager.v1 import access_pb2, profile_pb2
from certmanager.v1.project_service_pb2 import ListProjectsRequest
from server.web.refusals import Refused
from server.web.rest.statuses import refused
from server.web.service import Caller, Service
from tests.facing.faces import API, PATIENCE, Face
from tests.ordering import open_policy
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def _waiting(face: Face, client: httpx2.AsyncClient) -> str:
    """The path of a request that waits for an operator."""
    step = profile_pb2.ApprovalStep(approvals_required=1, roles=[access_pb2.ROLE_OPERATOR])
    approval = profile_pb2.ApprovalConfig(steps=[step])
    message = profile_pb2.CertificateProfile(approval_config=approval)
    profile = await face.live.profile(policy=open_policy(), message=message)
    answer = await client.post(
        f"{API}/certificates", json={"profileId": profile, "attributes": {"commonName": "late.acme.com"}}
    )
    told = answer.json()
    assert told["certificate"] is None
    return f"{API}/certificates/certificate-requests/{told['certificateRequestId']}"


async def _curl(face: Face, token: str, path: str) -> asyncio.subprocess.Process:
    trust = {"CURL_CA_BUNDLE": str(face.live.directory / "ca.pem")}
    said = ("-H", f"authorization: Bearer {token}", "-H", "accept: text/event-stream")
    return await asyncio.create_subprocess_exec(
        "curl", "--silent", "--no-buffer", *said, face.url + path, env=os.environ | trust, stdout=-1
    )


async def _next(curl: asyncio.subprocess.Process) -> dict[str, str]:
    """The next event's fields."""
    assert curl.stdout is not None
    fields: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE):
        while line := (await curl.stdout.readline()).decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
    return fields


async def _event(curl: asyncio.subprocess.Process) -> dict[str, Any]:
    """The data of the next event that has any."""
    while "data" not in (fields := await _next(curl)):
        pass
    return {"event": fields.get("event", "message"), **json.loads(fields["data"] or "{}")}


async def test_what_waits_is_watched_approved_and_claimed(standing_face: Face) -> None:
    live = standing_face.live
    project = live.ids["project_id"]
    mine = await live.token(f"asks-{uuid4()}", roles={project: "REQUESTER"})
    theirs = await live.token(f"approves-{uuid4()}", roles={project: "OPERATOR"})
    async with standing_face.client(mine) as requester, standing_face.client(theirs) as approver:
        path = await _waiting(standing_face, requester)
        curl = await _curl(standing_face, mine, f"{path}/watch")
        assert (await _event(curl))["certificateRequest"]["state"] == "pending_approval"
        decided = await approver.post(f"{path}/approve", json={"comment": "as agreed"})
        assert decided.status_code == 200, decided.text
        while (seen := await _event(curl))["certificateRequest"]["state"] != "issued":
            pass
        assert (await _event(curl))["event"] == "end"
        assert await curl.wait() == 0
        polled = (await requester.get(path)).json()
        assert polled["certificateRequest"]["certificateId"] == seen["certificateRequest"]["certificateId"]
        claim = {"requestId": str(uuid4())}
        claimed = (await requester.post(f"{path}/claim-private-key", json=claim)).json()
        assert claimed["certificate"]["privateKey"].startswith("-----BEGIN PRIVATE KEY-----")
        again = await requester.post(f"{path}/claim-private-key", json={"requestId": str(uuid4())})
        assert again.json()["details"][0]["reason"] == "PRIVATE_KEY_DELIVERED"


async def test_a_service_that_is_away_is_told_as_such() -> None:
    """Without its own words for it: one reason, and when to try again."""
    async with grpc.aio.insecure_channel("unix:/nowhere/api.sock") as channel:
        caller = Caller(Service(channel), "cm_token")
        with pytest.raises(Refused) as caught:
            await caller.ask(caller.service.projects.ListProjects, ListProjectsRequest())
    answer = refused(caught.value.status)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert caught.value.reason == "BACKEND_UNAVAILABLE"
    assert "nowhere" not in bytes(answer.body).decode()
