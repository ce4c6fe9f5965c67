"""Certificates that must not authenticate anybody, and what comes besides one."""

from __future__ import annotations

import grpc
import pytest

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import x509_pb2
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.app import application
from server.config import Settings, SettingsError
from server.store.records import CertificateRecord, ObjectKind
from server.store.unit import Change, Unit, Update
from tests.mutual.showing import (
    CLIENT,
    SERVER,
    Shown,
    by_id,
    channel_to,
    code_of,
    issued,
    self_signed,
    shown_to,
)
from tests.ordering import open_policy
from tests.serving import Live
from tests.timepiece import Timepiece

OK, UNAUTHENTICATED = grpc.StatusCode.OK, grpc.StatusCode.UNAUTHENTICATED
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    "reason",
    [x509_pb2.REVOCATION_REASON_KEY_COMPROMISE, x509_pb2.REVOCATION_REASON_CERTIFICATE_HOLD],
)
async def test_a_revoked_one_is_refused_at_the_next_call(mutual: Live, reason: int) -> None:
    """On a connection that is open since before, too; a hold counts the same, until it is released."""
    shown = await issued(mutual)
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK
        revoke = messages.RevokeCertificateRequest(certificate_id=shown.id, reason=reason)  # type: ignore[arg-type]
        await mutual.call(mutual.certificates.RevokeCertificate, revoke)
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED


async def test_a_hold_that_is_released_counts_again(mutual: Live) -> None:
    shown = await issued(mutual)
    hold = x509_pb2.REVOCATION_REASON_CERTIFICATE_HOLD
    async with shown_to(mutual, shown) as stub:
        revoke = messages.RevokeCertificateRequest(certificate_id=shown.id, reason=hold)
        await mutual.call(mutual.certificates.RevokeCertificate, revoke)
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED
        release = messages.ReleaseCertificateHoldRequest(certificate_id=shown.id)
        await mutual.call(mutual.certificates.ReleaseCertificateHold, release)
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK


async def test_one_that_expires_is_refused_on_an_open_connection(mutual: Live, clock: Timepiece) -> None:
    """TLS judges it in the handshake only."""
    shown = await issued(mutual, ttl="1h")
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK
        clock.forward(hours=2)
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED


async def test_one_for_servers_only_is_refused(mutual: Live) -> None:
    """By TLS itself, or by us."""
    shown = await issued(mutual, usages=(SERVER,))
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) in {UNAVAILABLE, UNAUTHENTICATED}


async def test_one_without_extended_usages_is_refused(mutual: Live) -> None:
    """RFC 5280 would let it be used for anything: to authenticate here must be meant."""
    shown = await issued(mutual, usages=())
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED


async def test_one_that_signs_itself_with_the_same_names_is_refused(mutual: Live) -> None:
    """Same subject, issuer and serial number: nothing but the whole certificate counts."""
    shown = await issued(mutual)
    async with shown_to(mutual, self_signed(shown.certificate)) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAVAILABLE


async def test_another_ones_certificate_without_its_key_is_refused(mutual: Live) -> None:
    """A certificate is no secret."""
    shown, other = await issued(mutual), await issued(mutual, name="other")
    stolen = Shown(shown.certificate, other.key)
    with pytest.raises(Exception):  # noqa: B017, PT011 - by the client's own TLS, or by the server
        async with shown_to(mutual, stolen) as stub:
            await stub.GetCertificate(by_id(shown), timeout=5)


async def test_without_any_there_is_no_connection(mutual: Live) -> None:
    """The listener is for those who show one."""
    shown = await issued(mutual)
    async with shown_to(mutual, None) as stub:
        metadata = mutual.auth(shown.token)
        assert await code_of(stub.GetCertificate, by_id(shown), metadata=metadata) is UNAVAILABLE


async def test_the_ordinary_listener_asks_for_tokens(mutual: Live) -> None:
    """A certificate counts only where the operator has opened the door for it."""
    shown = await issued(mutual)
    async with shown_to(mutual, shown, listener="grpc") as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED


async def test_a_certificate_of_a_ca_never_counts(mutual: Live) -> None:
    """Whoever has a CA's key could else be whoever asked for the CA."""
    shown = await issued(mutual)
    marked = Update(CertificateRecord, {"id": shown.id}, {"certified_ca_id": mutual.ids["ca_id"]})
    await mutual.app.store.commit(Unit((marked,), (Change(ObjectKind.CERTIFICATE, shown.id),)))
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED


async def test_one_that_was_never_stored_is_refused(mutual: Live) -> None:
    """Signed by our CA, but unknown here, as after a restore: what cannot be revoked does not count."""
    shown = await issued(mutual)
    changed = Update(CertificateRecord, {"id": shown.id}, {"fingerprint": "0" * 64})
    await mutual.app.store.commit(Unit((changed,), (Change(ObjectKind.CERTIFICATE, shown.id),)))
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED


async def test_a_token_besides_counts_alone(mutual: Live) -> None:
    """The rights of two are never mixed: who calls is whose token it is."""
    shown = await issued(mutual)
    async with channel_to(mutual, shown) as channel:
        who = AccessServiceStub(channel).WhoAmI
        told = await who(access.WhoAmIRequest(), metadata=mutual.auth(), timeout=20)
    assert told.HasField("access_token")
    assert told.identity.name == "owner"


@pytest.mark.parametrize("header", ["Bearer cm_wrong", "Basic eDp5", ""])
async def test_a_bad_token_besides_is_refused(mutual: Live, header: str) -> None:
    """A token that was revoked is not made good by a certificate."""
    shown = await issued(mutual)
    async with shown_to(mutual, shown) as stub:
        metadata = (("authorization", header),)
        assert await code_of(stub.GetCertificate, by_id(shown), metadata=metadata) is UNAUTHENTICATED


async def test_a_new_ca_is_taken_without_a_restart(mutual: Live) -> None:
    """And a client need not send its chain: the anchors hold every CA."""
    ca_id = await mutual.authority()
    profile = await mutual.profile(policy=open_policy(), ca_id=ca_id)
    shown = await issued(mutual, profile_id=profile, usages=(CLIENT,))
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK


async def test_the_listener_is_never_without_tls(sqlite_settings: Settings) -> None:
    """There would be no certificate to be shown."""
    changed = {"mtls_address": "127.0.0.1:0", "insecure_loopback": True}
    with pytest.raises(SettingsError, match="mtls_address"):
        async with application(sqlite_settings.model_copy(update=changed)):
            pass
