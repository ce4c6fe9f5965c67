"""An answer is given again as long as it is true, and no longer; with a nonce it is made anew."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus

from server.config import Settings
from server.pki.ocsp_request import issuer_ids
from server.ra.revoking.issuing_keys import IssuingKeys
from server.store.failures import StoreUnavailable
from server.store.records import CertificateRecord, ObjectKind
from server.store.unit import Change, Unit
from tests.revoking.relying import Party, party, question
from tests.timepiece import Timepiece

GOOD, REVOKED, UNKNOWN = OCSPCertStatus.GOOD, OCSPCertStatus.REVOKED, OCSPCertStatus.UNKNOWN


async def test_a_revocation_ends_an_answer_that_was_given_before(relying: Party) -> None:
    """An answer that is given again without a signature is given no longer than it is true."""
    held = await relying.issue()
    for _ in range(3):
        assert (await relying.ask(held)).certificate_status is GOOD
    await relying.revoke(held)
    assert (await relying.ask(held)).certificate_status is REVOKED


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
async def test_issuers_are_known_by_each_hash(relying_sqlite: Party, digest: hashes.HashAlgorithm) -> None:
    """The answer names the certificate as the question did: clients compare the octets."""
    held = await relying_sqlite.issue()
    answer = await relying_sqlite.ask(held, digest=digest)
    assert answer.certificate_status is GOOD
    assert (answer.hash_algorithm.name, answer.serial_number) == (digest.name, held.leaf.serial_number)


async def test_a_certificate_keeps_its_status_after_its_end(settings: Settings) -> None:
    clock = Timepiece()
    async with party(settings, clock=clock) as relying:
        good, revoked = await relying.issue(ttl="1h"), await relying.issue(ttl="1h")
        await relying.revoke(revoked)
        clock.forward(days=1)
        assert (await relying.ask(good)).certificate_status is GOOD
        assert (await relying.ask(revoked)).certificate_status is REVOKED


async def test_the_same_question_costs_one_signature(relying_sqlite: Party) -> None:
    held = await relying_sqlite.issue()
    asked = question(held)
    answers = {(await relying_sqlite.http.post("/ocsp", content=asked)).content for _ in range(5)}
    assert len(answers) == 1


async def test_an_answer_is_renewed_at_half_of_its_validity(sqlite_settings: Settings) -> None:
    """Nobody gets an answer that is nearly over."""
    clock = Timepiece()
    async with party(sqlite_settings, clock=clock) as relying:
        held = await relying.issue()
        first = await relying.ask(held)
        clock.forward(minutes=29)
        assert (await relying.ask(held)).this_update_utc == first.this_update_utc
        clock.forward(minutes=2)
        assert (await relying.ask(held)).this_update_utc > first.this_update_utc


async def test_a_nonce_comes_back_and_is_fresh(relying_sqlite: Party) -> None:
    held = await relying_sqlite.issue()
    await relying_sqlite.ask(held)
    for nonce in (b"n", b"0123456789abcdef", bytes(range(128))):
        answer = await relying_sqlite.ask(held, nonce=nonce)
        assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce


async def test_who_sends_no_nonce_gets_none(relying_sqlite: Party) -> None:
    """Even if the same was asked with one just before."""
    held = await relying_sqlite.issue()
    await relying_sqlite.ask(held, nonce=b"0123456789abcdef")
    assert list((await relying_sqlite.ask(held)).extensions) == []


async def test_a_question_waits_for_a_ca_that_is_being_read(relying_sqlite: Party) -> None:
    """Whoever asks while another's question reads the new CA is not told that it is none of ours."""
    store = relying_sqlite.live.app.store
    keys = IssuingKeys(store)
    ca_id = relying_sqlite.live.ids["ca_id"]
    await store.commit(Unit((), (Change(ObjectKind.AUTHORITY, ca_id),)))
    issuer = next(issuer_ids((await relying_sqlite.issue()).issuer))
    found = await asyncio.gather(*(keys.find(issuer) for _ in range(3)))
    assert [key and key.ca_id for key in found] == [ca_id] * 3


async def test_without_the_database_whoever_asks_is_told_to_try_later(
    relying_sqlite: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But what was told before, and is still true as far as is known, is told again."""
    known, other = await relying_sqlite.issue(), await relying_sqlite.issue()
    await relying_sqlite.ask(known)
    monkeypatch.setattr(relying_sqlite.live.app.store, "get", _away)
    assert (await relying_sqlite.ask(known)).certificate_status is GOOD
    answer = await relying_sqlite.ask(other)
    assert answer.response_status is OCSPResponseStatus.TRY_LATER
    path = f"/ca/{relying_sqlite.live.ids['ca_id']}/1.cer"
    refused = await relying_sqlite.http.get(path)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


async def test_a_revocation_in_the_midst_of_a_look_is_told(
    relying_sqlite: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read just before it is neither answered nor kept to be told again."""
    held = await relying_sqlite.issue()
    store = relying_sqlite.live.app.store
    get, reads = store.get, []

    async def overtaken(record: type[Any], /, **where: object) -> Any:
        found = await get(record, **where)
        if record is CertificateRecord and set(where) == {"serial", "ca_id"}:
            reads.append(found)
            if len(reads) == 1:
                await relying_sqlite.revoke(held)
        return found

    monkeypatch.setattr(store, "get", overtaken)
    assert (await relying_sqlite.ask(held)).certificate_status is REVOKED
    assert [found is not None and found.revoked_at is None for found in reads] == [True, False]
    assert (await relying_sqlite.ask(held)).certificate_status is REVOKED


async def _away(*_: object, **__: object) -> None:
    raise StoreUnavailable("away")
