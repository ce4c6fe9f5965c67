"""Whatever is sent to the OCSP responder, it answers in the protocol's words, and never with a fault."""

from __future__ import annotations

import base64
import urllib.parse

import pytest
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus
from hypothesis import HealthCheck, example, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from server.pki import ocsp_request as ours
from tests.revoking.ocsp_requests import (
    ACCEPTABLE,
    BASIC,
    MD5,
    NONCE,
    STRANGE,
    cert_id,
    extension,
    request,
    tlv,
)
from tests.revoking.relying import REQUEST, Party, question, response
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_MALFORMED = {
    "nothing": b"",
    "no DER": b"hello",
    "octets behind": request(cert_id()) + b"\x00",
    "torn": request(cert_id())[:-1],
    "no certificate": request(),
    "two certificates": request(cert_id(), cert_id(serial=b"\x06")),
    "version 2": request(cert_id(), before=tlv(0xA0, b"\x02\x01\x01")),
    "a hash of long ago": request(cert_id(oid=MD5, size=16)),
    "a negative serial number": request(cert_id(serial=b"\xff")),
    "a serial number of 21 octets": request(cert_id(serial=b"\x01" * 21)),
    "a nonce of no octets": request(cert_id(), extensions=extension(NONCE, tlv(4, b""))),
    "a nonce of 129 octets": request(cert_id(), extensions=extension(NONCE, tlv(4, b"n" * 129))),
    "two nonces": request(cert_id(), extensions=2 * extension(NONCE, tlv(4, b"n" * 16))),
    "a strange critical extension": request(
        cert_id(), extensions=extension(STRANGE, b"\x05\x00", critical=True)
    ),
    "one at the certificate": request(cert_id(), single=extension(STRANGE, b"\x05\x00", critical=True)),
}
_ANSWERABLE = {
    "SHA-1 without parameters": request(cert_id(parameters=b"")),
    "a nonce of 1 octet": request(cert_id(), extensions=extension(NONCE, tlv(4, b"n"))),
    "a nonce of 128 octets": request(cert_id(), extensions=extension(NONCE, tlv(4, b"n" * 128))),
    "a critical nonce": request(cert_id(), extensions=extension(NONCE, tlv(4, b"n" * 16), critical=True)),
    "acceptable responses": request(
        cert_id(), extensions=extension(ACCEPTABLE, tlv(0x30, BASIC), critical=True)
    ),
    "a strange extension": request(cert_id(), extensions=extension(STRANGE, b"\x05\x00")),
    "one at the certificate": request(cert_id(), single=extension(STRANGE, b"\x05\x00")),
    "a signature": request(
        cert_id(),
        before=tlv(0xA1, tlv(0x82, b"a.example")),
        after=tlv(0xA0, tlv(0x30, tlv(0x30, MD5), b"\x03\x02\x00\xff")),
    ),
}


@pytest.mark.parametrize("what", _MALFORMED)
async def test_a_malformed_request_is_called_so(relying_party: Party, what: str) -> None:
    answer = await relying_party.post(_MALFORMED[what])
    assert answer.response_status is OCSPResponseStatus.MALFORMED_REQUEST


@pytest.mark.parametrize("what", _ANSWERABLE)
async def test_what_may_stand_in_a_request_is_passed_over(relying_party: Party, what: str) -> None:
    """It is understood, so that the issuer is looked for, which is not ours."""
    answer = await relying_party.post(_ANSWERABLE[what])
    assert answer.response_status is OCSPResponseStatus.UNAUTHORIZED


async def test_a_wrong_type_is_refused(relying_party: Party) -> None:
    answer = await relying_party.http.post(
        "/ocsp", content=b"{}", headers={"content-type": "application/json"}
    )
    assert answer.status_code == 415


async def test_a_request_without_a_type_is_answered(relying_party: Party) -> None:
    held = await relying_party.issue()
    answer = await relying_party.http.post("/ocsp", content=question(held))
    assert response(answer).certificate_status is OCSPCertStatus.GOOD


async def test_a_long_request_is_refused_before_its_end(relying_party: Party) -> None:
    answer = await relying_party.http.post("/ocsp", content=bytes(1 << 20), headers=REQUEST)
    assert answer.status_code == 413


async def test_a_path_may_be_encoded_as_clients_do(relying_party: Party) -> None:
    """Slashes as they are or encoded, one or two before, the padding lost, a plus as a space."""
    held = await relying_party.issue()
    for _ in range(20):
        text = base64.b64encode(question(held)).decode()
        for path in (
            text,
            f"/{text}",
            urllib.parse.quote(text, safe=""),
            urllib.parse.quote(text.rstrip("="), safe=""),
            text.replace("+", "%20"),
        ):
            assert _is_good(await relying_party.http.get(f"/ocsp/{path}")), path
        held = await relying_party.issue()


@pytest.mark.parametrize("padding", ["", "=", "=="])
async def test_slashes_that_a_proxy_merged_are_found_again(relying_party: Party, padding: str) -> None:
    """Of two slashes that follow each other many proxies make one."""
    held = await relying_party.issue()
    asked = ocsp.load_der_ocsp_request(question(held))
    for size in range(9, 12):
        body = request(_cert_id_of(asked), extensions=extension(STRANGE, b"\xff" * size + b"\x00"))
        text = base64.b64encode(body).decode()
        assert "//" in text
        if text.rstrip("=") + padding == text:
            merged = text.replace("//", "/", 1)
            assert _is_good(await relying_party.http.get(f"/ocsp/{merged}"))
            return
    raise AssertionError("no length gives this padding")


def _cert_id_of(asked: ocsp.OCSPRequest) -> bytes:
    serial = asked.serial_number.to_bytes(20)
    names = tlv(4, asked.issuer_name_hash), tlv(4, asked.issuer_key_hash)
    return tlv(0x30, tlv(0x30, bytes.fromhex("06052b0e03021a"), b"\x05\x00"), *names, tlv(2, serial))


def _is_good(answer: object) -> bool:
    found = response(answer)  # type: ignore[arg-type]
    return found.response_status is OCSPResponseStatus.SUCCESSFUL and (
        found.certificate_status is OCSPCertStatus.GOOD
    )


@trying(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300))
@example(body=b"\x30\x80\x00\x00")
async def test_any_body_gets_an_answer(relying_party: Party, body: bytes) -> None:
    answer = await relying_party.post(body)
    assert answer.response_status is OCSPResponseStatus.MALFORMED_REQUEST


@trying(max_examples=300)
@given(data=st.data())
async def test_a_request_with_wrong_octets_is_read_or_refused(data: st.DataObject) -> None:
    """No mutation of a good request makes the reader fail in another way than it says."""
    body = bytearray(
        request(cert_id(), extensions=extension(NONCE, tlv(4, b"n" * 16)), single=extension(STRANGE, b""))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at] = data.draw(st.integers(0, 255))
    try:
        found = ours.read_request(bytes(body))
    except ours.OCSPFault:
        return
    assert 0 <= found.serial < 1 << 159


@trying(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=120))
@example(path="\n")
@example(path="\n\n")
async def test_any_path_gets_an_answer(relying_party: Party, path: str) -> None:
    """In OCSP's words below its own path, and never with a fault of the server's."""
    quoted = urllib.parse.quote(path.encode("utf-8", "surrogatepass"), safe="/=+%")
    below = await relying_party.http.get(f"/ocsp/x{quoted}")
    # A path is one line; the end of the line may be told.
    assert below.status_code == (404 if "\n" in path.removesuffix("\n") else 200)
    assert (await relying_party.http.get(f"/{quoted.lstrip('/')}")).status_code < 500


async def test_a_request_as_it_may_be_is_no_longer_than_a_path(relying_party: Party) -> None:
    """A long path is refused in OCSP's words too."""
    answer = await relying_party.http.get("/ocsp/" + "A" * 5000)
    assert response(answer).response_status is OCSPResponseStatus.MALFORMED_REQUEST


async def test_what_is_refused_is_kept_by_nobody(relying_party: Party) -> None:
    answer = await relying_party.http.get("/ocsp/abc")
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) == 5
