"""Certificates of CAs: who may revoke them, and what becomes of the CA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import pytest_asyncio
from cryptography.x509 import load_pem_x509_certificate

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.ids import new_id
from server.pki.certificate import load_certificate
from server.pki.keys import spki_sha256
from server.store.records import AuthorityRecord, BlockedKeyRecord, CertificateRecord, ObjectKind
from server.store.unit import Change, Insert, Unit, Update
from tests.operators.ca_installing import asked, installation
from tests.operators.ca_orders import leaf_order
from tests.operators.ca_outside import outside_root
from tests.revoking.desk import REVOKED, Desk
from tests.serving import Failure
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

STATE = grpc.StatusCode.FAILED_PRECONDITION
DENIED = grpc.StatusCode.PERMISSION_DENIED


@dataclass(frozen=True, slots=True)
class SubCA:
    """A CA under the first root, and its certificate."""

    desk: Desk
    id: str
    certificate_id: str

    @classmethod
    async def new(cls, desk: Desk, *, project_id: str = "") -> SubCA:
        ca_id = await desk.live.authority(project_id=project_id)
        row = await desk.live.app.store.get(CertificateRecord, certified_ca_id=ca_id)
        assert row is not None
        return cls(desk, ca_id, row.id)

    async def record(self) -> AuthorityRecord:
        found = await self.desk.live.app.store.get(AuthorityRecord, id=self.id)
        assert found is not None
        return found

    async def state(self) -> str:
        return (await self.record()).state

    async def enable(self) -> Any:
        request = messages.EnableCertificateAuthorityRequest(id=self.id)
        stub = self.desk.live.stub(CertificateAuthorityServiceStub)
        return await self.desk.live.call(stub.EnableCertificateAuthority, request)

    async def not_enabled(self) -> Failure:
        request = messages.EnableCertificateAuthorityRequest(id=self.id)
        stub = self.desk.live.stub(CertificateAuthorityServiceStub)
        return await self.desk.live.refused(stub.EnableCertificateAuthority, request)


@pytest_asyncio.fixture(loop_scope="session")
async def ca(desk: Desk) -> SubCA:
    """A new CA on each database."""
    return await SubCA.new(desk)


@pytest.mark.parametrize(
    "reason", ["UNSPECIFIED", "SUPERSEDED", "CA_COMPROMISE", "KEY_COMPROMISE", "CERTIFICATE_HOLD"]
)
async def test_the_ca_is_disabled_with_it(desk: Desk, ca: SubCA, reason: str) -> None:
    """In the same unit: the CA's change is the one before the certificate's."""
    told = await desk.revoke(ca.certificate_id, reason, token=await desk.role("ADMIN"))
    assert (told.state, await ca.state()) == (REVOKED, "DISABLED")
    mine, certificates = (await desk.changes(ca.id))[-1], (await desk.changes(ca.certificate_id))[-1]
    assert (mine.old_state, mine.new_state) == ("ACTIVE", "DISABLED")
    assert mine.revision == certificates.revision - 1
    (row,) = [row for row in await desk.audited(ca.id) if row.details.get("state") == "DISABLED"]
    assert row.details["revoked_certificate_id"] == ca.certificate_id


async def test_it_signs_no_more(desk: Desk, ca: SubCA) -> None:
    """Not even for who has just been served by it."""
    request = await leaf_order(desk.live, ca.id)
    await desk.live.call(desk.live.certificates.IssueCertificate, request)
    await desk.revoke(ca.certificate_id)
    failure = await desk.live.refused(desk.live.certificates.IssueCertificate, request)
    assert (failure.code, failure.reason) == (STATE, "CA_NOT_ACTIVE")


@pytest.mark.parametrize("reason", ["SUPERSEDED", "CERTIFICATE_HOLD"])
async def test_it_cannot_be_enabled(desk: Desk, ca: SubCA, reason: str) -> None:
    """Nobody should trust what it would sign."""
    await desk.revoke(ca.certificate_id, reason)
    failure = await ca.not_enabled()
    assert (failure.code, failure.reason, failure.metadata["state"]) == (STATE, "STATE_CONFLICT", "REVOKED")
    assert await ca.state() == "DISABLED"


async def test_after_the_hold_it_can(desk: Desk, ca: SubCA) -> None:
    """By somebody who decides so: the end of the hold alone does not make it sign again."""
    await desk.revoke(ca.certificate_id, "CERTIFICATE_HOLD")
    await desk.release(ca.certificate_id)
    assert await ca.state() == "DISABLED"
    await ca.enable()
    assert await ca.state() == "ACTIVE"


@pytest.mark.parametrize("reason", ["CA_COMPROMISE", "KEY_COMPROMISE"])
async def test_its_key_is_blocked_if_it_is_compromised(desk: Desk, ca: SubCA, reason: str) -> None:
    """For either reason: what matters is that the private key is in wrong hands."""
    await desk.revoke(ca.certificate_id, reason)
    certificate = load_certificate((await desk.row(ca.certificate_id)).der)
    digest = spki_sha256(certificate.public_key())
    assert await desk.live.app.store.get(BlockedKeyRecord, spki_sha256=digest) is not None


async def test_an_operator_does_not_disable_cas(desk: Desk, ca: SubCA) -> None:
    """The right to revoke is not enough, neither to revoke nor to lift a hold."""
    operator = await desk.role("OPERATOR")
    failure = await desk.refused(ca.certificate_id, token=operator)
    assert (failure.code, failure.metadata["permission"]) == (DENIED, "certificateAuthorities.update")
    await desk.revoke(ca.certificate_id, "CERTIFICATE_HOLD")
    assert (await desk.not_released(ca.certificate_id, token=operator)).code is DENIED
    assert (await desk.row(ca.certificate_id)).revoked_at is not None


async def test_an_admin_of_the_parent_alone_does_not_either(desk: Desk) -> None:
    """The CA is another project's: its admins decide, too."""
    project_id = await desk.live.project(f"below-{new_id()}")
    ca = await SubCA.new(desk, project_id=project_id)
    admin = await desk.role("ADMIN")
    assert (await desk.refused(ca.certificate_id, token=admin)).code is DENIED
    assert await ca.state() == "ACTIVE"


async def test_an_admin_of_the_child_alone_is_not_let_in(desk: Desk) -> None:
    """The certificate is the parent's project's, which such an admin may not know of."""
    project_id = await desk.live.project(f"below-{new_id()}")
    ca = await SubCA.new(desk, project_id=project_id)
    admin = await desk.role("ADMIN", project_id=project_id)
    assert (await desk.refused(ca.certificate_id, token=admin)).code is grpc.StatusCode.NOT_FOUND


async def test_a_former_certificate_leaves_it_alone(desk: Desk, ca: SubCA) -> None:
    """What it has been certified by since, with another key, is not revoked."""
    another = await SubCA.new(desk)
    update = Update(AuthorityRecord, {"id": ca.id}, _certified(await another.record()))
    await desk.live.app.store.commit(Unit((update,), (Change(ObjectKind.AUTHORITY, ca.id),)))
    await desk.revoke(ca.certificate_id, "CA_COMPROMISE")
    assert await ca.state() == "ACTIVE"


async def test_a_former_certificate_of_the_same_key_does_not_if_that_is_compromised(
    desk: Desk, ca: SubCA
) -> None:
    """The present certificate is as unsafe as the former one, and the CA can be enabled no more."""
    update = Update(AuthorityRecord, {"id": ca.id}, {"serial": "00" * 20})
    await desk.live.app.store.commit(Unit((update,), (Change(ObjectKind.AUTHORITY, ca.id),)))
    await desk.revoke(ca.certificate_id, "CA_COMPROMISE")
    assert await ca.state() == "DISABLED"
    assert (await ca.not_enabled()).reason == "STATE_CONFLICT"


async def test_a_disabled_one_stays_disabled(desk: Desk) -> None:
    """Its certificate is revoked all the same."""
    ca_id = await desk.live.authority(state="DISABLED")
    row = await desk.live.app.store.get(CertificateRecord, certified_ca_id=ca_id)
    assert row is not None
    before = len(await desk.changes(ca_id))
    assert (await desk.revoke(row.id)).state == REVOKED
    assert len(await desk.changes(ca_id)) == before


async def test_a_blocked_key_is_not_installed(desk: Desk) -> None:
    """It came to light before the outside CA answered: the CA stays without a certificate."""
    live = desk.live
    ca, csr = await asked(live)
    root = outside_root(live.clock())
    certificate = root.sign(csr, now=live.clock())
    digest = spki_sha256(load_pem_x509_certificate(certificate.encode()).public_key())
    row = BlockedKeyRecord(
        spki_sha256=digest, project_id=ca.project_id, certificate_id=new_id(), blocked_at=live.clock()
    )
    await live.app.store.commit(Unit((Insert(row),)))
    stub = live.stub(CertificateAuthorityServiceStub)
    request = installation(ca, certificate, root.chain)
    failure = await live.refused(stub.InstallCertificateAuthorityCertificate, request)
    assert failure.fields == {"certificate": "KEY_BLOCKED"}
    record = await live.app.store.get(AuthorityRecord, id=ca.id)
    assert record is not None
    assert record.certificate is None


def _certified(record: AuthorityRecord) -> dict[str, object]:
    return {"serial": record.serial, "certificate": record.certificate, "chain": record.chain}
