"""The plain listener serves CRLs, OCSP and CA certificates, and nothing else."""

from __future__ import annotations

import asyncio
import json
import socket
from email.utils import parsedate_to_datetime

import httpx2
import pytest
from cryptography import x509
from cryptography.x509.ocsp import OCSPCertStatus

from server.api.startup import StartupError
from server.config import Settings
from server.store.records import AuthorityRecord
from tests.revoking.pki_paths import ca_path, crl_path
from tests.revoking.relying import PATIENCE, Party, party, question, response
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_ABSENT = "0198c4a0-0000-7000-8000-000000000000"


async def test_the_crl_is_the_one_that_was_published(relying_party: Party) -> None:
    path = await crl_path(relying_party)
    answer = await relying_party.http.get(path)
    crl = x509.load_der_x509_crl(answer.content)
    record = await relying_party.live.app.store.get(AuthorityRecord, id=relying_party.live.ids["ca_id"])
    assert record is not None
    assert answer.headers["content-type"] == "application/pkix-crl"
    authority = x509.load_der_x509_certificate(record.certificate or b"")
    assert crl.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    assert parsedate_to_datetime(answer.headers["last-modified"]) == crl.last_update_utc


async def test_the_certificate_is_the_cas(relying_party: Party) -> None:
    answer = await relying_party.http.get(ca_path(relying_party))
    record = await relying_party.live.app.store.get(AuthorityRecord, id=relying_party.live.ids["ca_id"])
    assert record is not None
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pkix-cert")
    assert answer.content == record.certificate


async def test_a_new_crl_is_served_within_a_second_or_so(relying_party: Party) -> None:
    held = await relying_party.issue()
    path = await crl_path(relying_party)
    await relying_party.revoke(held)
    async with asyncio.timeout(PATIENCE):
        while True:
            crl = x509.load_der_x509_crl((await relying_party.http.get(path)).content)
            if crl.get_revoked_certificate_by_serial_number(held.leaf.serial_number):
                return
            await asyncio.sleep(0.05)


async def test_a_get_is_answered_as_a_post(relying_party: Party) -> None:
    held = await relying_party.issue()
    posted = await relying_party.http.post("/ocsp/", content=question(held))
    got = await relying_party.get(question(held))
    assert posted.content == got.content
    assert response(got).certificate_status is OCSPCertStatus.GOOD


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/crl",
        "/crl/",
        f"/crl/{_ABSENT}.crl",
        f"/crl/{_ABSENT}",
        f"/crl/{_ABSENT.upper()}.crl",
        "/crl/..%2f..%2fkek.crl",
        "/crl/%00.crl",
        f"/ca/{_ABSENT}/1.cer",
        f"/ca/{_ABSENT}/0.cer",
        f"/ca/{_ABSENT}/99999999999999999999.cer",
        f"/ca/{_ABSENT}/%D9%A1.cer",
        "/ca/x/1.cer",
        "/metrics",
        "/readyz",
        "/certmanager.v1.CertificateService/GetCertificate",
    ],
)
async def test_nothing_else_is_served(relying_party: Party, path: str) -> None:
    """And what is not there is told in a few plain words."""
    answer = await relying_party.http.get(path)
    assert (answer.status_code, answer.text) == (404, "Not Found")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_a_generation_that_is_not_there_is_not_found(relying_party: Party) -> None:
    assert (await relying_party.http.get(ca_path(relying_party).replace("1.cer", "2.cer"))).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_nothing_is_taken_but_questions(relying_party: Party, method: str) -> None:
    for path in (await crl_path(relying_party), ca_path(relying_party)):
        answer = await relying_party.http.request(method, path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_it_does_not_tell_what_it_is(relying_party: Party) -> None:
    answer = await relying_party.http.get("/")
    assert "server" not in answer.headers


async def test_the_place_is_told_at_the_start(relying_party: Party) -> None:
    endpoints = json.loads((relying_party.live.directory / "endpoints.json").read_text())
    assert list(endpoints) == ["grpc", "pki"]
    assert endpoints["pki"] == relying_party.url
    assert relying_party.url.startswith("http://127.0.0.1:")


async def test_a_place_that_is_taken_is_a_sentence(sqlite_settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(StartupError, match=rf"^cannot listen on '{address}'$"):
            async with party(sqlite_settings, pki_http_address=address):
                pass


async def test_it_ends_with_the_server(sqlite_settings: Settings) -> None:
    async with party(sqlite_settings) as made:
        url = made.url
        assert (await made.http.get(ca_path(made))).status_code == 200
    async with httpx2.AsyncClient() as http:
        with pytest.raises(httpx2.ConnectError):
            await http.get(url)
