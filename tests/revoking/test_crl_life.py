"""CRLs as time passes: made anew without being asked, and entries that stay one CRL beyond their end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from cryptography import x509
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask

from certmanager.v1 import certificate_authority_pb2 as contract
from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.config import Settings
from server.pki.algorithms import KeyAlgorithm
from server.store.records import AuditRecord, CRLRecord
from tests.ordering import open_policy
from tests.revoking.crl_desk import (
    crl_of,
    fetched,
    issued,
    published,
    publisher,
    release,
    revoke,
    row_of,
    serials,
)
from tests.serving import Live, running
from tests.timepiece import Timepiece

WEEK = timedelta(days=7)


@pytest.fixture
def clock() -> Timepiece:
    """The server's clock, which tests move."""
    return Timepiece()


@pytest.fixture
async def timed(settings: Settings, clock: Timepiece) -> AsyncIterator[Live]:
    """A server on each database whose clock tests move."""
    async with running(settings, clock=clock) as made:
        yield made


async def _later(live: Live, clock: Timepiece, last: CRLRecord, **span: float) -> CRLRecord:
    """The next CRL, which is due once the clock has moved on."""
    clock.forward(**span)
    publisher(live).wake()
    return await published(live, last.ca_id, lambda row: row.number > last.number)


async def test_the_next_one_is_made_at_half_time(timed: Live, clock: Timepiece) -> None:
    """Long before the last one ends; not a minute earlier."""
    first = await published(timed, timed.ids["ca_id"])
    assert first.this_update is not None
    assert first.next_update == first.this_update + WEEK
    assert first.due_at == first.this_update + WEEK / 2
    clock.forward(days=3.4)
    publisher(timed).wake()
    control = await timed.authority()  # its first one is made after every other that was due
    await published(timed, control)
    assert (await row_of(timed, first.ca_id)).number == first.number
    second = await _later(timed, clock, first, days=0.2)
    assert second.this_update is not None
    assert second.this_update < first.next_update


async def test_it_stays_until_one_crl_after_its_end(timed: Live, clock: Timepiece) -> None:
    """Revoked, then expired: exactly one more CRL has it (Vault, CVE-2021-29653)."""
    profile_id = await timed.profile(policy=open_policy())
    certificate = await issued(timed, profile_id=profile_id, ttl="1h")
    ca_id = timed.ids["ca_id"]
    await revoke(timed, certificate.id)
    row = await published(timed, ca_id, lambda row: row.entries == 1)
    shown = []
    for _ in range(3):
        row = await _later(timed, clock, row, days=4)
        shown.append(serials(await crl_of(timed, row)))
    assert shown == [{certificate.serial}, set(), set()]


async def test_a_clock_that_is_put_back_takes_nothing_off(timed: Live, clock: Timepiece) -> None:
    """A CRL that was made in times to come is no proof that a certificate has ended."""
    ca_id, profile_id = timed.ids["ca_id"], await timed.profile(policy=open_policy())
    certificate, other = await issued(timed, profile_id=profile_id, ttl="12h"), await issued(timed)
    await revoke(timed, certificate.id)
    row = await published(timed, ca_id, lambda row: row.entries == 1)
    row = await _later(timed, clock, row, days=5)
    clock.forward(days=-5)
    await revoke(timed, other.id)
    row = await published(timed, ca_id, lambda now: now.number > row.number)
    assert serials(await crl_of(timed, row)) == {certificate.serial, other.serial}


async def test_a_revocation_that_is_stored_after_the_end_is_told(timed: Live, clock: Timepiece) -> None:
    """It came in time, but its commit took long, and another CRL was made meanwhile."""
    ca_id, profile_id = timed.ids["ca_id"], await timed.profile(policy=open_policy())
    certificate, other = await issued(timed, profile_id=profile_id, ttl="1h"), await issued(timed)
    await published(timed, ca_id)
    clock.forward(hours=1, seconds=1)
    await revoke(timed, other.id)
    row = await published(timed, ca_id, lambda row: row.entries == 1)
    await revoke(timed, certificate.id)
    row = await _later(timed, clock, row, seconds=2)
    assert serials(await crl_of(timed, row)) == {certificate.serial, other.serial}


async def test_a_hold_that_ends_takes_it_off(timed: Live, clock: Timepiece) -> None:
    """What is not revoked any more is not on the next one."""
    certificate = await issued(timed)
    await revoke(timed, certificate.id, reason="CERTIFICATE_HOLD")
    row = await published(timed, timed.ids["ca_id"], lambda row: row.entries == 1)
    await release(timed, certificate.id)
    clock.forward(seconds=2)
    publisher(timed).wake()
    row = await published(timed, row.ca_id, lambda now: now.number > row.number)
    assert serials(await crl_of(timed, row)) == set()


async def test_a_disabled_ca_goes_on(timed: Live, clock: Timepiece) -> None:
    """What it has signed can be revoked as long as it lasts."""
    stub = timed.stub(CertificateAuthorityServiceStub)
    certificate = await issued(timed)
    ca_id = timed.ids["ca_id"]
    await timed.call(stub.DisableCertificateAuthority, messages.DisableCertificateAuthorityRequest(id=ca_id))
    await revoke(timed, certificate.id)
    row = await published(timed, ca_id, lambda row: row.entries == 1)
    await _later(timed, clock, row, days=4)


async def test_nothing_is_signed_after_the_end_of_its_certificate(timed: Live, clock: Timepiece) -> None:
    """Its CRL is looked at again a day later, and else left alone."""
    ca_id = await timed.authority(lifetime=timedelta(days=2))
    first = await published(timed, ca_id)
    clock.forward(days=4)
    publisher(timed).wake()
    row = await published(timed, ca_id, lambda row: row.due_at > clock())
    assert row.number == first.number
    assert row.due_at <= clock() + timedelta(days=1)


async def test_another_validity_holds_at_once(timed: Live) -> None:
    """Also a shorter one: nobody waits for half of the longer one."""
    stub, ca_id = timed.stub(CertificateAuthorityServiceStub), timed.ids["ca_id"]
    first = await published(timed, ca_id)
    wanted = contract.CertificateAuthority(id=ca_id, crl_validity=Duration(seconds=3600))
    request = messages.UpdateCertificateAuthorityRequest(
        certificate_authority=wanted, update_mask=FieldMask(paths=["crl_validity"])
    )
    await timed.call(stub.UpdateCertificateAuthority, request)
    row = await published(timed, ca_id, lambda row: row.number > first.number)
    assert row.this_update is not None
    assert row.next_update == row.this_update + timedelta(hours=1)
    assert row.due_at == row.this_update + timedelta(minutes=30)


async def test_the_clock_is_put_back(timed: Live, clock: Timepiece) -> None:
    """Number and time rise all the same."""
    first = await published(timed, timed.ids["ca_id"])
    clock.forward(days=5)
    publisher(timed).wake()
    second = await published(timed, first.ca_id, lambda row: row.number > first.number)
    certificate = await issued(timed)
    clock.forward(days=-1)
    await revoke(timed, certificate.id)
    third = await published(timed, first.ca_id, lambda row: row.number > second.number)
    assert first.this_update is not None
    assert second.this_update is not None
    assert third.this_update is not None
    assert first.this_update < second.this_update <= third.this_update


async def test_each_publication_is_in_the_audit_log(timed: Live) -> None:
    """With its number; done by the server, so by nobody."""
    row = await published(timed, await timed.authority(KeyAlgorithm.ED25519))
    found = await timed.app.store.list(AuditRecord, object_id=row.id)
    assert [(one.action, one.identity_id, one.details["crl_number"]) for one in found] == [
        ("crls.publish", None, str(row.number))
    ]


async def test_a_kept_key_goes_on_where_it_rested(timed: Live, clock: Timepiece) -> None:
    """A rotation that keeps the key of a CA that is over gives it another certificate to sign as."""
    ca_id = await timed.authority(lifetime=timedelta(days=2))
    first = await published(timed, ca_id)
    clock.forward(days=4)
    publisher(timed).wake()
    await published(timed, ca_id, lambda row: row.due_at > clock())
    rotate = timed.stub(CertificateAuthorityServiceStub).RotateCertificateAuthority
    await timed.call(rotate, messages.RotateCertificateAuthorityRequest(id=ca_id, keep_key=True))
    row = await published(timed, ca_id, lambda row: row.number > first.number)
    assert row.key_generation == first.key_generation


async def test_both_keys_of_a_rotated_ca_go_on(timed: Live) -> None:
    """What a former key has signed is revoked on its own CRL, signed by it."""
    ca_id = timed.ids["ca_id"]
    certificate = await issued(timed)
    first = await published(timed, ca_id)
    rotate = timed.stub(CertificateAuthorityServiceStub).RotateCertificateAuthority
    await timed.call(rotate, messages.RotateCertificateAuthorityRequest(id=ca_id))
    await revoke(timed, certificate.id)
    row = await published(timed, ca_id, lambda row: row.entries == 1)
    assert row.number > first.number
    issuer = x509.load_pem_x509_certificates(certificate.chain.encode())[0]
    crl = await crl_of(timed, row)
    assert crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    told = [await fetched(timed, ca_id, generation=number) for number in (1, 2)]
    assert [(one.ca_generation, one.entry_count) for one in told] == [(1, 1), (2, 0)]
