"""Keys in each form, and the same call once more: a retry gets the same key, in the same form."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.keys.counter import CLAIMABLE, DELIVERED, Counter
from tests.keys.forms import NAMES, NUL, OTHER, PASSWORD, Form, in_file
from tests.ordering import DAY, lasting, order
from tests.requests.offices import Person
from tests.sealing import keys_in

OUTGROWN = lasting(default_lifetime=DAY, max_lifetime=36_500 * DAY)
"""Every issuance under it warns of the CA's end."""


async def at_once(counter: Counter, by: Person, profile_id: str, **fields: Any) -> Any:
    """The answer to an order that waits for nobody."""
    return await counter.send(order(profile_id, common_name="a.example.com", fields=fields), by)


async def test_a_sealed_key_is_the_same_octets_again(counter: Counter, requester: Person) -> None:
    """It is not sealed anew: nobody here could."""
    form, fields = Form.of("SEALED"), {"request_id": str(uuid4())}
    profile_id = await counter.live.profile()
    first, second = [await at_once(counter, requester, profile_id, **fields, **form.wish()) for _ in range(2)]
    form.key(first.certificate, request_id=first.certificate_request_id)
    assert second == first


async def test_a_file_may_come_again_under_another_password(counter: Counter, requester: Person) -> None:
    """With the same key; each opens with its own password alone."""
    form, request_id = Form.of("PKCS12"), str(uuid4())
    profile_id = await counter.live.profile()
    keys = []
    for password in (PASSWORD, OTHER):
        wish = form.wish(password)
        answer = await at_once(counter, requester, profile_id, request_id=request_id, **wish)
        id_ = answer.certificate_request_id
        keys.append(form.key(answer.certificate, request_id=id_, password=password))
    assert keys[0].private_numbers() == keys[1].private_numbers()


async def test_a_retry_with_a_nul_in_its_password_is_refused(counter: Counter, requester: Person) -> None:
    """Its file would open with what stands before it; whether the first answer had a key or waits."""
    for profile_id in (await counter.live.profile(), await counter.profile()):
        fields = {"request_id": str(uuid4()), **in_file()}
        await at_once(counter, requester, profile_id, **fields)
        request = order(profile_id, common_name="a.example.com", fields={**fields, "key_password": NUL})
        method = counter.live.certificates.IssueCertificate
        failure = await counter.live.refused(method, request, token=requester.token)
        assert failure.fields == {"key_password": "NUL_CHARACTER"}


@pytest.mark.parametrize("name", NAMES)
async def test_after_ten_minutes_a_retry_has_no_key(sqlite_counter: Counter, name: str) -> None:
    """In no form, and the certificate all the same."""
    counter, form = sqlite_counter, Form.of(name)
    requester, profile_id = await counter.person("REQUESTER"), await counter.live.profile()
    fields = {"request_id": str(uuid4()), **form.wish()}
    first = await at_once(counter, requester, profile_id, **fields)
    counter.clock.forward(minutes=11)
    again = await at_once(counter, requester, profile_id, **fields)
    assert keys_in(again.certificate) == set()
    assert again.certificate.certificate == first.certificate.certificate


@pytest.mark.parametrize("name", NAMES)
async def test_a_claim_is_repeated_in_its_form(counter: Counter, requester: Person, name: str) -> None:
    """Another password is no other claim, and what was sealed is the same octets."""
    form, request_id = Form.of(name), str(uuid4())
    id_ = await counter.issued_late(requester, fields=form.wish())
    first = (await counter.claim(id_, requester, request_id, **form.claim())).certificate
    again = (await counter.claim(id_, requester, request_id, **form.claim(OTHER))).certificate
    form.key(first, request_id=id_)
    form.key(again, request_id=id_, password=OTHER)
    assert (again == first) == (name != "PKCS12")
    assert len(await counter.told(id_, "privateKeys.deliver")) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_claim_in_another_form_is_another_claim(sqlite_counter: Counter, name: str) -> None:
    """Under the same id it is refused; under a new one it is too late."""
    counter, form, request_id = sqlite_counter, Form.of(name), str(uuid4())
    requester = await counter.person("REQUESTER")
    id_ = await counter.issued_late(requester, fields=form.wish())
    await counter.claim(id_, requester, request_id, **form.claim())
    other = {} if form.claim() else in_file()
    assert (await counter.refused_claim(id_, requester, request_id, **other)).reason == "REQUEST_ID_REUSED"
    assert (await counter.refused_claim(id_, requester, **other)).reason == "PRIVATE_KEY_DELIVERED"


@pytest.mark.parametrize("name", NAMES)
async def test_who_waits_gets_the_key_in_its_form(counter: Counter, requester: Person, name: str) -> None:
    """A file under the password of the waiting call; its retry, waiting or not, gets it again."""
    form, request_id, profile_id = Form.of(name), str(uuid4()), await counter.profile()
    call = counter.awaited(requester, request_id, profile_id=profile_id, **form.wish())
    waiting = asyncio.create_task(call)
    id_ = await counter.arrived(requester)
    await counter.approve(id_, await counter.person("OPERATOR"))
    first = (await waiting).certificate
    form.key(first, request_id=id_)
    fields = {"request_id": request_id, **form.wish(OTHER)}
    again = (await at_once(counter, requester, profile_id, **fields)).certificate
    form.key(again, request_id=id_, password=OTHER)
    assert (again == first) == (name != "PKCS12")
    (row,) = await counter.told(id_, "privateKeys.deliver")
    assert (row.identity_id, row.details) == (requester.id, {"form": name})
    assert await counter.key_states(id_) == (DELIVERED, DELIVERED)


@pytest.mark.parametrize("name", NAMES)
async def test_a_retry_that_waits_takes_an_owed_key_in_its_form(sqlite_counter: Counter, name: str) -> None:
    """Its first call was answered before the approval; the password is that of the retry."""
    counter, form, request_id = sqlite_counter, Form.of(name), str(uuid4())
    requester, profile_id = await counter.person("REQUESTER"), await counter.profile()
    fields = {"request_id": request_id, **form.wish()}
    id_ = await counter.issued_late(requester, profile_id=profile_id, fields=fields)
    looked = await at_once(counter, requester, profile_id, **fields)
    assert (keys_in(looked.certificate), await counter.key_states(id_)) == (set(), (CLAIMABLE, CLAIMABLE))
    call = counter.awaited(requester, request_id, profile_id=profile_id, **form.wish(OTHER))
    form.key((await call).certificate, request_id=id_, password=OTHER)
    assert await counter.key_states(id_) == (DELIVERED, DELIVERED)


async def test_a_retry_tells_no_warnings(sqlite_counter: Counter) -> None:
    """They were told of the moment of the issuance; its certificate is the same."""
    counter = sqlite_counter
    requester, profile_id = await counter.person("REQUESTER"), await counter.live.profile(policy=OUTGROWN)
    fields = {"request_id": str(uuid4())}
    first = await at_once(counter, requester, profile_id, **fields)
    again = await at_once(counter, requester, profile_id, **fields)
    assert (len(first.warnings), len(again.warnings)) == (1, 0)
    assert again.certificate == first.certificate
