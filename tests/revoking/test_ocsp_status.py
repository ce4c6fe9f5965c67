"""What the OCSP responder says of certificates, on each database, from their issuance to beyond their end."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus

from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.config import Settings
from server.pki.algorithms import KeyAlgorithm
from server.store.records import CertificateRecord
from tests.revoking.relying import Held, Party, question_of

GOOD, REVOKED, UNKNOWN = OCSPCertStatus.GOOD, OCSPCertStatus.REVOKED, OCSPCertStatus.UNKNOWN


async def test_what_was_issued_is_good(relying: Party) -> None:
    """At once, and for an hour."""
    answer = await relying.ask(await relying.issue())
    assert answer.certificate_status is GOOD
    assert answer.next_update_utc == answer.this_update_utc + timedelta(hours=1)


async def test_what_was_revoked_is_told_with_when_and_why(relying: Party) -> None:
    held = await relying.issue()
    await relying.revoke(held, "KEY_COMPROMISE")
    answer = await relying.ask(held)
    record = await relying.live.app.store.get(CertificateRecord, id=held.id)
    assert record is not None
    assert record.revoked_at is not None
    assert (answer.certificate_status, answer.revocation_reason, answer.revocation_time_utc) == (
        REVOKED,
        x509.ReasonFlags.key_compromise,
        record.revoked_at.replace(microsecond=0),
    )


async def test_a_reason_that_nobody_gave_is_not_told(relying_sqlite: Party) -> None:
    """RFC 5280, 5.3.1: unspecified is said by saying nothing."""
    held = await relying_sqlite.issue()
    await relying_sqlite.revoke(held, "UNSPECIFIED")
    answer = await relying_sqlite.ask(held)
    assert (answer.certificate_status, answer.revocation_reason) == (REVOKED, None)


async def test_a_hold_comes_and_goes(relying: Party) -> None:
    held = await relying.issue()
    await relying.revoke(held, "CERTIFICATE_HOLD")
    answer = await relying.ask(held)
    assert (answer.certificate_status, answer.revocation_reason) == (
        REVOKED,
        x509.ReasonFlags.certificate_hold,
    )
    await relying.release(held)
    assert (await relying.ask(held)).certificate_status is GOOD


async def test_a_serial_number_of_nobody_is_unknown(relying: Party) -> None:
    """Which is not good, and not kept: it may be issued the next moment."""
    held = await relying.issue()
    for serial in (1, held.leaf.serial_number + 1, 0, (1 << 159) - 1):
        assert (await relying.post(question_of(held, serial))).certificate_status is UNKNOWN


async def test_a_certificate_of_another_ca_is_unknown(relying: Party) -> None:
    """The serial number alone says nothing: it must be that of a certificate of this very issuer."""
    held = await relying.issue()
    ca_id = await relying.live.authority()
    other = await relying.issue(profile_id=await relying.live.profile(ca_id=ca_id))
    crossed = question_of(other, held.leaf.serial_number)
    assert (await relying.post(crossed)).certificate_status is UNKNOWN


async def test_another_issuer_is_not_answered_for(relying_sqlite: Party, sqlite_settings: Settings) -> None:
    """Who is not authoritative says so (RFC 5019, 2.2.3), and signs nothing."""
    held = await relying_sqlite.issue()
    stranger = Held(held.id, held.leaf, held.leaf, "")
    answer = await relying_sqlite.ask(stranger)
    assert answer.response_status is OCSPResponseStatus.UNAUTHORIZED


async def test_a_disabled_ca_still_answers(relying: Party) -> None:
    """Its certificates are still in use."""
    ca_id = await relying.live.authority()
    held = await relying.issue(profile_id=await relying.live.profile(ca_id=ca_id))
    stub = relying.live.stub(CertificateAuthorityServiceStub)
    request = authorities.DisableCertificateAuthorityRequest(id=ca_id)
    await relying.live.call(stub.DisableCertificateAuthority, request)
    assert (await relying.ask(held)).certificate_status is GOOD


async def test_a_new_ca_is_known_at_once(relying: Party) -> None:
    ca_id = await relying.live.authority(KeyAlgorithm.ED25519)
    held = await relying.issue(profile_id=await relying.live.profile(ca_id=ca_id))
    assert (await relying.ask(held)).certificate_status is GOOD
