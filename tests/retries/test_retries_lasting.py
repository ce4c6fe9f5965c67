"""How long a retry is safe: across restarts and what was switched off since, and until its time is over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.config import Settings
from server.ra import retention
from server.store.failures import StoreUnavailable
from server.store.records import CertificateRecord, HeldSecretRecord
from server.store.unit import Delete, Insert, Unit
from server.store.writer import Writer
from tests.retries.conftest import Timed
from tests.retries.creating import CREATING, Desk, fresh_id
from tests.serving import running

ALL = pytest.mark.parametrize("what", CREATING.values(), ids=CREATING)
CERTIFICATE, TOKEN, PROJECT = CREATING["certificate"], CREATING["access token"], CREATING["project"]


def without_key(answer: Any) -> Any:
    """The answer as it is once the key is not told again."""
    told = type(answer)()
    told.CopyFrom(answer)
    told.certificate.private_key = ""
    return told


async def test_it_outlives_a_restart(settings: Settings) -> None:
    """Of each kind: what is known is in the database, the secrets included."""
    made = {}
    async with running(settings) as live:
        desk = Desk(live)
        for name, what in CREATING.items():
            request = await desk.request(what, requestId=fresh_id())
            made[name] = request, await desk.make(what, request)
    async with running(settings) as live:
        for name, (request, first) in made.items():
            assert await Desk(live).make(CREATING[name], request) == first


async def test_a_profile_that_was_disabled_since_is_no_obstacle(desk: Desk) -> None:
    """What was issued is issued; and under another id the profile refuses."""
    request = await desk.request(CERTIFICATE, requestId=fresh_id())
    first = await desk.make(CERTIFICATE, request)
    change = profiles.UpdateCertificateProfileRequest(
        certificate_profile={"id": request.profile_id, "disabled": True}, update_mask={"paths": ["disabled"]}
    )
    await desk.live.call(desk.live.profiles.UpdateCertificateProfile, change)
    assert await desk.make(CERTIFICATE, request) == first
    anew = await desk.refused(CERTIFICATE, await desk.request(CERTIFICATE, requestId=fresh_id()))
    assert anew.reason == "PROFILE_DISABLED"


async def test_a_ca_that_was_disabled_since_is_no_obstacle(desk: Desk) -> None:
    request = await desk.request(CERTIFICATE, requestId=fresh_id())
    first = await desk.make(CERTIFICATE, request)
    disable = desk.live.stub(CertificateAuthorityServiceStub).DisableCertificateAuthority
    ca = authorities.DisableCertificateAuthorityRequest(id=desk.live.ids["ca_id"])
    await desk.live.call(disable, ca)
    assert await desk.make(CERTIFICATE, request) == first


async def test_a_key_is_told_again_for_ten_minutes(timed: Timed) -> None:
    """After that the certificate is, for a day, and the key is gone."""
    request = await timed.request(CERTIFICATE, requestId=fresh_id())
    first = await timed.make(CERTIFICATE, request)
    timed.clock.forward(minutes=9, seconds=30)
    assert await timed.make(CERTIFICATE, request) == first
    timed.clock.forward(minutes=1)
    assert await timed.make(CERTIFICATE, request) == without_key(first)


async def test_a_tokens_secret_is_told_again_for_ten_minutes(timed: Timed) -> None:
    """After that the token is, without it."""
    request = await timed.request(TOKEN, requestId=fresh_id())
    first = await timed.make(TOKEN, request)
    timed.clock.forward(minutes=9, seconds=30)
    assert await timed.make(TOKEN, request) == first
    timed.clock.forward(minutes=1)
    later = await timed.make(TOKEN, request)
    assert (later.secret, later.access_token) == ("", first.access_token)


async def test_what_was_held_for_retries_is_cleared_away(timed: Timed) -> None:
    for what in (CERTIFICATE, TOKEN):
        await timed.make(what, await timed.request(what, requestId=fresh_id()))
    assert await timed.held() == 2
    timed.clock.forward(minutes=11)
    await timed.live.app.upkeep.round()
    assert await timed.held() == 0


async def test_an_attempt_is_known_for_a_day(timed: Timed) -> None:
    """At least; then its id is free again, and what it made stays made."""
    request = await timed.request(PROJECT, requestId=fresh_id())
    first = await timed.make(PROJECT, request)
    timed.clock.forward(hours=23, minutes=59)
    await timed.live.app.upkeep.round()
    assert await timed.make(PROJECT, request) == first
    timed.clock.forward(minutes=2)
    await timed.live.app.upkeep.round()
    assert (await timed.refused(PROJECT, request)).reason == "SLUG_TAKEN"


async def test_many_attempts_are_forgotten_in_portions(timed: Timed) -> None:
    """All of them, whatever a portion holds."""
    for _ in range(5):
        await timed.make(PROJECT, await timed.request(PROJECT, requestId=fresh_id()))
    timed.clock.forward(days=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retention, "_BATCH", 2)
        await timed.live.app.upkeep.round()
    assert await timed.attempts() == 0


async def test_a_retry_tells_of_a_revoked_token_that_it_is(timed: Timed) -> None:
    """A retry answers with what its object is by now."""
    request = await timed.request(TOKEN, requestId=fresh_id())
    first = await timed.make(TOKEN, request)
    revoke = timed.live.stub(TOKEN.stub).RevokeAccessToken
    revoked = await timed.live.call(revoke, access.RevokeAccessTokenRequest(id=first.access_token.id))
    assert (await timed.make(TOKEN, request)).access_token == revoked.access_token


async def test_a_crash_between_commit_and_answer_loses_nothing(desk: Desk) -> None:
    """The commit came through unheard: the call looks before it tells of a failure."""
    real, request = Writer.commit, await desk.request(CERTIFICATE, requestId=fresh_id())

    async def deaf(self: Writer, unit: Any) -> int:
        await real(self, unit)
        raise StoreUnavailable

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writer, "commit", deaf)
        first = await desk.make(CERTIFICATE, request)
    assert first.certificate.private_key
    assert await desk.make(CERTIFICATE, request) == first
    assert len(await desk.live.app.store.list(CertificateRecord, certified_ca_id=None)) == 1


async def test_a_client_that_goes_away_finds_what_was_made(desk: Desk) -> None:
    """Whatever had become of its call: there is one certificate in the end, and it has the key."""
    request, method = await desk.request(CERTIFICATE, requestId=fresh_id()), desk.method(CERTIFICATE)
    for _ in range(5):
        call: Any = method(request, metadata=desk.live.auth())
        await asyncio.sleep(0)
        call.cancel()
    assert (await desk.make(CERTIFICATE, request)).certificate.private_key
    assert len(await desk.live.app.store.list(CertificateRecord, certified_ca_id=None)) == 1


async def test_a_row_put_under_another_object_does_not_open(desk: Desk) -> None:
    """A seal is bound to what it belongs to."""
    store, answers = desk.live.app.store, []
    for _ in range(2):
        request = await desk.request(CERTIFICATE, requestId=fresh_id())
        answers.append((request, await desk.make(CERTIFICATE, request)))
    one, other = await store.list(HeldSecretRecord)
    swapped = [replace(one, object_id=other.object_id), replace(other, object_id=one.object_id)]
    gone = [Delete(HeldSecretRecord, {"object_id": each.object_id}) for each in (one, other)]
    await store.commit(Unit((*gone, *(Insert(each) for each in swapped))))
    for request, first in answers:
        assert await desk.make(CERTIFICATE, request) == without_key(first)
