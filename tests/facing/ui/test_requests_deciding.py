"""Requests that wait: seen, decided in place, withdrawn, and their key claimed once."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from certmanager_client.cli.sealing.document import SealedKey
from server.ids import new_id
from tests.facing.faces import Face
from tests.facing.ui.request_forms import KEY, approved_profile, base_of, role, value_of
from tests.ordering import order
from tests.sealing import X25519, Recipient
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

ATTACK = "<script>alert(1)</script>"


async def _waiting(
    face: Face, *, token: str = "", name: str = "wait.example.com", profile_id: str = ""
) -> str:
    """The path of a request that waits for an operator; the owner's unless a token is given."""
    asked = order(profile_id or await approved_profile(face), common_name=name)
    return f"{base_of(face)}/{await _asked(face, asked, token=token)}"


async def _asked(face: Face, asked: messages.IssueCertificateRequest, *, token: str = "") -> str:
    answer = await face.live.call(face.live.certificates.IssueCertificate, asked, token=token or None)
    return str(answer.certificate_request_id)


async def _press(
    client: httpx2.AsyncClient, path: str, verb: str, *, query: str = "", **said: str
) -> httpx2.Response:
    page = await client.get("/projects/" + path.split("/")[2] + "/certificate-requests/new")
    if page.status_code == 303:
        page = await client.get(page.headers["location"])
    return await client.post(f"{path}/{verb}{query}", data={"csrf": value_of(page.text, "csrf"), **said})


async def test_an_operator_approves_in_place(standing_face: Face) -> None:
    path = await _waiting(standing_face)
    async with standing_face.signed_in(await role(standing_face, "op-approves", "OPERATOR")) as client:
        before = (await client.get(path)).text
        assert "Approve</button>" in before
        answer = await _press(client, path, "approve", comment="fine", revision=value_of(before, "revision"))
        after = (await client.get(path)).text
    assert answer.status_code == 303
    assert answer.headers["location"] == path
    assert "Approved by op-approves" in after
    assert "fine" in after
    assert "To the certificate" in after
    assert "Approve</button>" not in after


async def test_rejecting_tells_the_comment(standing_face: Face) -> None:
    path = await _waiting(standing_face)
    async with standing_face.signed_in(await role(standing_face, "op-rejects", "OPERATOR")) as client:
        await _press(client, path, "reject", comment="not you & not now")
        page = (await client.get(path)).text
    assert "Rejected by op-rejects" in page
    assert "not you &amp; not now" in page


async def test_the_list_has_the_decision_in_its_row_and_comes_back_filtered(standing_face: Face) -> None:
    profile_id = await approved_profile(standing_face)
    path = await _waiting(standing_face, profile_id=profile_id)
    async with standing_face.signed_in(await role(standing_face, "op-list", "OPERATOR")) as client:
        query = {"profile": profile_id, "state": "pending_approval"}
        rows = (await client.get(base_of(standing_face), params=query)).text
        found = re.search(r'action="([^"]+/approve[^"]*)"', rows)
        assert found
        action = found[1].replace("&amp;", "&")
        data = {"csrf": value_of(rows, "csrf"), "revision": value_of(rows, "revision")}
        answer = await client.post(action, data=data)
        back = await client.get(answer.headers["location"])
    assert path in rows
    assert answer.status_code == 303
    assert "state=pending_approval" in answer.headers["location"]
    assert "No request matches" in back.text


async def test_a_refused_decision_is_told_in_its_row(standing_face: Face) -> None:
    profile_id = await approved_profile(standing_face)
    path = await _waiting(standing_face, profile_id=profile_id)
    async with standing_face.signed_in(await role(standing_face, "op-stale", "OPERATOR")) as client:
        query = f"?from=list&profile={profile_id}"
        answer = await _press(client, path, "approve", query=query, revision="1")
    assert answer.status_code == 409
    assert "has changed since you looked at it" in answer.text
    assert path in answer.text


async def test_nobody_is_offered_their_own_request_nor_may_approve_it(standing_face: Face) -> None:
    operator = await role(standing_face, "op-self", "OPERATOR")
    path = await _waiting(standing_face, token=operator)
    async with standing_face.signed_in(operator) as client:
        page = (await client.get(path)).text
        answer = await _press(client, path, "approve")
    assert "Approve</button>" not in page
    assert "Cancel request" in page
    assert answer.status_code == 403
    assert "nobody approves their own request" in answer.text


@pytest.mark.parametrize("kind", ["VIEWER", "AUDITOR"])
async def test_who_only_looks_decides_nothing(standing_face: Face, kind: str) -> None:
    path = await _waiting(standing_face)
    async with standing_face.signed_in(await role(standing_face, f"looks-{kind}", kind)) as client:
        page = (await client.get(path)).text
        answers = [(await _press(client, path, verb)).status_code for verb in ("approve", "reject", "cancel")]
    assert "Approve</button>" not in page
    assert "Cancel request" not in page
    assert answers == [403, 403, 403]


async def test_a_requester_withdraws_its_own_and_sees_no_others(standing_face: Face) -> None:
    requester = await role(standing_face, "req-cancels", "REQUESTER")
    own, others = await _waiting(standing_face, token=requester), await _waiting(standing_face)
    async with standing_face.signed_in(requester) as client:
        assert (await client.get(others)).status_code == 404
        assert (await _press(client, others, "cancel")).status_code == 404
        answer = await _press(client, own, "cancel", comment="typo")
        page = (await client.get(own)).text
    assert answer.status_code == 303
    assert "Cancelled" in page
    assert "typo" in page


async def test_a_request_of_another_project_is_not_found(standing_face: Face) -> None:
    other = await standing_face.live.project("decided-elsewhere")
    path = (await _waiting(standing_face)).replace(standing_face.live.ids["project_id"], other)
    async with standing_face.signed_in() as client:
        gets = [(await client.get(path + more)).status_code for more in ("", "/now", "/live")]
        posts = [
            (await _press(client, path, verb)).status_code
            for verb in ("approve", "cancel", "claim-private-key")
        ]
    assert gets == [404, 404, 404]
    assert posts == [404, 404, 404]


async def test_nothing_is_changed_by_a_get(standing_face: Face) -> None:
    path = await _waiting(standing_face)
    async with standing_face.signed_in() as client:
        for verb in ("approve", "reject", "cancel", "claim-private-key"):
            assert (await client.get(f"{path}/{verb}")).status_code == 405


async def test_a_comment_with_markup_is_text(standing_face: Face) -> None:
    profile_id = await approved_profile(standing_face)
    asked = order(profile_id, common_name="xss.example.com", organization=ATTACK)
    asked.metadata.append(certificate_pb2.MetadataEntry(key="k", value=ATTACK))
    path = f"{base_of(standing_face)}/{await _asked(standing_face, asked)}"
    async with standing_face.signed_in(await role(standing_face, "op-xss", "OPERATOR")) as client:
        await _press(client, path, "reject", comment=ATTACK)
        page = (await client.get(path)).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 3


async def _approved(face: Face, requester: str, operator: str) -> str:
    path = await _waiting(face, token=requester)
    async with face.signed_in(operator) as client:
        assert (await _press(client, path, "approve")).status_code == 303
    return path


async def test_a_late_key_is_shown_to_its_requester_once(standing_face: Face) -> None:
    requester = await role(standing_face, "req-claims", "REQUESTER")
    operator = await role(standing_face, "op-claims", "OPERATOR")
    path = await _approved(standing_face, requester, operator)
    async with standing_face.signed_in(operator) as client:
        assert "Show the private key once" not in (await client.get(path)).text
        refused = await _press(client, path, "claim-private-key", request_id=new_id())
    async with standing_face.signed_in(requester) as client:
        page = (await client.get(path)).text
        said = {"request_id": value_of(page, "request_id"), "key_format": "PKCS8_PEM"}
        first = await _press(client, path, "claim-private-key", **said)
        again = await _press(client, path, "claim-private-key", **said)
        anew = await _press(client, path, "claim-private-key", request_id=new_id())
        after = (await client.get(path)).text
    assert KEY not in refused.text
    assert KEY in first.text
    assert (again.status_code, again.headers["location"]) == (303, path)
    assert anew.status_code == 409
    assert KEY not in again.text + anew.text + after + page
    assert "Show the private key once" not in after


async def test_a_late_key_comes_as_pkcs12_and_only_with_a_password(standing_face: Face) -> None:
    requester = await role(standing_face, "req-p12", "REQUESTER")
    path = await _approved(standing_face, requester, await role(standing_face, "op-p12", "OPERATOR"))
    async with standing_face.signed_in(requester) as client:
        bare = await _press(client, path, "claim-private-key", request_id=new_id(), key_format="PKCS12")
        said = {"request_id": new_id(), "key_format": "PKCS12", "key_password": "correct horse"}
        answer = await _press(client, path, "claim-private-key", **said)
    assert bare.status_code == 422
    assert "key_password must be set" in bare.text
    found = re.search(r'base64,([^"]+)"', answer.text)
    assert found
    assert pkcs12.load_key_and_certificates(b64decode(found[1]), b"correct horse")[0] is not None


async def test_a_late_key_that_is_sealed_is_handed_over_sealed(standing_face: Face) -> None:
    """The claim takes it from the server: a page that did not show it would lose it."""
    requester = await role(standing_face, "req-sealed", "REQUESTER")
    recipient = Recipient.fresh(X25519)
    asked = order(await approved_profile(standing_face), common_name="sealed.example.com")
    asked.generated_key.CopyFrom(recipient.wish)
    id_ = await _asked(standing_face, asked, token=requester)
    path = f"{base_of(standing_face)}/{id_}"
    async with standing_face.signed_in(await role(standing_face, "op-sealed", "OPERATOR")) as client:
        await _press(client, path, "approve")
    async with standing_face.signed_in(requester) as client:
        answer = await _press(client, path, "claim-private-key", request_id=new_id())
    found = re.search(r"<pre[^>]*>(\{.*?\})</pre>", answer.text, re.DOTALL)
    assert found
    sealed = SealedKey.load(unescape(found[1]).encode())
    assert sealed.request_id == id_
    assert recipient.octets(sealed, request_id=id_)
