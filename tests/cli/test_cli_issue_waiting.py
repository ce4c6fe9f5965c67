"""``certmanager issue`` on a profile that asks for approvals: it follows the request, and claims the key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest, ClaimPrivateKeyResponse
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from tests.cli.fake_streams import REQUEST
from tests.cli.scripted import Failing, info
from tests.cli.scripted_service import HANG, Script, served
from tests.cli.waiting_requests import (
    CERTIFICATE,
    CHAIN,
    CLAIMED,
    HALF,
    ISSUED,
    KEY,
    PEM,
    PENDING,
    WAITS,
    desk_of,
    told,
    waiting,
    written,
)

ASK = ("issue", "--profile", REQUEST, "--cn", "a.example.com")
CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMA==\n-----END CERTIFICATE REQUEST-----\n"
LIFE: dict[str, Script] = {
    "IssueCertificate": [PENDING],
    "WatchCertificateRequest": [[told(WAITS), told(HALF), told(ISSUED)]],
    "ClaimPrivateKey": [ClaimPrivateKeyResponse(certificate=CLAIMED)],
}


async def test_it_finishes_when_the_request_is_issued(tmp_path: Path) -> None:
    """Key, certificate and chain are written as if it had been at once."""
    async with served(**LIFE) as service:
        out = await desk_of(service, tmp_path).done(*ASK)
    key = tmp_path / "a.example.com.key"
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == (KEY, 0o600)
    assert (tmp_path / "a.example.com.crt").read_text() == PEM
    assert (tmp_path / "a.example.com.chain.crt").read_text() == CHAIN
    assert CERTIFICATE in out
    assert "MC4=" not in out


async def test_the_states_stand_on_stderr(tmp_path: Path) -> None:
    """With the request's id, before anything can go wrong; the answer alone is on stdout."""
    async with served(**LIFE) as service:
        outcome = await desk_of(service, tmp_path).run(*ASK, "--json")
    assert f"certmanager request claim {REQUEST}" in outcome.err
    assert "1 of 2 approvals; approved by bob: fine" in outcome.err
    assert "warning: the CA is near its end" in outcome.err
    assert outcome.json["certificateRequest"]["state"] == "issued"
    assert outcome.json["files"]["privateKey"] == "a.example.com.key"
    assert "MC4=" not in outcome.out + outcome.err


async def test_the_claim_is_for_the_form_that_was_asked_for(tmp_path: Path) -> None:
    """A PKCS #12 file under the same password."""
    (tmp_path / "password").write_text("secret\n")
    async with served(**LIFE) as service:
        form = ("--key-format", "pkcs12", "--password-file", "password")
        await desk_of(service, tmp_path).run(*ASK, *form)
        (claim,) = map(ClaimPrivateKeyRequest.FromString, service.asked["ClaimPrivateKey"])
    assert (claim.certificate_request_id, claim.key_format, claim.key_password) == (REQUEST, 2, "secret")
    assert claim.request_id


async def test_a_lost_answer_to_the_claim_is_asked_for_again(tmp_path: Path) -> None:
    """With the same id: the key would be lost otherwise."""
    lost = Failing(details=[info("BACKEND_UNAVAILABLE")])
    async with served(**{**LIFE, "ClaimPrivateKey": [lost, *LIFE["ClaimPrivateKey"]]}) as service:
        await desk_of(service, tmp_path).done(*ASK)
        first, second = service.asked["ClaimPrivateKey"]
    assert first == second


async def test_a_key_of_one_s_own_is_not_claimed(tmp_path: Path) -> None:
    """The certificate comes with the last state."""
    (tmp_path / "own.csr").write_text(CSR)
    issued = CertificateRequest()
    issued.CopyFrom(ISSUED)
    issued.private_key_state = "PRIVATE_KEY_STATE_UNSPECIFIED"  # type: ignore[assignment]
    async with served(**{**LIFE, "WatchCertificateRequest": [[told(issued)]]}) as service:
        out = await desk_of(service, tmp_path).done("issue", "--profile", REQUEST, "--csr", "own.csr")
        assert "ClaimPrivateKey" not in service.asked
    assert (tmp_path / "certificate.crt").read_text() == PEM
    assert CERTIFICATE in out


@pytest.mark.parametrize(
    ("state", "code"), [("REJECTED", 10), ("FAILED", 9), ("CANCELLED", 11), ("EXPIRED", 12)]
)
async def test_a_request_that_ends_otherwise_leaves_no_file(tmp_path: Path, state: str, code: int) -> None:
    ended = told(waiting(state, 9, comment="no"))
    async with served(**{**LIFE, "WatchCertificateRequest": [[told(WAITS), ended]]}) as service:
        outcome = await desk_of(service, tmp_path).run(*ASK)
    assert (outcome.code, outcome.out) == (code, "")
    assert f"the request {REQUEST} is {state.lower()}" in outcome.err
    assert written(tmp_path) == []


async def test_without_waiting_the_id_is_told(tmp_path: Path) -> None:
    """And nothing is written."""
    async with served(**LIFE) as service:
        out = await desk_of(service, tmp_path).done(*ASK, "--no-wait")
        assert set(service.asked) == {"IssueCertificate"}
        (asked,) = map(IssueCertificateRequest.FromString, service.asked["IssueCertificate"])
    assert out.startswith(f"the request {REQUEST} is not issued yet")
    assert asked.request_id
    assert written(tmp_path) == []


async def test_it_waits_no_longer_than_it_is_told(tmp_path: Path) -> None:
    """The request goes on; how to follow it was said before."""
    async with served(**{**LIFE, "WatchCertificateRequest": [[told(WAITS), HANG]]}) as service:
        outcome = await desk_of(service, tmp_path).run(*ASK, "--wait", "1s")
    assert (outcome.code, outcome.out) == (7, "")
    assert f"certmanager request watch {REQUEST}" in outcome.err
    assert written(tmp_path) == []


async def test_waiting_and_not_waiting_contradict_each_other(tmp_path: Path) -> None:
    async with served(**LIFE) as service:
        outcome = await desk_of(service, tmp_path).run(*ASK, "--wait", "1s", "--no-wait")
        assert service.asked == {}
    assert outcome.code == 2
