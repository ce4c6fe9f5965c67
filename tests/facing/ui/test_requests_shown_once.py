"""The private key of a new certificate is shown once, and one form makes one certificate."""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from certmanager.v1 import certificate_request_service_pb2 as requests
from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from server.ids import new_id
from tests.facing.faces import Face
from tests.facing.ui.request_forms import KEY, Form, opened
from tests.ordering import csr_pem, open_policy
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def _profile(face: Face) -> str:
    return await face.live.profile(policy=open_policy())


async def _count(face: Face, profile_id: str) -> int:
    asked = requests.ListCertificateRequestsRequest(profile_id=profile_id)
    stub = CertificateRequestServiceStub(face.live.channel)
    answer = await face.live.call(stub.ListCertificateRequests, asked)
    return len(answer.certificate_requests)


async def _form(client: httpx2.AsyncClient, face: Face, name: str) -> Form:
    form = await opened(client, face, await _profile(face))
    form.fields["attributes.common_name"] = name
    return form


async def test_the_answer_shows_body_chain_and_key(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        answer = await (await _form(client, standing_face, "shown.example.com")).send()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.count(KEY) == 1
    assert answer.text.count("-----BEGIN CERTIFICATE-----") >= 2
    assert "shown.example.com.key.pem" in answer.text


async def test_a_reload_leads_to_the_certificate_without_the_key(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "reload.example.com")
        first, again = await form.send(), await form.send()
    assert KEY in first.text
    assert again.status_code == 303
    assert KEY not in again.text
    assert re.fullmatch(r"/projects/[\w-]+/certificates/[\w-]+", again.headers["location"])
    assert again.headers["location"] in first.text
    assert await _count(standing_face, form.hidden["profile_id"]) == 1


async def test_an_answer_that_got_lost_is_given_again(standing_face: Face) -> None:
    """The mark came with the key: a browser that has no mark has not had the key."""
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "lost.example.com")
        first = await form.send()
        for cookie in [each for each in client.cookies.jar if each.name.startswith("shown-")]:
            client.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
        again = await form.send()
    assert KEY in first.text
    assert KEY in again.text
    assert await _count(standing_face, form.hidden["profile_id"]) == 1


async def test_a_double_click_issues_one_certificate(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "double.example.com")
        both = await asyncio.gather(form.send(), form.send())
    assert {answer.status_code for answer in both} <= {200, 303}
    assert any(KEY in answer.text for answer in both)
    assert await _count(standing_face, form.hidden["profile_id"]) == 1


async def test_the_mark_is_for_no_script_and_no_other_site(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "mark.example.com")
        answer = await form.send()
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert f"shown-{form.hidden['request_id']}=1" in parts
    assert {"httponly", "secure", "samesite=strict", "max-age=3600"} <= parts


async def test_going_back_and_changing_something_does_not_issue_in_silence(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "back.example.com")
        await form.send()
        changed = await form.send(**{"attributes.common_name": "forth.example.com"})
    assert changed.status_code == 409
    assert "had been sent before" in changed.text
    assert 'value="forth.example.com"' in changed.text
    assert form.hidden["request_id"] not in changed.text
    assert await _count(standing_face, form.hidden["profile_id"]) == 1


async def test_each_form_is_an_intent_of_its_own(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        profile_id = await _profile(standing_face)
        one, two = [await opened(client, standing_face, profile_id) for _ in range(2)]
    assert one.hidden["request_id"] != two.hidden["request_id"]


@pytest.mark.parametrize(
    "request_id", ["", "x", "00000000-0000-4000-8000-000000000000", "01800000-0000-7000-8000-000000000000"]
)
async def test_a_form_of_unknown_age_issues_nothing(standing_face: Face, request_id: str) -> None:
    """The service would not know an old id again, and issue anew."""
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "old.example.com")
        form.hidden["request_id"] = request_id
        answer = await form.send()
    assert answer.status_code == 409
    assert "too old" in answer.text
    assert await _count(standing_face, form.hidden["profile_id"]) == 0


async def test_a_csr_has_no_key_to_show(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await _profile(standing_face), key="csr")
        answer = await form.send(csr=csr_pem(), **{"attributes.common_name": "csr.example.com"})
    assert answer.status_code == 303
    assert "/certificates/" in answer.headers["location"]


async def test_a_csr_comes_as_a_file_too(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await _profile(standing_face), key="csr")
        data = {**form.hidden, "attributes.common_name": "file.example.com", "action": "request"}
        file = {"csr_file": ("a.csr", csr_pem().encode(), "application/pkcs10")}
        answer = await client.post(f"{form.base}/new", data=data, files=file)
    assert answer.status_code == 303, answer.text


async def test_a_pkcs12_file_opens_with_the_password(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "p12.example.com")
        answer = await form.send(key_format="PKCS12", key_password="correct horse")
    assert "correct horse" not in answer.text
    found = re.search(r'href="data:application/x-pkcs12;base64,([^"]+)"', answer.text)
    assert found
    key, certificate, chain = pkcs12.load_key_and_certificates(
        b64decode(found[1].replace("&#43;", "+")), b"correct horse"
    )
    assert key is not None
    assert certificate is not None
    assert chain


async def test_no_page_to_get_has_a_key(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "pages.example.com")
        shown = await form.send()
        key = shown.text.partition(KEY)[2][:60]
        request_id = (await _newest(standing_face, form.hidden["profile_id"])).id
        for path in (
            form.base,
            f"{form.base}/{request_id}",
            f"{form.base}/{request_id}/now",
            f"{form.base}/rows",
        ):
            page = await client.get(path)
            assert page.status_code == 200
            assert KEY not in page.text
            assert key not in page.text


async def _newest(face: Face, profile_id: str) -> CertificateRequest:
    asked = requests.ListCertificateRequestsRequest(profile_id=profile_id)
    stub = CertificateRequestServiceStub(face.live.channel)
    found = await face.live.call(stub.ListCertificateRequests, asked)
    newest: CertificateRequest = found.certificate_requests[0]
    return newest


async def test_keys_and_passwords_reach_no_log(
    standing_face: Face, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    async with standing_face.signed_in() as client:
        form = await _form(client, standing_face, "log.example.com")
        answer = await form.send()
        form.hidden["request_id"] = new_id()
        await form.send(key_format="PKCS12", key_password="battery staple")
    key = answer.text.partition(KEY)[2].strip()[:60]
    told = "".join((caplog.text, *capfd.readouterr()))
    assert key
    assert key not in told
    assert "battery staple" not in told
