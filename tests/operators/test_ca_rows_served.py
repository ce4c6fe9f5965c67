"""Every RPC about certificates takes that of a CA as well: it does what is meant, or says why not."""

from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import certificate_authority_service_pb2 as ca_messages
from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from tests.operators.ca_orders import authorities, create, get, intermediate, order, state
from tests.operators.ca_rotating import not_rotated, of_ca, rotate
from tests.serving import Live


@pytest.fixture
async def pair(live: Live) -> tuple[Any, Any]:
    """A CA, and the certificate that its root signed for it."""
    root = await create(live, order(live))
    made = await create(live, intermediate(live, root.id))
    return made, (await of_ca(live, root.id))[0]


async def test_it_is_not_renewed(live: Live, pair: tuple[Any, Any]) -> None:
    """A CA is rotated instead."""
    request = messages.RenewCertificateRequest(certificate_id=pair[1].id)
    failure = await live.refused(live.certificates.RenewCertificate, request)
    assert failure.code.name == "FAILED_PRECONDITION"


async def test_its_renewal_stays_off(live: Live, pair: tuple[Any, Any]) -> None:
    """And the answer says so, with its reason."""
    request = messages.UpdateCertificateRenewalRequest(certificate_id=pair[1].id, enabled=True)
    found = (await live.call(live.certificates.UpdateCertificateRenewal, request)).certificate
    assert not found.auto_renewal.enabled
    assert found.auto_renewal.reason == certificate_pb2.AUTO_RENEWAL_REASON_PROFILE_OFF


async def test_it_is_the_latest_of_its_lineage(live: Live, pair: tuple[Any, Any]) -> None:
    request = messages.GetLatestCertificateRequest(certificate_id=pair[1].id)
    found = (await live.call(live.certificates.GetLatestCertificate, request)).certificate
    assert found.id == pair[1].id


async def test_it_can_be_had_with_its_chain(live: Live, pair: tuple[Any, Any]) -> None:
    request = messages.GetCertificateBundleRequest(certificate_id=pair[1].id, include_root=True)
    answer = await live.call(live.certificates.GetCertificateBundle, request)
    assert answer.content.decode() == pair[0].certificate + pair[0].certificate_chain


async def test_a_revoked_ca_goes_on_after_its_rotation(live: Live, pair: tuple[Any, Any]) -> None:
    """Its key was compromised: it is disabled, and enabled again only with a new key and certificate."""
    ca, row = pair
    request = messages.RevokeCertificateRequest(
        certificate_id=row.id, reason="REVOCATION_REASON_KEY_COMPROMISE"
    )
    await live.call(live.certificates.RevokeCertificate, request)
    assert state(await get(live, ca.id)) == "DISABLED"
    enable = ca_messages.EnableCertificateAuthorityRequest(id=ca.id)
    method = authorities(live).EnableCertificateAuthority
    assert (await live.refused(method, enable)).reason == "STATE_CONFLICT"
    assert (await not_rotated(live, ca.id, keep_key=True)).reason == "POLICY_VIOLATION"
    assert (await rotate(live, ca.id)).generation == 2
    assert state((await live.call(method, enable)).certificate_authority) == "ACTIVE"
