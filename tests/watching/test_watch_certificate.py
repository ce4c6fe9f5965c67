"""A watch on a lineage: what it sends of each change, and what it never sends."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from certmanager.v1 import certificate_pb2
from server.ids import new_id
from server.store.records import CertificateRecord
from tests.requests.offices import Office
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.lineages import Registry
from tests.watching.streams import Watcher

pytestmark = IN_SESSION

ACTIVE, REVOKED = certificate_pb2.CERTIFICATE_STATE_ACTIVE, certificate_pb2.CERTIFICATE_STATE_REVOKED
CLAIMABLE, DELIVERED = (
    certificate_pb2.PRIVATE_KEY_STATE_CLAIMABLE,
    certificate_pb2.PRIVATE_KEY_STATE_DELIVERED,
)
OWED = {"private_key_state": "CLAIMABLE", "key_source": "SERVER_GENERATED"}


def revoked(live: Live, reason: str = "UNSPECIFIED") -> dict[str, Any]:
    """What is stored of a revocation."""
    return {"revoked_at": live.clock(), "revocation_reason": reason}


def shown(message: Any) -> tuple[str, int]:
    """The certificate of a message and the state of its key."""
    return message.certificate.id, message.certificate.private_key_state


async def test_the_first_message_is_the_certificate_as_it_is(live: Live) -> None:
    """At once, whole, with its chain and no key; and it says where to resume."""
    one = await (await Registry.of(live)).issued()
    async with Watcher(live).lineage(one.id) as stream:
        first = await stream.next()
    told = first.certificate
    assert (told.id, told.lineage_id, told.state) == (one.id, one.lineage_id, ACTIVE)
    assert told.certificate.startswith("-----BEGIN CERTIFICATE-----")
    assert told.certificate_chain.startswith(told.issuing_ca_certificate)
    assert first.revision >= told.revision > 0
    assert 0 < len(first.resume_token) <= 512


async def test_any_certificate_of_a_lineage_leads_to_the_newest(live: Live) -> None:
    """The first, one of the middle, and the last."""
    registry = await Registry.of(live)
    line = [await registry.issued()]
    for _ in range(3):
        line.append(await registry.renewed(line[-1]))
    for one in line:
        async with Watcher(live).lineage(one.id.upper()) as stream:
            assert (await stream.next()).certificate.id == line[-1].id


async def test_each_renewal_is_told_by_its_successor(live: Live) -> None:
    """Once, and with a revision that is higher."""
    registry = await Registry.of(live)
    last = await registry.issued()
    async with Watcher(live).lineage(last.id) as stream:
        seen = [await stream.next()]
        for _ in range(3):
            last = await registry.renewed(last)
            seen.append(await stream.next())
            assert seen[-1].certificate.id == last.id
            assert seen[-1].certificate.renewed_from_certificate_id == seen[-2].certificate.id
    revisions = [message.revision for message in seen]
    assert revisions == sorted(set(revisions))


@pytest.mark.parametrize("renewals", [0, 2])
async def test_revocation_hold_and_release_are_told(live: Live, renewals: int) -> None:
    """Of the certificate to use, however often it was renewed while it was watched."""
    registry = await Registry.of(live)
    one = await registry.issued()
    async with Watcher(live).lineage(one.id) as stream:
        await stream.next()
        for _ in range(renewals):
            one = await registry.renewed(one)
            await stream.next()
        await registry.changed(one, **revoked(live, "CERTIFICATE_HOLD"))
        held = (await stream.next()).certificate
        await registry.changed(one, revoked_at=None, revocation_reason=None)
        released = (await stream.next()).certificate
        await registry.changed(one, **revoked(live))
        last = (await stream.next()).certificate
    assert {told.id for told in (held, released, last)} == {one.id}
    assert (held.state, released.state, last.state) == (REVOKED, ACTIVE, REVOKED)
    assert held.revocation.reason != last.revocation.reason


async def test_what_was_replaced_is_told_no_more(live: Live) -> None:
    """A revocation of the predecessor concerns nobody who uses the successor."""
    registry = await Registry.of(live)
    old = await registry.issued()
    async with Watcher(live).lineage(old.id) as stream:
        await stream.next()
        new = await registry.renewed(old)
        await stream.next()
        await registry.changed(old, **revoked(live))
        await registry.changed(new, metadata={"a": "b"})
        assert (await stream.next()).certificate.metadata[0].key == "a"


async def test_a_successor_whose_key_is_owed_comes_beside_the_one_to_use(live: Live) -> None:
    """Live, it follows the certificate that it will replace; claimed, it is the one to use."""
    registry = await Registry.of(live)
    old = await registry.issued()
    async with Watcher(live).lineage(old.id) as stream:
        await stream.next()
        new = await registry.renewed(old, **OWED)
        told = [await stream.next(), await stream.next()]
        await registry.changed(new, private_key_state="DELIVERED")
        told.append(await stream.next())
    assert [message.certificate.id for message in told] == [old.id, new.id, new.id]
    assert [shown(message)[1] for message in told[1:]] == [CLAIMABLE, DELIVERED]
    assert told[0].certificate.renewed_by_certificate_id == new.id
    assert told[0].revision < told[1].revision < told[2].revision


async def test_who_comes_later_is_told_of_both(live: Live) -> None:
    """First the certificate to use, even if it has changed last; then the one that is owed."""
    registry = await Registry.of(live)
    old = await registry.issued()
    new = await registry.renewed(old, **OWED)
    await registry.changed(old, **revoked(live))
    async with Watcher(live).lineage(new.id) as stream:
        first, second = await stream.next(), await stream.next()
    assert [one.certificate.id for one in (first, second)] == [old.id, new.id]
    assert first.revision < second.revision


async def test_cut_between_the_two_it_begins_again(live: Live) -> None:
    """The token of the first of them does not skip the second; that of the second skips both."""
    registry = await Registry.of(live)
    old = await registry.issued()
    new = await registry.renewed(old, **OWED)
    await registry.changed(old, **revoked(live))
    async with Watcher(live).lineage(old.id) as stream:
        cut = (await stream.next()).resume_token
        whole = (await stream.next()).resume_token
    async with Watcher(live).lineage(old.id, resume_token=cut) as resumed:
        assert [(await resumed.next()).certificate.id for _ in range(2)] == [old.id, new.id]
    async with Watcher(live).lineage(old.id, resume_token=whole) as resumed:
        await registry.changed(new, private_key_state="DELIVERED")
        assert shown(await resumed.next()) == (new.id, DELIVERED)


async def test_a_key_that_nobody_claimed_leaves_the_certificate_to_use(live: Live) -> None:
    """It is told again: what was owed is not any more."""
    registry = await Registry.of(live)
    old = await registry.issued()
    new = await registry.renewed(old, **OWED)
    async with Watcher(live).lineage(old.id) as stream:
        await stream.next()
        await stream.next()
        await registry.changed(new, private_key_state="DESTROYED")
        assert (await stream.next()).certificate.id == old.id


async def test_only_the_newest_key_is_owed(live: Live) -> None:
    """What was renewed again without being claimed is passed over, and its claim is still seen."""
    registry = await Registry.of(live)
    line: list[CertificateRecord] = [await registry.issued()]
    for _ in range(2):
        line.append(await registry.renewed(line[-1], **OWED))
    async with Watcher(live).lineage(line[0].id) as stream:
        assert [(await stream.next()).certificate.id for _ in range(2)] == [line[0].id, line[2].id]
        await registry.changed(line[1], private_key_state="DELIVERED")
        assert shown(await stream.next()) == (line[1].id, DELIVERED)


async def test_what_does_not_exist_is_refused_before_any_message(live: Live) -> None:
    """It never waits for something to appear."""
    async with Watcher(live).lineage(new_id()) as stream:
        failure = await stream.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
    assert failure.details["ResourceInfo"].resource_type == "certmanager.v1.Certificate"


async def test_a_stranger_sees_nothing(live: Live) -> None:
    """A role elsewhere, or one for what oneself asked for, does not show that there is anything."""
    registry, office = await Registry.of(live), Office(live)
    one = await registry.issued()
    elsewhere = await office.person("VIEWER")
    neighbour = await office.person("REQUESTER", project_id=registry.project_id)
    for person in (elsewhere, neighbour):
        async with Watcher(live).lineage(one.id, token=person.token) as stream:
            assert (await stream.failure()).code is grpc.StatusCode.NOT_FOUND


async def test_requesters_watch_what_is_theirs_whoever_renews_it(live: Live) -> None:
    """An operator may renew it for them."""
    registry = await Registry.of(live)
    asker = await Office(live).person("REQUESTER", project_id=registry.project_id)
    one = await registry.issued(token=asker.token)
    async with Watcher(live).lineage(one.id, token=asker.token) as stream:
        await stream.next()
        new = await registry.renewed(one, requester_id=new_id())
        assert (await stream.next()).certificate.id == new.id
