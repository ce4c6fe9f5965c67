"""Two servers: what was changed through one holds at the other, which has not heard of it yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from certmanager.v1 import policy_service_pb2 as policies
from certmanager.v1 import profile_pb2
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from server.config import Settings
from server.ra.issuing.catalog import Catalog
from server.ra.issuing.profile import Profile
from server.store.records import CertificateRecord, ProfileRecord
from tests.ordering import DAY, lasting, open_policy
from tests.requests.offices import ISSUED, OPERATOR, WAITS, Office, step
from tests.requests.shortening import shorten
from tests.serving import running

AT_ONCE = profile_pb2.ApprovalConfig()
LATER = profile_pb2.ApprovalConfig(steps=[step(OPERATOR)])


@pytest.fixture
async def pair(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Office, Office]]:
    """Two servers on each database; the second hears of no change."""
    async with running(settings) as one, running(settings) as other:
        monkeypatch.setattr(other.app.store.feed, "_tell", lambda *_: None)
        yield Office(one), Office(other)


async def _issued(office: Office, profile_id: str) -> int:
    return len(await office.live.app.store.list(CertificateRecord, profile_id=profile_id))


async def test_approvals_are_asked_for_as_soon_as_the_profile_says_so(pair: tuple[Office, Office]) -> None:
    """Nothing is issued without them once the update was answered."""
    here, there = pair
    profile_id = await here.live.profile(policy=open_policy())
    assert (await there.ask(profile_id)).certificate_request.state == ISSUED
    await here.update_profile(profile_id, approval_config=LATER)
    answers = await asyncio.gather(*(there.ask(profile_id) for _ in range(8)))
    assert {answer.certificate_request.state for answer in answers} == {WAITS}
    assert await _issued(there, profile_id) == 1


async def test_approvals_are_asked_for_no_longer_than_that(pair: tuple[Office, Office]) -> None:
    """Nobody waits for an approval that the profile does not ask for any more."""
    here, there = pair
    profile_id = await here.profile()
    assert (await there.ask(profile_id)).certificate_request.state == WAITS
    await here.update_profile(profile_id, approval_config=AT_ONCE)
    assert (await there.ask(profile_id)).certificate_request.state == ISSUED


async def test_the_policy_of_now_is_asked(pair: tuple[Office, Office]) -> None:
    """What it forbids is refused with all the violations, as if the server had known."""
    here, there = pair
    profile_id = await here.live.profile(policy=lasting(max_lifetime=90 * DAY))
    await there.ask(profile_id, ttl="60d")
    await shorten(here, profile_id)
    with pytest.raises(Exception, match="breaks the policy"):
        await there.ask(profile_id, ttl="60d")
    assert await _issued(there, profile_id) == 1


async def test_what_the_policy_allows_now_is_issued(pair: tuple[Office, Office]) -> None:
    """By its new revision."""
    here, there = pair
    profile_id = await here.live.profile(policy=lasting(max_lifetime=90 * DAY))
    await there.ask(profile_id, ttl="1d")
    await shorten(here, profile_id)
    issued = (await there.ask(profile_id, ttl="1d")).certificate
    store = here.live.app.store
    profile = await store.get(ProfileRecord, id=profile_id)
    assert profile is not None
    kept = await store.get(CertificateRecord, id=issued.certificate_id)
    assert kept is not None
    said = policies.GetCertificatePolicyRequest(id=profile.policy_id)
    answer = await here.live.call(here.live.stub(PolicyServiceStub).GetCertificatePolicy, said)
    assert kept.policy_revision == answer.certificate_policy.revision


async def test_a_disabled_profile_issues_nothing(pair: tuple[Office, Office]) -> None:
    here, there = pair
    profile_id = await here.live.profile(policy=open_policy())
    await there.ask(profile_id)
    await here.update_profile(profile_id, disabled=True)
    with pytest.raises(Exception, match="is disabled"):
        await there.ask(profile_id)
    assert await _issued(there, profile_id) == 1


async def test_it_knows_the_new_profile_from_then_on(
    pair: tuple[Office, Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One order finds out; those after it are judged once each."""
    here, there = pair
    profile_id = await here.live.profile(policy=open_policy())
    await there.ask(profile_id)
    await here.update_profile(profile_id, approval_config=LATER)
    forgotten: list[str] = []
    forget = Catalog.forget

    def counted(self: Catalog, profile: Profile) -> None:
        forgotten.append(profile.id)
        forget(self, profile)

    monkeypatch.setattr(Catalog, "forget", counted)
    for _ in range(3):
        await there.ask(profile_id)
    assert forgotten == [profile_id]
