"""Pages hear of changes as they happen, and only of what they may see."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from html import unescape

import httpx2

from certmanager.v1 import certificate_request_service_pb2 as requests
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from tests.facing.faces import Face
from tests.facing.ui.request_forms import approved_profile, base_of, role
from tests.ordering import order
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_SECONDS = 20


async def _events(client: httpx2.AsyncClient, url: str, **headers: str) -> AsyncIterator[dict[str, str]]:
    """The events of a stream that have data, as their fields."""
    async with client.stream("GET", url, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line:
                key, _, value = line.partition(": ")
                event[key] = value
            elif "data" in event:
                yield event
                event = {}


async def _waiting(face: Face, *, profile_id: str = "", name: str = "live.example.com") -> str:
    asked = order(profile_id or await approved_profile(face), common_name=name)
    answer = await face.live.call(face.live.certificates.IssueCertificate, asked)
    return str(answer.certificate_request_id)


async def _reject(face: Face, id_: str, token: str) -> None:
    asked = requests.RejectCertificateRequestRequest(certificate_request_id=id_)
    await face.live.call(
        CertificateRequestServiceStub(face.live.channel).RejectCertificateRequest, asked, token=token
    )


def _live_url(page: str) -> str:
    found = re.search(r'data-live-url="([^"]+)"', page)
    assert found, "the page is not live"
    return unescape(found[1])


async def test_a_list_hears_of_a_request_that_is_new(standing_face: Face) -> None:
    profile_id = await approved_profile(standing_face)
    async with asyncio.timeout(_SECONDS), standing_face.signed_in() as client:
        url = _live_url((await client.get(base_of(standing_face), params={"profile": profile_id})).text)
        id_ = await _waiting(standing_face, profile_id=profile_id, name="new.live.example")
        event = await anext(_events(client, url))
    told = json.loads(event["data"])
    assert told == {"id": id_, "message": "new.live.example: Pending approval"}


async def test_a_list_goes_on_after_the_last_event_it_had(standing_face: Face) -> None:
    profile_id = await approved_profile(standing_face)
    operator = await role(standing_face, "live-resumes", "OPERATOR")
    async with asyncio.timeout(_SECONDS), standing_face.signed_in() as client:
        url = _live_url((await client.get(base_of(standing_face), params={"profile": profile_id})).text)
        id_ = await _waiting(standing_face, profile_id=profile_id)
        first = await anext(_events(client, url))
        await _reject(standing_face, id_, operator)
        second = await anext(_events(client, url, **{"last-event-id": first["id"]}))
    assert "Rejected" in second["data"]


async def test_a_token_of_no_use_begins_anew(standing_face: Face) -> None:
    async with asyncio.timeout(_SECONDS), standing_face.signed_in() as client:
        url = f"{base_of(standing_face)}/live"
        event = await anext(_events(client, url, **{"last-event-id": "nonsense"}))
    assert json.loads(event["data"]) == {"message": ""}


async def test_a_request_is_followed_to_its_end(standing_face: Face) -> None:
    id_ = await _waiting(standing_face)
    operator = await role(standing_face, "live-ends", "OPERATOR")
    async with asyncio.timeout(_SECONDS), standing_face.signed_in() as client:
        url = _live_url((await client.get(f"{base_of(standing_face)}/{id_}")).text)
        await _reject(standing_face, id_, operator)
        events = [event async for event in _events(client, url)]
        fragment = (await client.get(f"{base_of(standing_face)}/{id_}/now")).text
        page = (await client.get(f"{base_of(standing_face)}/{id_}")).text
        back = await client.get(url, headers={"last-event-id": events[-1]["id"]})
    assert "Rejected" in events[0]["data"]
    assert events[-1]["event"] == "end"
    assert back.status_code == 204
    assert "Rejected by live-ends" in fragment
    assert "<html" not in fragment
    assert "data-live-url" not in page


async def test_who_may_see_nothing_hears_nothing(standing_face: Face) -> None:
    id_ = await _waiting(standing_face)
    requester = await role(standing_face, "live-stranger", "REQUESTER")
    async with standing_face.signed_in(requester) as client:
        assert (await client.get(f"{base_of(standing_face)}/{id_}/live")).status_code == 404


async def test_without_a_session_there_is_no_stream(standing_face: Face) -> None:
    async with standing_face.client() as client:
        answer = await client.get(f"{base_of(standing_face)}/live")
    assert answer.status_code in (303, 401)
