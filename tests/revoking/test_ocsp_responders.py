"""Each key of a CA has an OCSP responder, made and renewed without anybody asking, and none too many."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponse, OCSPResponseStatus
from cryptography.x509.oid import ExtendedKeyUsageOID

from server.ca.authorities import Authorities
from server.ca.pool import CryptoPool
from server.ca.responding import Delegation
from server.clock import Clock, utc_now
from server.config import Settings
from server.keyring import find
from server.pki.algorithms import KeyAlgorithm
from server.pki.seal import KEK, SealBroken
from server.ra.revoking.issuing_keys import IssuingKey, IssuingKeys
from server.ra.revoking.responders import Responders
from server.store.records import AuditRecord, AuthorityRecord, ObjectKind, ResponderRecord
from server.store.store import Store
from server.store.unit import Change, Delete, Unit, Update
from tests import checker
from tests.oracles import openssl_verify, pkilint_findings
from tests.revoking.relying import PATIENCE, Held, Party, party
from tests.timepiece import StoppedTimepiece

HALF = 3.5
"""Days: half of a responder's life."""


async def stored(relying: Party, ca_id: str) -> Sequence[ResponderRecord]:
    return await relying.live.app.store.list(ResponderRecord, ca_id=ca_id)


async def made(relying: Party, ca_id: str, *, after: bytes = b"") -> ResponderRecord:
    """The responder that a CA has once it has another certificate than this one."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rows = await stored(relying, ca_id)
            if rows and rows[0].certificate != after:
                return rows[0]
            await asyncio.sleep(0.01)


def signer(answer: OCSPResponse) -> x509.Certificate:
    """Who signed an answer."""
    (certificate,) = answer.certificates
    return certificate


async def under(relying: Party, ca_id: str, **said: str) -> Held:
    return await relying.issue(profile_id=await relying.live.profile(ca_id=ca_id), **said)


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda algorithm: algorithm.name)
async def test_its_certificate_says_what_for(sqlite_settings: Settings, algorithm: KeyAlgorithm) -> None:
    """Signed by the very CA (RFC 6960, 4.2.2.2), for OCSP alone, and not itself to be asked about."""
    async with party(sqlite_settings) as relying:
        held = await under(relying, await relying.live.authority(algorithm))
        certificate = signer(await relying.ask(held))
    extensions = certificate.extensions
    assert checker.faults(certificate, held.issuer) == []
    assert pkilint_findings(certificate.public_bytes(Encoding.DER)) == []
    usages = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    assert extensions.get_extension_for_class(x509.OCSPNoCheck)
    assert extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    assert certificate.not_valid_before_utc >= held.issuer.not_valid_before_utc
    assert timedelta(days=6, hours=23) < certificate.not_valid_after_utc - utc_now() < timedelta(days=7)
    if not algorithm.name.startswith("ML_DSA"):
        pem = certificate.public_bytes(Encoding.PEM).decode()
        above = x509.load_pem_x509_certificates(held.chain.encode())
        chain = [each.public_bytes(Encoding.PEM).decode() for each in above]
        found = openssl_verify(pem, root=chain[-1], intermediates=tuple(chain[:-1]), purpose="ocsphelper")
        assert found == ""


async def test_a_responder_is_there_before_anybody_asks(settings: Settings) -> None:
    """Of each CA that there is at the start, and of each that comes."""
    async with party(settings) as relying:
        for ca_id in ("root_ca_id", "ca_id", "rsa_ca_id"):
            await made(relying, relying.live.ids[ca_id])
        await made(relying, await relying.live.authority())


async def test_it_is_renewed_at_half_of_its_life(settings: Settings) -> None:
    """By the upkeep, without a question, and written down."""
    clock = StoppedTimepiece()
    async with party(settings, clock=clock) as relying:
        ca_id = relying.live.ids["ca_id"]
        first = await made(relying, ca_id)
        clock.forward(days=HALF, seconds=-2)
        await relying.live.app.upkeep.round()
        assert (await made(relying, ca_id)).certificate == first.certificate
        clock.forward(seconds=2)
        await relying.live.app.upkeep.round()
        second = await made(relying, ca_id, after=first.certificate)
        assert second.not_after == first.not_after + timedelta(days=HALF)
        assert (await relying.ask(await relying.issue())).certificate_status is OCSPCertStatus.GOOD
        rows = await relying.live.app.store.list(AuditRecord, action="ocspResponders.renew", object_id=ca_id)
        assert [row.details["key_generation"] for row in rows] == [1, 1]


async def test_answers_are_signed_by_the_new_one(sqlite_settings: Settings) -> None:
    clock = StoppedTimepiece()
    async with party(sqlite_settings, clock=clock) as relying:
        held = await relying.issue()
        first = signer(await relying.ask(held))
        clock.forward(days=HALF)
        await relying.live.app.upkeep.round()
        assert signer(await relying.ask(held)) != first


async def test_a_question_after_a_long_pause_gets_a_new_one(sqlite_settings: Settings) -> None:
    """No answer is signed by a responder that is over, whatever the upkeep has done."""
    clock = StoppedTimepiece()
    async with party(sqlite_settings, clock=clock, upkeep_interval=86_400) as relying:
        held = await relying.issue()
        first = signer(await relying.ask(held))
        clock.forward(days=30)
        answer = await relying.ask(held)
        assert answer.certificate_status is OCSPCertStatus.GOOD
        assert signer(answer).not_valid_after_utc > clock() > first.not_valid_after_utc


async def test_it_never_outlasts_its_ca_and_is_not_renewed_in_vain(sqlite_settings: Settings) -> None:
    clock = StoppedTimepiece()
    async with party(sqlite_settings, clock=clock) as relying:
        ca_id = await relying.live.authority(lifetime=timedelta(days=2))
        held = await under(relying, ca_id, ttl="1h")
        first = signer(await relying.ask(held))
        assert first.not_valid_after_utc == held.issuer.not_valid_after_utc
        clock.forward(days=1.8)
        await relying.live.app.upkeep.round()
        assert signer(await relying.ask(held)) == first
        assert len(await stored(relying, ca_id)) == 1


async def test_nothing_is_signed_for_a_ca_that_is_over(sqlite_settings: Settings) -> None:
    """Nor is anything told that nobody could verify."""
    clock = StoppedTimepiece()
    async with party(sqlite_settings, clock=clock) as relying:
        held = await under(relying, await relying.live.authority(lifetime=timedelta(days=2)), ttl="1h")
        await relying.ask(held)
        clock.forward(days=2.1)
        assert (await relying.ask(held)).response_status is OCSPResponseStatus.UNAUTHORIZED


async def test_no_answer_outlasts_its_responder(sqlite_settings: Settings) -> None:
    clock = StoppedTimepiece()
    async with party(sqlite_settings, clock=clock) as relying:
        ca_id = await relying.live.authority(lifetime=timedelta(days=2))
        held = await under(relying, ca_id, ttl="1h")
        end = held.issuer.not_valid_after_utc
        clock.forward(seconds=(end - clock()).total_seconds() - 600)
        assert (await relying.ask(held)).next_update_utc == end


async def test_replicas_share_one(settings: Settings) -> None:
    """Of several that make one at the same time one is stored, and all of them use it."""
    async with AsyncExitStack() as stack:
        relying = await stack.enter_async_context(party(settings, upkeep_interval=86_400))
        live = relying.live
        ca_id = await live.authority()
        kek = await find(live.settings, live.app.store)
        pool = CryptoPool()
        stack.callback(pool.close)
        replicas = [await _responders(live.app.store, kek, pool, live.clock) for _ in range(3)]
        found = await asyncio.gather(*(each.of(_key(keys, ca_id)) for keys, each in replicas))
        (row,) = await stored(relying, ca_id)
        signers = {each.certificate.public_bytes(Encoding.DER) for each in found if each}
        assert signers == {row.certificate}


async def _responders(
    store: Store, kek: KEK, pool: CryptoPool, clock: Clock
) -> tuple[IssuingKeys, Responders]:
    """What a replica has of its own."""
    keys = IssuingKeys(store)
    await keys.load()
    return keys, Responders(store, keys, Authorities(kek, pool), Delegation(kek, pool), clock=clock)


def _key(keys: IssuingKeys, ca_id: str) -> IssuingKey:
    return next(key for key in keys if key.ca_id == ca_id)


async def test_its_key_opens_for_nothing_else(sqlite_settings: Settings) -> None:
    """The seal is bound to the CA and the generation: a row that is put elsewhere does not open."""
    async with party(sqlite_settings) as relying:
        live = relying.live
        row = await made(relying, live.ids["ca_id"])
        delegation = Delegation(await find(live.settings, live.app.store), live.pool)
        assert delegation.load(row).algorithm is KeyAlgorithm.EC_PRIME256V1
        for other in ({"ca_id": live.ids["root_ca_id"]}, {"key_generation": 2}):
            with pytest.raises(SealBroken):
                delegation.load(replace(row, **other))


async def test_one_ca_that_fails_leaves_the_others_theirs(sqlite_settings: Settings) -> None:
    """Whoever asks about it is told that it is our fault."""
    async with party(sqlite_settings, upkeep_interval=86_400) as relying:
        live = relying.live
        broken, sound = await live.authority(), await live.authority()
        held = await under(relying, broken)
        spoilt = Update(AuthorityRecord, {"id": broken}, {"sealed_key": bytes(64)})
        gone = Delete(ResponderRecord, {"ca_id": broken}, expect=None)
        await live.app.store.commit(Unit((spoilt, gone), (Change(ObjectKind.AUTHORITY, broken),)))
    async with party(sqlite_settings) as relying:
        assert (await relying.ask(held)).response_status is OCSPResponseStatus.INTERNAL_ERROR
        await made(relying, sound)
