"""What a rotation leaves alone, is told by, and can change besides key and validity."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from cryptography import x509

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.config import Settings
from server.store.records import AuditRecord, CRLRecord
from tests.operators.ca_orders import authorities, create, get, intermediate, issue, order, state
from tests.operators.ca_rotating import certificate, not_rotated, rotate
from tests.serving import Live, running
from tests.timepiece import Timepiece


async def below(live: Live) -> Any:
    """A CA under a new root."""
    return await create(live, intermediate(live, (await create(live, order(live))).id))


async def test_a_disabled_ca_stays_disabled(live: Live) -> None:
    """Rotation is the way on for one whose certificate was revoked; enabling is another decision."""
    made = await below(live)
    request = messages.DisableCertificateAuthorityRequest(id=made.id)
    await live.call(authorities(live).DisableCertificateAuthority, request)
    now = await rotate(live, made.id)
    assert (state(now), now.generation) == ("DISABLED", 2)


async def test_an_expired_ca_signs_again(settings: Settings) -> None:
    """With a certificate for another while; what its profiles refused meanwhile is issued again."""
    clock = Timepiece()
    async with running(settings, clock=clock) as live:
        root = await create(live, order(live, attributes={"ttl": "200d"}))
        clock.forward(days=201)
        assert state(await get(live, root.id)) == "EXPIRED"
        now = await rotate(live, root.id)
        assert (state(now), now.generation) == ("ACTIVE", 2)
        made = (await issue(live, root.id)).certificate
        assert made.issuing_ca_certificate == now.certificate


async def test_it_is_audited(live: Live) -> None:
    made = await below(live)
    await rotate(live, made.id)
    rows = await live.app.store.list(AuditRecord, object_id=made.id)
    (row,) = (row for row in rows if row.action == "certificateAuthorities.rotate")
    assert row.details["generation"] == 2
    assert row.details["keep_key"] is False


async def test_a_retry_rotates_once(live: Live) -> None:
    made = await below(live)
    id_ = str(uuid4())
    first = await rotate(live, made.id, request_id=id_)
    second = await rotate(live, made.id, request_id=id_)
    assert (first.generation, second.generation) == (2, 2)
    assert first.certificate == second.certificate


async def test_an_etag_must_be_the_present_one(live: Live) -> None:
    made = await below(live)
    await rotate(live, made.id, etag=made.etag)
    failure = await not_rotated(live, made.id, etag=made.etag)
    assert (failure.code.name, failure.reason) == ("ABORTED", "VERSION_MISMATCH")


async def test_shards_may_change_with_a_new_key(settings: Settings) -> None:
    """Every shard has its address, and certificates of the new generation name them."""
    published = settings.model_copy(update={"pki_url": "http://pki.example.com"})
    async with running(published) as live:
        made = await below(live)
        now = await rotate(live, made.id, crl_shards=3)
        crls = await live.app.store.list(CRLRecord, ca_id=made.id, key_generation=2)
        assert (made.crl_shards, now.crl_shards, len(crls)) == (1, 3, 3)
        leaf = certificate((await issue(live, made.id)).certificate.certificate)
        points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        assert points[0].full_name[0].value in {crl.url for crl in crls}
