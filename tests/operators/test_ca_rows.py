"""The certificates of CAs that CAs of ours signed are listed like all others; roots stand for themselves."""

from __future__ import annotations

import pytest

from certmanager.v1 import certificate_pb2
from server.store.records import CertificateRecord, CRLRecord
from tests.operators.ca_installing import asked, install, installation
from tests.operators.ca_orders import create, intermediate, order
from tests.operators.ca_outside import outside_root
from tests.operators.ca_rotating import of_ca, rotate, told
from tests.serving import Live


async def test_those_of_the_first_start_are_listed(live: Live) -> None:
    """Both CAs under the first root, with the owner as who asked."""
    found = await of_ca(live, live.ids["root_ca_id"])
    assert {one.common_name for one in found} == {
        "certmanager default issuing CA",
        "certmanager default issuing rsa CA",
    }
    assert len({one.requester_identity_id for one in found} - {""}) == 1


async def test_one_is_told_as_a_certificate(live: Live) -> None:
    """It is of no profile, is not renewed by the server, and says that it is a CA's."""
    root = await create(live, order(live))
    made = await create(live, intermediate(live, root.id))
    (listed,) = await of_ca(live, root.id)
    found = await told(live, listed.id)
    assert found.certificate == made.certificate
    assert found.certificate_chain == root.certificate
    assert (found.profile_id, found.ca_id, found.ca_generation) == ("", root.id, 1)
    assert found.basic_constraints.is_ca
    assert found.auto_renewal.reason == certificate_pb2.AUTO_RENEWAL_REASON_PROFILE_OFF
    assert found.lineage_id == found.id
    record = await live.app.store.get(CertificateRecord, id=found.id)
    crl = await live.app.store.get(CRLRecord, ca_id=root.id)
    assert record is not None
    assert crl is not None
    assert (record.certified_ca_id, record.crl_id) == (made.id, crl.id)


async def test_each_rotation_adds_one(live: Live) -> None:
    root = await create(live, order(live))
    made = await create(live, intermediate(live, root.id))
    await rotate(live, made.id)
    await rotate(live, root.id)
    now = await rotate(live, made.id, keep_key=True)
    found = await of_ca(live, root.id)
    assert [one.ca_generation for one in found] == [2, 1, 1]
    assert (await told(live, found[0].id)).certificate == now.certificate
    assert len({one.serial_number for one in found}) == 3


async def test_roots_and_those_of_outside_have_none(live: Live) -> None:
    """No CA of ours signed them, and none of ours can revoke them."""
    outside = outside_root(live.clock())
    ca, csr = await asked(live)
    await install(live, installation(ca, outside.sign(csr, now=live.clock()), outside.chain))
    root = await create(live, order(live))
    for one in (ca, root):
        assert await live.app.store.list(CertificateRecord, certified_ca_id=one.id) == []


async def test_it_belongs_to_the_parents_project(live: Live) -> None:
    """Whose CA signed it, can see and revoke it."""
    away = await live.project("away")
    root = await create(live, order(live))
    await create(live, intermediate(live, root.id, project_id=away))
    (found,) = await of_ca(live, root.id)
    assert found.project_id == live.ids["project_id"]


@pytest.mark.parametrize(("role", "sees"), [("REQUESTER", False), ("VIEWER", True), ("OPERATOR", True)])
async def test_who_sees_it(sqlite_live: Live, role: str, *, sees: bool) -> None:
    """Requesters see their own certificates, and this is none of theirs."""
    home = sqlite_live.ids["project_id"]
    token = await sqlite_live.token("somebody", roles={home: role})
    assert bool(await of_ca(sqlite_live, sqlite_live.ids["root_ca_id"], token=token)) == sees
