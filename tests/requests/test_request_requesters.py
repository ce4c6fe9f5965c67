"""The last approval looks at who has asked: nothing is issued to who may not ask any more."""

from __future__ import annotations

import pytest
from google.rpc import error_details_pb2

from server.store.records import CertificateRecord, HeldSecretRecord
from tests.operators.setting_up import meanwhile
from tests.requests.losing import lose
from tests.requests.offices import FAILED, ISSUED, OPERATOR, WAITS, Office, step
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


@pytest.mark.parametrize("what", ["identity", "role"])
async def test_a_request_fails_with_the_right_of_its_requester(office: Office, what: str) -> None:
    """With the reason, and who it was; neither a certificate nor a key is made."""
    operator, person = await office.person("OPERATOR"), await office.person("REQUESTER")
    id_ = await office.waiting(await office.profile(), by=person)
    await lose(office, person, what)
    done = await office.approve(id_, operator)
    info = error_details_pb2.ErrorInfo()
    next(each for each in done.error.details if each.Is(info.DESCRIPTOR)).Unpack(info)
    assert (done.state, done.error.code, info.reason) == (FAILED, 7, "PERMISSION_DENIED")
    assert (info.metadata["permission"], info.metadata["identityId"]) == ("certificates.issue", person.id)
    store = office.live.app.store
    assert await store.list(CertificateRecord, request_id=id_) == []
    assert await store.get(HeldSecretRecord, object_id=id_) is None


@pytest.mark.parametrize("what", ["identity", "role"])
async def test_also_if_it_goes_while_the_ca_signs(
    office: Office, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """What was signed is thrown away."""
    operator, person = await office.person("OPERATOR"), await office.person("REQUESTER")
    id_ = await office.waiting(await office.profile(), by=person)
    meanwhile(office.live, monkeypatch, lambda: lose(office, person, what), kind="REQUEST")
    assert (await office.approve(id_, operator)).state == FAILED
    assert await office.live.app.store.list(CertificateRecord, request_id=id_) == []


async def test_only_the_last_approval_looks(office: Office) -> None:
    """An approval before it is given all the same."""
    first, second = await office.person("OPERATOR"), await office.person("OPERATOR")
    person = await office.person("REQUESTER")
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=2)), by=person)
    await lose(office, person, "role")
    assert (await office.approve(id_, first)).state == WAITS
    assert (await office.approve(id_, second)).state == FAILED


async def test_a_role_for_the_profile_is_enough(office: Office) -> None:
    """As it was when the request came."""
    operator, profile_id = await office.person("OPERATOR"), await office.profile()
    person = await office.person("REQUESTER", profile_id=profile_id)
    id_ = await office.waiting(profile_id, by=person)
    assert (await office.approve(id_, operator)).state == ISSUED


async def test_a_token_that_has_gone_does_not_matter(office: Office) -> None:
    """The requester gets another one, and claims with that."""
    operator, person = await office.person("OPERATOR"), await office.person("REQUESTER")
    id_ = await office.waiting(await office.profile(), by=person)
    await lose(office, person, "token")
    assert (await office.approve(id_, operator)).state == ISSUED
