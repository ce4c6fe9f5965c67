"""What changes something over HTTP: safe repetitions, partial updates, sessions of our own pages."""

from __future__ import annotations

import uuid

import pytest

from tests.facing.faces import API, Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_the_same_idempotency_key_has_the_same_certificate(standing_face: Face) -> None:
    live = standing_face.live
    body = {"profileId": await live.profile(), "attributes": {"commonName": "again.example"}}
    key = {"idempotency-key": str(uuid.uuid4())}
    async with standing_face.client(live.owner) as client:
        answers = [await client.post(f"{API}/certificates", json=body, headers=key) for _ in range(2)]
    one, two = (answer.json() for answer in answers)
    assert one["certificate"]["privateKey"] == two["certificate"]["privateKey"]


async def test_a_patch_keeps_what_it_does_not_name_and_null_clears(standing_face: Face) -> None:
    live = standing_face.live
    path = f"{API}/certificate-profiles/{await live.profile()}"
    async with standing_face.client(live.owner) as client:
        said = {"description": "one", "apiConfig": {"autoRenew": True, "renewBeforeDays": 9}}
        first = await client.patch(path, json=said)
        second = await client.patch(path, json={"apiConfig": {"renewBeforeDays": 8}})
        third = await client.patch(path, json={"description": None})
    assert first.status_code == 200, first.text
    profile = second.json()["certificateProfile"]
    assert profile["description"] == "one"
    assert profile["apiConfig"].items() >= {"autoRenew": True, "renewBeforeDays": 8}.items()
    assert "description" not in third.json()["certificateProfile"]


async def test_an_answer_can_be_edited_and_sent_back_whole(standing_face: Face) -> None:
    """With ``updateMask=*``, what the server writes itself is passed over."""
    live = standing_face.live
    path = f"{API}/certificate-profiles/{await live.profile()}"
    async with standing_face.client(live.owner) as client:
        before = (await client.get(path)).json()["certificateProfile"]
        sent = before | {"description": "edited"}
        after = (await client.patch(path, params={"updateMask": "*"}, json=sent)).json()["certificateProfile"]
        refused = await client.patch(path, json=sent)
    ours = {"description", "updatedAt", "etag", "revision"}
    assert {key: value for key, value in after.items() if key not in ours} == {
        key: value for key, value in before.items() if key not in ours
    }
    assert after["description"] == "edited"
    assert refused.status_code == 409, "its etag is the old one"


@pytest.mark.parametrize(("site", "status"), [("same-origin", 200), ("same-site", 403), ("cross-site", 403)])
async def test_a_session_changes_something_from_our_own_pages_only(
    standing_face: Face, site: str, status: int
) -> None:
    async with standing_face.signed_in() as client:
        page = await client.get("/", follow_redirects=True)
        token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
        assert token
        headers = {"x-csrf-token": token, "sec-fetch-site": site}
        body = {"projectId": standing_face.live.ids["project_id"]}
        answer = await client.post(f"{API}/certificates/search", json=body, headers=headers)
    assert answer.status_code == status
