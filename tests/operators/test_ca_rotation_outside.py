"""A CA that an outside CA signs is rotated: the present generation signs until the next one is installed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from cryptography import x509

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.ca.authorities import Authorities
from server.store.records import AuthorityRecord, CRLRecord, GenerationRecord
from tests.operators.ca_installing import asked, install, installation
from tests.operators.ca_orders import authorities, broken, get, issue
from tests.operators.ca_outside import Outside, outside_root
from tests.operators.ca_rotating import certificate, not_rotated, rotate_outside, rotation, told, verifies
from tests.serving import Live, failure_of


@pytest.fixture
def outside(live: Live) -> Outside:
    return outside_root(live.clock())


async def installed(live: Live, outside: Outside) -> Any:
    """A CA that the outside CA has signed."""
    ca, csr = await asked(live)
    return await install(live, installation(ca, outside.sign(csr, now=live.clock()), outside.chain))


async def csr_of(live: Live, id_: str) -> str:
    request = messages.GetCertificateAuthorityCsrRequest(id=id_)
    return str((await live.call(authorities(live).GetCertificateAuthorityCsr, request)).csr)


def extensions(pem: str) -> dict[Any, Any]:
    """What a CSR asks for, but for the key identifier."""
    found = x509.load_pem_x509_csr(pem.encode()).extensions
    return {e.oid: e.value for e in found if not isinstance(e.value, x509.SubjectKeyIdentifier)}


async def test_the_present_generation_signs_until_the_next_one_is_installed(
    live: Live, outside: Outside, tmp_path: Path
) -> None:
    ca = await installed(live, outside)
    old_csr = await csr_of(live, ca.id)
    waiting, csr = await rotate_outside(live, ca.id)
    assert (waiting.generation, waiting.certificate) == (1, ca.certificate)
    (warning,) = waiting.warnings
    assert "awaits the certificate of an outside CA" in warning
    assert list((await get(live, ca.id)).warnings) == [warning]
    assert await csr_of(live, ca.id) == csr != old_csr
    assert extensions(csr) == extensions(old_csr)
    old = (await issue(live, ca.id)).certificate
    assert old.issuing_ca_certificate == ca.certificate
    now = await install(live, installation(ca, outside.sign(csr, now=live.clock()), outside.chain))
    new = (await issue(live, ca.id)).certificate
    assert (now.generation, new.issuing_ca_certificate) == (2, now.certificate)
    assert list((await get(live, ca.id)).warnings) == []
    assert certificate(now.certificate).public_key() != certificate(ca.certificate).public_key()
    first, second = await told(live, old.certificate_id), await told(live, new.certificate_id)
    assert (first.ca_generation, second.ca_generation) == (1, 2)
    for one in (first, second):
        assert verifies(one.certificate, one.certificate_chain, tmp_path)


async def test_nothing_of_the_waiting_one_is_left(live: Live, outside: Outside) -> None:
    """The former generation is kept in its place, and the new key has a CRL from now on."""
    ca = await installed(live, outside)
    _, csr = await rotate_outside(live, ca.id)
    store = live.app.store
    (waiting,) = await store.list(GenerationRecord, ca_id=ca.id)
    assert (waiting.number, waiting.state) == (2, "AWAITING_CERTIFICATE")
    assert len(await store.list(CRLRecord, ca_id=ca.id)) == 1
    await install(live, installation(ca, outside.sign(csr, now=live.clock()), outside.chain))
    (former,) = await store.list(GenerationRecord, ca_id=ca.id)
    assert (former.number, former.state) == (1, "FORMER")
    assert {crl.key_generation for crl in await store.list(CRLRecord, ca_id=ca.id)} == {1, 2}


async def test_a_key_that_is_kept(live: Live, outside: Outside, tmp_path: Path) -> None:
    ca = await installed(live, outside)
    _, csr = await rotate_outside(live, ca.id, keep_key=True)
    old = (await issue(live, ca.id)).certificate
    now = await install(live, installation(ca, outside.sign(csr, now=live.clock()), outside.chain))
    assert certificate(now.certificate).public_key() == certificate(ca.certificate).public_key()
    assert verifies(old.certificate, now.certificate + now.certificate_chain, tmp_path)
    assert len(await live.app.store.list(CRLRecord, ca_id=ca.id)) == 1


async def test_a_rotation_takes_the_place_of_one_that_waits(live: Live, outside: Outside) -> None:
    """The certificate for the CSR of before is refused, and nothing of its key is kept."""
    ca = await installed(live, outside)
    _, given_up = await rotate_outside(live, ca.id)
    (before,) = await live.app.store.list(GenerationRecord, ca_id=ca.id)
    _, csr = await rotate_outside(live, ca.id)
    (after,) = await live.app.store.list(GenerationRecord, ca_id=ca.id)
    assert (after.number, after.state) == (2, "AWAITING_CERTIFICATE")
    assert after.sealed_key != before.sealed_key
    assert await csr_of(live, ca.id) == csr
    wrong = installation(ca, outside.sign(given_up, now=live.clock()), outside.chain)
    failure = await live.refused(authorities(live).InstallCertificateAuthorityCertificate, wrong)
    assert ("certificate", "KEY_MISMATCH") in broken(failure)
    now = await install(live, installation(ca, outside.sign(csr, now=live.clock()), outside.chain))
    leaf = (await issue(live, ca.id)).certificate
    assert (now.generation, leaf.issuing_ca_certificate) == (2, now.certificate)


async def test_a_key_that_was_to_be_kept_is_not(live: Live, outside: Outside) -> None:
    """Somebody thought better of it: the next generation has a new key, and a CRL for that."""
    ca = await installed(live, outside)
    _, given_up = await rotate_outside(live, ca.id, keep_key=True)
    _, csr = await rotate_outside(live, ca.id)
    wrong = installation(ca, outside.sign(given_up, now=live.clock()), outside.chain)
    failure = await live.refused(authorities(live).InstallCertificateAuthorityCertificate, wrong)
    assert ("certificate", "KEY_MISMATCH") in broken(failure)
    await install(live, installation(ca, outside.sign(csr, now=live.clock()), outside.chain))
    assert len(await live.app.store.list(CRLRecord, ca_id=ca.id)) == 2


async def test_of_two_rotations_at_once_neither_replaces_the_other(
    live: Live, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that nothing waits: one is told to look again, and the CSR of the other holds."""
    ca = await installed(live, outside)
    barrier, ask = asyncio.Barrier(2), Authorities.ask_again

    async def met(*given: Any, **named: Any) -> AuthorityRecord:
        await barrier.wait()
        return await ask(*given, **named)

    monkeypatch.setattr(Authorities, "ask_again", met)
    calls = (live.call(authorities(live).RotateCertificateAuthority, rotation(ca.id)) for _ in range(2))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    (failed,) = (failure_of(one) for one in outcomes if isinstance(one, grpc.aio.AioRpcError))
    (rotated,) = (one for one in outcomes if not isinstance(one, BaseException))
    assert (failed.code.name, failed.reason) == ("ABORTED", "VERSION_MISMATCH")
    assert await csr_of(live, ca.id) == rotated.csr


async def test_a_retry_is_answered_with_the_same_csr(live: Live, outside: Outside) -> None:
    ca = await installed(live, outside)
    id_ = str(uuid4())
    _, first = await rotate_outside(live, ca.id, request_id=id_)
    _, second = await rotate_outside(live, ca.id, request_id=id_)
    assert first == second


async def test_installing_the_present_one_again_changes_nothing(live: Live, outside: Outside) -> None:
    """Neither while the next one waits, nor after that was installed; the former one is refused then."""
    ca = await installed(live, outside)
    waiting, csr = await rotate_outside(live, ca.id)
    again = installation(ca, ca.certificate, outside.chain)
    assert (await install(live, again)).etag == waiting.etag
    following = installation(ca, outside.sign(csr, now=live.clock()), outside.chain)
    now = await install(live, following)
    assert (await install(live, following)).etag == now.etag
    method = authorities(live).InstallCertificateAuthorityCertificate
    assert (await live.refused(method, again)).reason == "STATE_CONFLICT"


async def test_a_certificate_for_another_key_is_refused(live: Live, outside: Outside) -> None:
    """The one of the CSR of before, signed once more, is not the next generation's."""
    ca = await installed(live, outside)
    first_csr = await csr_of(live, ca.id)
    await rotate_outside(live, ca.id)
    wrong = installation(ca, outside.sign(first_csr, now=live.clock()), outside.chain)
    failure = await live.refused(authorities(live).InstallCertificateAuthorityCertificate, wrong)
    assert ("certificate", "KEY_MISMATCH") in broken(failure)
    assert (await get(live, ca.id)).generation == 1


async def test_the_outside_ca_decides_on_times(live: Live, outside: Outside) -> None:
    ca = await installed(live, outside)
    failure = await not_rotated(live, ca.id, attributes={"ttl": "1y"})
    assert broken(failure) == {("attributes.ttl", "NOT_FOR_CA")}


async def test_another_algorithm(live: Live, outside: Outside, tmp_path: Path) -> None:
    ca = await installed(live, outside)
    said = {"key_algorithm": "KEY_ALGORITHM_RSA_2048"}
    _, csr = await rotate_outside(live, ca.id, attributes=said)
    await install(live, installation(ca, outside.sign(csr, now=live.clock()), outside.chain))
    new = (await issue(live, ca.id)).certificate
    assert verifies(new.certificate, new.certificate_chain, tmp_path)
