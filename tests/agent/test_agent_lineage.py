"""The agent takes over a lineage, follows its successors, and gets over revocations."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certmanager_client.cli.agent.faults import Ended
from certmanager_client.cli.agent.ordering import Wishes
from tests.agent.issuer import CESSATION, COMPROMISE, HOLD, SUPERSEDED, Issuer, key_pem
from tests.agent.keeping import Kept, begun, eventually, loads
from tests.timepiece import Timepiece


async def test_it_takes_over_a_lineage_by_a_renewal(kept: Kept, issuer: Issuer) -> None:
    """The key of a certificate that somebody else has begun is not here."""
    other = issuer.certify(ec.generate_private_key(ec.SECP256R1()).public_key())
    kept.wishes = Wishes(certificate_id=other.id)
    async with kept.running():
        await eventually(lambda: len(issuer.issued) > 1)
        await kept.used(issuer.issued[1].certificate)
    assert issuer.calls("RenewCertificate")[0].certificate_id == other.id


async def test_it_takes_over_a_lineage_whose_key_it_is_given(kept: Kept, issuer: Issuer) -> None:
    """Then there is nothing to order."""
    key = ec.generate_private_key(ec.SECP256R1())
    other = issuer.certify(key.public_key())
    kept.wishes = Wishes(certificate_id=other.id, first_key=key_pem(key))
    async with kept.running():
        await kept.used(other.certificate)
    assert not issuer.calls("RenewCertificate")


async def test_it_adopts_a_successor_for_its_key(kept: Kept, issuer: Issuer) -> None:
    """As one that the server has made with the same CSR."""
    async with kept.running():
        await begun(kept, issuer)
        public = issuer_key(issuer.issued[0].certificate)
        successor = issuer.certify(public, of=issuer.issued[0].id)
        issuer.tell(successor)
        await kept.used(successor.certificate)


async def test_a_successor_for_another_key_is_renewed_next(
    kept: Kept, issuer: Issuer, clock: Timepiece
) -> None:
    """A lineage has one end: the next renewal begins there, and what is in use stays until then."""
    async with kept.running():
        await begun(kept, issuer)
        own = issuer.issued[0]
        other = issuer.certify(ec.generate_private_key(ec.SECP256R1()).public_key(), of=own.id)
        issuer.tell(other)
        await eventually(lambda: other.id in kept.log.getvalue())
        assert kept.certificate() == own.certificate
        clock.forward(minutes=121)
        await eventually(lambda: len(issuer.issued) > 2)
        await kept.used(issuer.issued[2].certificate)
    assert issuer.calls("RenewCertificate")[0].certificate_id == other.id


@pytest.mark.parametrize("reason", [COMPROMISE, SUPERSEDED])
async def test_what_is_revoked_to_be_replaced_is_at_once(kept: Kept, issuer: Issuer, reason: int) -> None:
    """In another lineage, with another key, by the profile that the agent was started with."""
    async with kept.running():
        await begun(kept, issuer)
        former = kept.key()
        issuer.revoke(reason)
        await eventually(lambda: len(issuer.issued) > 1)
        await kept.used(issuer.issued[1].certificate)
    assert kept.key() != former
    assert len(issuer.calls("IssueCertificate")) == 2
    assert not issuer.calls("RenewCertificate")


@pytest.mark.parametrize("reason", [COMPROMISE, CESSATION])
async def test_without_a_profile_the_end_of_the_lineage_is_the_agents(
    kept: Kept, issuer: Issuer, reason: int
) -> None:
    """It ends, and says so; the files stay."""
    key = ec.generate_private_key(ec.SECP256R1())
    other = issuer.certify(key.public_key())
    kept.wishes = Wishes(certificate_id=other.id, first_key=key_pem(key))
    async with kept.running() as task:
        await kept.used(other.certificate)
        issuer.revoke(reason)
        await eventually(task.done)
        with pytest.raises(Ended):
            await task
    loads(kept.live)


async def test_a_hold_changes_nothing(kept: Kept, issuer: Issuer, clock: Timepiece) -> None:
    """It may be released; the renewal comes at its own time."""
    async with kept.running():
        await begun(kept, issuer)
        issuer.revoke(HOLD)
        await eventually(lambda: "revoked" in kept.log.getvalue())
        assert len(issuer.issued) == 1


def issuer_key(pem: str) -> Any:
    return x509.load_pem_x509_certificate(pem.encode()).public_key()
