"""Certificates name the places of their CA under --pki-url, each of which is served, and none without it."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from server.config import Settings
from server.pki.certificate import load_certificate
from server.store.records import AuthorityRecord, CRLRecord
from tests import checker
from tests.operators.ca_orders import create, intermediate, order
from tests.oracles import pkilint_findings
from tests.revoking.pki_paths import crl_path
from tests.revoking.relying import PKI_URL, Party, in_path, party, question
from tests.serving import Live


def places(certificate: x509.Certificate) -> dict[str, list[str]]:
    """What a certificate names: its CRL, and by method where its status and its issuer are."""
    found: dict[str, list[str]] = {}
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.CRLDistributionPoints):
            (point,) = extension.value
            found["crl"] = [name.value for name in point.full_name or ()]
        if isinstance(extension.value, x509.AuthorityInformationAccess):
            for method in (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS):
                told = [each for each in extension.value if each.access_method == method]
                found[method._name] = [each.access_location.value for each in told]
    return found


async def expected(live: Live, ca_id: str) -> dict[str, list[str]]:
    """What a certificate of a CA is to name."""
    (crl,) = await live.app.store.list(CRLRecord, ca_id=ca_id)
    return {
        "crl": [f"{PKI_URL}/crl/{crl.id}.crl"],
        "OCSP": [f"{PKI_URL}/ocsp"],
        "caIssuers": [f"{PKI_URL}/ca/{ca_id}/1.cer"],
    }


async def sub_ca(live: Live) -> x509.Certificate:
    """The certificate of a CA that was made over the API, under the first root."""
    made = await create(live, intermediate(live, live.ids["root_ca_id"]))
    record = await live.app.store.get(AuthorityRecord, id=made.id)
    assert record is not None
    return load_certificate(record.certificate or b"")


async def root(live: Live) -> x509.Certificate:
    record = await live.app.store.get(AuthorityRecord, id=live.ids["root_ca_id"])
    assert record is not None
    return load_certificate(record.certificate or b"")


async def fetched(relying: Party, url: str) -> bytes:
    """What is at an address, as it is reached from here."""
    answer = await relying.http.get(url.replace(PKI_URL, relying.url))
    assert answer.status_code == 200
    return answer.content


async def test_a_certificate_names_the_places_of_its_ca(settings: Settings) -> None:
    """As its linters like them."""
    async with party(settings) as relying:
        held = await relying.issue()
        assert places(held.leaf) == await expected(relying.live, relying.live.ids["ca_id"])
        assert checker.faults(held.leaf, held.issuer) == []
        assert pkilint_findings(held.leaf.public_bytes(Encoding.DER)) == []


async def test_a_ca_names_the_places_of_the_one_above(settings: Settings) -> None:
    async with party(settings) as relying:
        certificate, above = await sub_ca(relying.live), await root(relying.live)
        assert places(certificate) == await expected(relying.live, relying.live.ids["root_ca_id"])
        assert checker.faults(certificate, above) == []
        assert pkilint_findings(certificate.public_bytes(Encoding.DER)) == []


async def test_what_it_names_is_there(sqlite_settings: Settings) -> None:
    """The issuer's certificate, its CRL, and the status by OCSP, at the very addresses."""
    async with party(sqlite_settings) as relying:
        await relying.issue()
        await crl_path(relying)
        held = await relying.issue()
        named = places(held.leaf)
        assert await fetched(relying, named["caIssuers"][0]) == held.issuer.public_bytes(Encoding.DER)
        crl = x509.load_der_x509_crl(await fetched(relying, named["crl"][0]))
        assert crl.issuer == held.leaf.issuer
        answer = ocsp.load_der_ocsp_response(
            await fetched(relying, f"{named['OCSP'][0]}/{in_path(question(held))}")
        )
        assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


async def test_without_the_setting_none_are_named(settings: Settings) -> None:
    """Though there is a listener: nobody has said how it is reached."""
    async with party(settings, pki_url="") as relying:
        assert places((await relying.issue()).leaf) == {}
        assert places(await sub_ca(relying.live)) == {}


async def test_a_root_names_none(sqlite_settings: Settings) -> None:
    """Nothing above it could tell."""
    async with party(sqlite_settings) as relying:
        made = await create(relying.live, order(relying.live))
        record = await relying.live.app.store.get(AuthorityRecord, id=made.id)
        assert record is not None
        assert places(load_certificate(record.certificate or b"")) == {}


@pytest.mark.parametrize(
    "base", ["http://pki.example.com/below/this/", "http://10.1.2.3:8080", "http://[2001:db8::1]:80"]
)
async def test_a_base_may_have_a_port_and_a_path(sqlite_settings: Settings, base: str) -> None:
    """What is in front of the listener takes the path away."""
    settings = Settings(**{**sqlite_settings.model_dump(), "pki_url": base})
    async with party(settings, pki_url=settings.pki_url) as relying:
        held = await relying.issue()
        assert places(held.leaf)["OCSP"] == [f"{base.rstrip('/')}/ocsp"]
        assert pkilint_findings(held.leaf.public_bytes(Encoding.DER)) == []
