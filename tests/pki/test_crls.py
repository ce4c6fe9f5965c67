"""CRLs as octets: what is written is what another library reads, whatever the instants and numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from server.pki import crl as crls
from server.pki import encoding
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.crl import CRLMismatch, CRLTemplate, entry, sign_crl
from server.pki.der import is_der
from server.pki.keys import PrivateKey, generate
from server.pki.reasons import RevocationReason

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEY = ec.generate_private_key(ec.SECP256R1())
ISSUER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An issuer")])
PLAIN = CRLTemplate(
    issuer=ISSUER.public_bytes(),
    authority_key_id=b"\x01" * 20,
    signature_algorithm=SignatureAlgorithm.ECDSA_SHA256,
    number=7,
    this_update=NOW,
    next_update=NOW + timedelta(days=7),
)

_instants = st.integers(0, int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()))
_serials = st.integers(1, 2**159 - 1)


def _signed(template: CRLTemplate = PLAIN, key: PrivateKey = KEY) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(sign_crl(template, key, public_key=key.public_key()))


def _with(*entries: bytes) -> CRLTemplate:
    return replace(PLAIN, entries=entries, count=len(entries))


@given(
    serial=_serials,
    revoked_at=_instants,
    invalid_from=st.none() | _instants,
    reason=st.sampled_from(RevocationReason),
)
def test_an_entry_says_what_it_was_made_of(
    serial: int, revoked_at: int, invalid_from: int | None, reason: RevocationReason
) -> None:
    """For all serials, all instants through 9999, and all reasons; unspecified is said by nothing."""
    made = entry(serial, revoked_at=revoked_at, reason=reason, invalid_from=invalid_from)
    (read,) = _signed(_with(made))
    assert is_der(made)
    assert (read.serial_number, read.revocation_date_utc.timestamp()) == (serial, revoked_at)
    told = {type(each.value): each.value for each in read.extensions}
    assert not any(each.critical for each in read.extensions)
    if reason is RevocationReason.UNSPECIFIED:
        assert x509.CRLReason not in told
    else:
        assert told[x509.CRLReason].reason.name.upper() == reason.name
    date = told.get(x509.InvalidityDate)
    assert (date and date.invalidity_date_utc.timestamp()) == invalid_from


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), b"\x17\x0d491231235959Z"),
        (datetime(2050, 1, 1, tzinfo=UTC), b"\x18\x0f20500101000000Z"),
        (datetime(2000, 2, 29, 1, 2, 3, tzinfo=UTC), b"\x17\x0d000229010203Z"),
        (datetime(1950, 1, 1, tzinfo=UTC), b"\x17\x0d500101000000Z"),
        (datetime(1949, 12, 31, 23, 59, 59, tzinfo=UTC), b"\x18\x0f19491231235959Z"),
    ],
)
def test_times_change_their_form_with_2050(at: datetime, text: bytes) -> None:
    """RFC 5280, 4.1.2.5: UTCTime through 2049."""
    assert encoding.time(int(at.timestamp())) == text


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda one: one.name)
def test_each_key_signs_with_what_is_usual_for_it(algorithm: KeyAlgorithm) -> None:
    """The octets are DER all the way down, of version 2, and name the algorithm twice alike."""
    key, usual = generate(algorithm), signatures_of(algorithm)[0]
    template = replace(PLAIN, signature_algorithm=usual)
    der = sign_crl(template, key, public_key=key.public_key())
    assert is_der(der)
    assert x509.load_der_x509_crl(der).issuer == ISSUER


def test_no_entries_leave_no_empty_list() -> None:
    """RFC 5280, 5.1.2.6: revokedCertificates is absent."""
    assert b"\x30\x00" not in _signed().tbs_certlist_bytes


def test_the_number_is_not_critical_and_the_point_of_a_shard_is() -> None:
    """RFC 5280, 5.2: AKI and number are not critical, the issuing distribution point is."""
    url = "http://pki.example.com/crl/x.crl"
    found = {type(each.value): each for each in _signed(replace(PLAIN, url=url)).extensions}
    assert {kind: each.critical for kind, each in found.items()} == {
        x509.AuthorityKeyIdentifier: False,
        x509.CRLNumber: False,
        x509.IssuingDistributionPoint: True,
    }
    point = found[x509.IssuingDistributionPoint].value
    assert [name.value for name in point.full_name] == [url]
    flags = (point.only_contains_user_certs, point.only_contains_ca_certs, point.indirect_crl)
    assert flags == (False, False, False)
    assert point.only_some_reasons is None


def test_a_whole_list_has_no_distribution_point() -> None:
    """So its address may change."""
    assert {type(each.value) for each in _signed().extensions} == {
        x509.AuthorityKeyIdentifier,
        x509.CRLNumber,
    }


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"number": 8}, "2.5.29.20"),
        ({"this_update": NOW - SECOND}, "thisUpdate"),
        ({"next_update": NOW}, "nextUpdate"),
        ({"count": 2}, "number of entries"),
        ({"url": "http://x.example/y"}, "2.5.29.28"),
        ({"authority_key_id": b"\x02" * 20}, "2.5.29.35"),
        ({"issuer": x509.Name([]).public_bytes()}, "issuer"),
        ({"signature_algorithm": SignatureAlgorithm.ECDSA_SHA384}, "signature algorithm"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_signed_is_compared_with_what_was_wanted(
    wrong: dict[str, object], part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the writer to write something else, nobody would see it."""
    template = _with(entry(5, revoked_at=0))
    body = tuple(crls._body(template))
    monkeypatch.setattr(crls, "_body", lambda _: body)
    monkeypatch.setattr(crls, "algorithm_identifier", lambda _: body[1])
    other = replace(template, **wrong)  # type: ignore[arg-type]
    monkeypatch.setattr(crls, "make_signature", lambda *_, **__: b"")
    monkeypatch.setattr(crls, "verify_signature", lambda *_, **__: None)
    with pytest.raises(CRLMismatch, match=part):
        sign_crl(other, KEY, public_key=KEY.public_key())


def test_a_signature_that_does_not_verify_is_seen() -> None:
    """As one of another key, or one that a fault has spoilt."""
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(CRLMismatch, match="signature"):
        sign_crl(PLAIN, other, public_key=KEY.public_key())


def test_entries_that_are_no_der_are_seen() -> None:
    """The library reads every one of them."""
    with pytest.raises(CRLMismatch, match="encoding"):
        sign_crl(replace(PLAIN, entries=(b"\x30\x03\x02",), count=1), KEY, public_key=KEY.public_key())
