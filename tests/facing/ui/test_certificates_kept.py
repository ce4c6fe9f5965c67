from __future__ import annotations

import subprocess
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12

from certmanager.v1.certificate_pb2 import CertificateState, MetadataEntry, RenewalState
from certmanager.v1.x509_pb2 import RevocationReason
from tests.facing.faces import Face
from tests.facing.ui.rooms import browsing, issued, stored, text_of
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

REVOKED = CertificateState.CERTIFICATE_STATE_REVOKED
ACTIVE = CertificateState.CERTIFICATE_STATE_ACTIVE


async def test_the_page_tells_all_that_is_in_it(standing_face: Face) -> None:
    entry = MetadataEntry(key="team", value="<script>alert(1)</script>")
    known = await issued(standing_face, "told.example.com", metadata=[entry])
    async with browsing(standing_face) as browser:
        answer = await browser.get(f"/certificates/{known.id}")
    shown = text_of(answer)
    for fact in (
        known.serial_number,
        known.fingerprint_sha256,
        known.issuer,
        "Digital signature",
        "0 % of its lifetime",
    ):
        assert fact in shown
    assert known.certificate.strip() in answer.text
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
    assert f"/certificate-authorities/{standing_face.live.ids['root_ca_id']}" in answer.text


async def test_files_are_what_openssl_reads(standing_face: Face, tmp_path: Path) -> None:
    known = await issued(standing_face, "*.files.example.com")
    files = {}
    async with browsing(standing_face) as browser:
        for form in ("certificate.pem", "fullchain.pem", "chain.pem", "certificate.cer", "chain.p7b"):
            answer = await browser.get(f"/certificates/{known.id}/download/{form}")
            assert answer.status_code == 200
            assert answer.headers["content-disposition"].startswith(
                'attachment; filename="wildcard.files.example.com'
            )
            (tmp_path / form).write_bytes(answer.content)
            files[form] = answer.content
    printed = _openssl(
        "x509", "-inform", "DER", "-in", "certificate.cer", "-noout", "-fingerprint", "-sha256", cwd=tmp_path
    )
    assert printed.strip().partition("=")[2].replace(":", "").lower() == known.fingerprint_sha256
    assert "OK" in _openssl("verify", "-CAfile", "chain.pem", "certificate.pem", cwd=tmp_path)
    leaf = x509.load_pem_x509_certificate(files["certificate.pem"])
    assert leaf.public_bytes(Encoding.DER) == files["certificate.cer"]
    assert files["certificate.pem"].count(b"BEGIN") == 1
    assert files["fullchain.pem"].startswith(files["certificate.pem"])
    assert len(pkcs7.load_der_pkcs7_certificates(files["chain.p7b"])) == 1 + files["chain.pem"].count(
        b"BEGIN"
    )


async def test_there_are_no_other_files(standing_face: Face) -> None:
    known = await issued(standing_face, "no-file.example.com")
    async with browsing(standing_face) as browser:
        assert (await browser.get(f"/certificates/{known.id}/download/key.pem")).status_code == 404


async def test_a_hold_is_set_and_released(standing_face: Face) -> None:
    known = await issued(standing_face, "held.example.com")
    page = f"/certificates/{known.id}"
    async with browsing(standing_face) as browser:
        assert (await browser.send(page, to="/revoke", reason="certificate_hold")).status_code == 303
        assert "On hold" in await browser.seen(page)
        assert (await stored(standing_face, known.id)).state == REVOKED
        assert (await browser.send(page, to="/release-hold")).status_code == 303
    assert (await stored(standing_face, known.id)).state == ACTIVE


async def test_a_revocation_keeps_reason_and_date(standing_face: Face) -> None:
    known = await issued(standing_face, "revoked.example.com")
    since = known.not_before.ToDatetime().strftime("%Y-%m-%dT%H:%M:%S")
    page = f"/certificates/{known.id}"
    async with browsing(standing_face) as browser:
        assert "The key is blocked on the whole server" in await browser.seen(page)
        await browser.send(page, to="/revoke", reason="key_compromise", invalidity_date=since)
        again = await browser.seen(page)
    told = (await stored(standing_face, known.id)).revocation
    assert told.reason == RevocationReason.REVOCATION_REASON_KEY_COMPROMISE
    assert told.invalidity_date.seconds == known.not_before.seconds
    assert f'action="/projects/{browser.project_id}{page}/renew"' not in again


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "choose a reason"),
        ({"reason": "bad mood"}, "must be one of"),
        ({"reason": "superseded", "invalidity_date": "yesterday"}, "write a date and a time"),
        ({"reason": "superseded", "invalidity_date": "2199-01-01T00:00"}, "not from a time to come"),
        ({"reason": "ca_compromise"}, "not revoked for this reason"),
    ],
)
async def test_a_wrong_revocation_is_told_and_changes_nothing(
    standing_face: Face, fields: dict[str, str], said: str
) -> None:
    known = await issued(standing_face, "wrongly.example.com")
    async with browsing(standing_face) as browser:
        answer = await browser.send(f"/certificates/{known.id}", to="/revoke", **fields)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert (await stored(standing_face, known.id)).state == ACTIVE


async def test_a_renewal_shows_its_key_once(standing_face: Face) -> None:
    known = await issued(standing_face, "renewed.example.com")
    page = f"/certificates/{known.id}"
    id_ = "0b5e2a52-6a53-4f0f-9d3c-63b8fd6f2a10"
    async with browsing(standing_face) as browser:
        first = await browser.send(page, to="/renew", request_id=id_)
        again = await browser.client.post(
            browser.path(page + "/renew"),
            data={"csrf": (await _csrf(browser, page)), "request_id": id_},
        )
        successor = (await stored(standing_face, known.id)).renewed_by_certificate_id
        lineage = await browser.seen(f"/certificates/{successor}")
    assert "BEGIN PRIVATE KEY" in first.text
    assert again.status_code == 303
    assert "predecessor" in lineage
    assert known.serial_number in lineage


async def test_a_renewal_hands_over_a_pkcs12_file(standing_face: Face) -> None:
    known = await issued(standing_face, "p12.example.com")
    async with browsing(standing_face) as browser:
        answer = await browser.send(
            f"/certificates/{known.id}", to="/renew", key_format="PKCS12", key_password="wonder wall"
        )

    content = answer.text.partition("application/x-pkcs12;base64,")[2].partition('"')[0].replace("&#43;", "+")
    key, leaf, chain = pkcs12.load_key_and_certificates(b64decode(content), b"wonder wall")
    assert key is not None
    assert leaf is not None
    assert chain


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"key": "csr"}, 422, "paste a certificate signing request"),
        ({"key": "csr", "csr": "nonsense"}, 422, "One thing is not right"),
        ({"key_format": "PKCS12"}, 422, "password"),
        ({"key_format": "paper"}, 422, "must be one of"),
    ],
)
async def test_a_wrong_renewal_is_told(
    standing_face: Face, fields: dict[str, str], status: int, said: str
) -> None:
    known = await issued(standing_face, "not-renewed.example.com")
    async with browsing(standing_face) as browser:
        answer = await browser.send(f"/certificates/{known.id}", to="/renew", **fields)
    assert answer.status_code == status
    assert said in text_of(answer)
    assert not (await stored(standing_face, known.id)).renewed_by_certificate_id


async def test_the_renewal_by_the_server_is_switched(standing_face: Face) -> None:
    known = await issued(standing_face, "switched.example.com")
    page = f"/certificates/{known.id}"
    async with browsing(standing_face) as browser:
        assert (await browser.send(page, to="/renewal", enabled="true", threshold="25%")).status_code == 303
        on = (await stored(standing_face, known.id)).auto_renewal
        assert (await browser.send(page, to="/renewal", threshold="3d")).status_code == 303
        off = (await stored(standing_face, known.id)).auto_renewal
        wrong = await browser.send(page, to="/renewal", enabled="true", threshold="100%")
    assert on.state == RenewalState.RENEWAL_STATE_SCHEDULED
    assert off.state == RenewalState.RENEWAL_STATE_OFF
    assert wrong.status_code == 422
    assert "from 1% to 99%" in text_of(wrong)


async def _csrf(browser: object, page: str) -> str:
    shown = await browser.seen(page)  # type: ignore[attr-defined]
    return str(shown.partition('name="csrf" value="')[2].partition('"')[0])


def _openssl(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout
