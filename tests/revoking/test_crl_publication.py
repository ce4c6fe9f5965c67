"""CRLs are published by themselves: the first of a CA at once, and one within a second of a revocation."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509

from tests.revoking.crl_desk import crl_of, fetched, issued, published, revoke, serials
from tests.serving import Live


async def test_a_ca_publishes_an_empty_crl_without_being_asked(live: Live) -> None:
    """As soon as it is there; the list of entries is absent, not empty (RFC 5280, 5.1.2.6)."""
    ca_id = await live.authority()
    row = await published(live, ca_id)
    crl = await crl_of(live, row)
    assert len(crl) == 0
    assert crl.next_update_utc == row.next_update


async def test_a_revoked_certificate_is_on_the_next_crl(live: Live) -> None:
    """With the time of its revocation, its reason and the date since when it was unsafe."""
    before = await published(live, live.ids["ca_id"])
    certificate = await issued(live)
    unsafe = datetime(2020, 2, 29, 12, 30, 15, tzinfo=UTC)
    at = await revoke(live, certificate.id, reason="KEY_COMPROMISE", invalid_from=unsafe)
    crl = await crl_of(live, await published(live, live.ids["ca_id"], lambda row: row.entries == 1))
    (entry,) = crl
    assert (entry.serial_number, entry.revocation_date_utc) == (certificate.serial, at.replace(microsecond=0))
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name == "key_compromise"
    told = entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc
    assert told == unsafe
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    assert number > before.number
    assert serials(crl) == {certificate.serial}


async def test_it_is_told_over_the_api(live: Live) -> None:
    """What is stored is what is answered."""
    row = await published(live, live.ids["ca_id"])
    told = await fetched(live, live.ids["ca_id"])
    assert (told.crl_number, told.sha256) == (str(row.number), row.sha256)
    assert x509.load_pem_x509_crl(told.crl.encode()) == await crl_of(live, row)
