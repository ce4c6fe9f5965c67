"""Roots, and intermediates under ours."""

# ruff: noqa: E501 - tables read in rows

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from google.protobuf.json_format import MessageToDict

from server import keyring
from server.ca.authorities import Authorities
from server.pki.algorithms import KeyAlgorithm
from server.pki.seal import SealBroken
from server.store.records import AuditRecord, AuthorityRecord, ChangeRecord, ObjectKind
from tests.operators.ca_orders import authorities, broken, create, get, intermediate, issue, order, state
from tests.oracles import openssl_verify, pkilint_findings
from tests.serving import Live

CLASSICAL = [algorithm for algorithm in KeyAlgorithm if not algorithm.name.startswith("ML")]


async def test_a_root_is_as_ordered(live: Live) -> None:
    """Every field of the answer, of the certificate, and of the row says the same."""
    subject = {"common_name": "Acme root", "organization": "Acme", "country": "DE"}
    attributes = {**subject, "basic_constraints": {"path_length": 2}, "ttl": "20y"}
    made = await create(live, order(live, attributes=attributes, name="root", crl_validity="86400s"))
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    assert made.subject == certificate.subject.rfc4514_string() == "CN=Acme root,O=Acme,C=DE"
    assert (made.name, made.path_length, made.crl_shards, made.crl_validity.seconds) == ("root", 2, 1, 86400)
    assert int(made.serial_number, 16) == certificate.serial_number
    assert made.not_after.seconds - made.not_before.seconds + 1 == 20 * 365 * 86400
    assert (made.certificate_chain, made.parent_ca_id, made.generation, state(made)) == ("", "", 1, "ACTIVE")
    assert made.etag == str(made.revision)
    assert await get(live, made.id) == made


async def test_what_is_not_said_is_usual(live: Live) -> None:
    """The name is the common name, a root lasts ten years, one CRL, a week each, no path length."""
    made = await create(live, order(live))
    assert (made.name, made.crl_shards, made.crl_validity.seconds) == ("Test root", 1, 7 * 86400)
    assert not made.HasField("path_length")
    assert made.not_after.seconds - made.not_before.seconds + 1 == 10 * 365 * 86400


@pytest.mark.parametrize("algorithm", list(KeyAlgorithm), ids=lambda a: a.name)
async def test_every_key_algorithm_makes_a_ca(sqlite_live: Live, algorithm: KeyAlgorithm) -> None:
    """A root, an intermediate of the same kind, a leaf: pkilint and, as far as it can, OpenSSL agree."""
    kind = {"key_algorithm": f"KEY_ALGORITHM_{algorithm.name}"}
    root = await create(sqlite_live, order(sqlite_live, attributes=kind))
    below = await create(sqlite_live, intermediate(sqlite_live, root.id, attributes=kind))
    leaf = (await issue(sqlite_live, below.id)).certificate
    for pem in (root.certificate, below.certificate, leaf.certificate):
        assert pkilint_findings(x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)) == []
    if algorithm in CLASSICAL:
        assert (
            openssl_verify(leaf.certificate, root=root.certificate, intermediates=(below.certificate,)) == ""
        )


async def test_an_intermediate_stands_under_its_parent(live: Live) -> None:
    """Its chain leads to the root, its parent is named, and a leaf of it verifies."""
    root = await create(live, order(live, attributes={"basic_constraints": {"path_length": 1}}))
    below = await create(live, intermediate(live, root.id))
    assert (below.parent_ca_id, below.certificate_chain, below.path_length) == (root.id, root.certificate, 0)
    leaf = (await issue(live, below.id)).certificate
    assert leaf.certificate_chain == below.certificate + root.certificate
    verified = openssl_verify(leaf.certificate, root=root.certificate, intermediates=(below.certificate,))
    assert verified == ""


async def test_a_parent_signs_with_what_is_asked(live: Live) -> None:
    """The signature algorithm of an intermediate is one of its parent's."""
    wanted = {"signature_algorithm": "SIGNATURE_ALGORITHM_ECDSA_SHA512"}
    made = await create(live, intermediate(live, live.ids["root_ca_id"], attributes=wanted))
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    digest = certificate.signature_hash_algorithm
    assert digest is not None
    assert digest.name == "sha512"


async def test_a_creation_is_stored_whole(live: Live) -> None:
    """One row with a sealed key, one in the audit trail with who did it, one change with the new state."""
    made = await create(live, order(live))
    record = await live.app.store.get(AuthorityRecord, id=made.id)
    audit = await live.app.store.get(AuditRecord, object_id=made.id)
    change = await live.app.store.get(ChangeRecord, object_id=made.id)
    assert record is not None
    assert record.sealed_key is not None
    assert audit is not None
    assert (audit.action, audit.object_kind) == ("certificateAuthorities.create", "AUTHORITY")
    assert audit.details["serial"] == made.serial_number
    assert change is not None
    assert (change.kind, change.new_state, change.revision) == (ObjectKind.AUTHORITY, "ACTIVE", made.revision)


async def test_a_key_opens_in_its_own_row_only(live: Live) -> None:
    """A sealed key that is copied into another CA's row makes no issuer."""
    one, other = await create(live, order(live)), await create(live, order(live))
    records = [await live.app.store.get(AuthorityRecord, id=each.id) for each in (one, other)]
    assert records[0] is not None
    assert records[1] is not None
    kek = await keyring.find(live.settings, live.app.store)
    with pytest.raises(SealBroken):
        Authorities(kek, live.pool).issuer(replace(records[0], sealed_key=records[1].sealed_key))


REFUSED: list[tuple[str, dict[str, Any], set[tuple[str, str]]]] = [
    ("no subject", {"attributes": {"common_name": ""}}, {("attributes", "CA_SUBJECT_REQUIRED")}),
    ("control", {"attributes": {"common_name": "a\u0007"}}, {("attributes.common_name", "SUBJECT_CHARACTER"), ("attributes", "CA_SUBJECT_REQUIRED")}),
    ("bad name", {"name": "a\u0000b"}, {("name", "NAME_CHARACTER")}),
    ("alt names", {"attributes": {"alt_names": [{"type": "ALT_NAME_TYPE_DNS", "value": "a.example"}]}}, {("attributes.alt_names", "NOT_FOR_CA")}),
    ("usage", {"attributes": {"key_usages": ["KEY_USAGE_KEY_AGREEMENT"]}}, {("attributes.key_usages", "NOT_FOR_CA")}),
    ("extended usage", {"attributes": {"extended_key_usages": ["EXTENDED_KEY_USAGE_SERVER_AUTH"]}}, {("attributes.extended_key_usages", "NOT_FOR_CA")}),
    ("extension", {"attributes": {"custom_extensions": [{"oid": "1.2.3.4", "value": "BQA="}]}}, {("attributes.custom_extensions", "NOT_FOR_CA")}),
    ("signature", {"attributes": {"signature_algorithm": "SIGNATURE_ALGORITHM_RSA_SHA256"}}, {("attributes.signature_algorithm", "SIGNATURE_ALGORITHM_IMPOSSIBLE")}),
    ("too long", {"attributes": {"ttl": "99999999y"}}, {("attributes.ttl", "TIME_OUT_OF_RANGE")}),
    ("over", {"attributes": {"not_after": "2001-01-01T00:00:00Z"}}, {("attributes.not_after", "VALIDITY_EMPTY")}),
    ("over by now", {"attributes": {"not_before": "2001-01-01T00:00:00Z", "ttl": "1y"}}, {("attributes.not_before", "NOT_BEFORE_TOO_EARLY"), ("attributes.ttl", "EXPIRED")}),
    ("before its time", {"attributes": {"not_before": "2001-01-01T00:00:00Z", "ttl": "90y"}}, {("attributes.not_before", "NOT_BEFORE_TOO_EARLY")}),
    ("empty constraints", {"name_constraints": {}}, {("name_constraints", "NAME_CONSTRAINTS_EMPTY")}),
    ("bad subtree", {"name_constraints": {"permitted": [{"type": "ALT_NAME_TYPE_DNS", "value": "a"}], "excluded": [{"type": "ALT_NAME_TYPE_IP", "value": "10.0.0.1/8"}]}}, {("name_constraints.excluded[0].value", "SUBTREE_MALFORMED")}),
    ("path length", {"attributes": {"basic_constraints": {"path_length": 17}}}, {("attributes.basic_constraints.path_length", "INT32_GTE_LTE")}),
    ("shards", {"crl_shards": 2}, {("crl_shards", "CRL_SHARDS_NEED_URL")}),
    ("no uuid", {"project_id": "x"}, {("project_id", "STRING_UUID")}),
    ("root with parent", {"parent_ca_id": "018f0000-0000-7000-8000-000000000000"}, {("", "CREATE_CA_ROOT_HAS_NO_PARENT")}),
    ("all at once", {"crl_shards": 2000, "attributes": {"common_name": "", "signature_algorithm": "SIGNATURE_ALGORITHM_ED25519"}}, {("crl_shards", "INT32_GTE_LTE"), ("crl_shards", "CRL_SHARDS_NEED_URL"), ("attributes", "CA_SUBJECT_REQUIRED"), ("attributes.signature_algorithm", "SIGNATURE_ALGORITHM_IMPOSSIBLE")}),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "wanted"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
async def test_a_bad_order_is_refused_whole(
    sqlite_live: Live, fields: dict[str, Any], wanted: set[tuple[str, str]]
) -> None:
    """Every violation is told at once, with the field of the request, and nothing is stored."""
    before = await sqlite_live.app.store.list(AuthorityRecord)
    create_ = authorities(sqlite_live).CreateCertificateAuthority
    failure = await sqlite_live.refused(create_, order(sqlite_live, **fields))
    assert broken(failure) == wanted, MessageToDict(order(sqlite_live, **fields))
    assert await sqlite_live.app.store.list(AuthorityRecord) == before


async def test_an_unknown_project_is_not_found(live: Live) -> None:
    """Also for an owner, who may see every project there is."""
    request = order(live, project_id="018f0000-0000-7000-8000-000000000000")
    failure = await live.refused(authorities(live).CreateCertificateAuthority, request)
    assert (failure.reason, failure.details["ResourceInfo"].resource_type) == (
        "RESOURCE_NOT_FOUND",
        "certmanager.v1.Project",
    )
