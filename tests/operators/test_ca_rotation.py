"""A CA comes to its next generation: another certificate, another key, and all that was signed stays good."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from server import keyring
from server.ca.authorities import Authorities
from server.config import Settings
from server.ra.setup.generations import generation_of, holder_of
from server.store.records import AuthorityRecord, CRLRecord, GenerationRecord
from tests.operators.ca_orders import create, get, intermediate, issue, order
from tests.operators.ca_rotating import certificate, rotate, told, verifies
from tests.serving import Live, running


@dataclass(frozen=True, slots=True)
class Pair:
    """A root with path length and constraints, and an intermediate of it."""

    root: Any
    below: Any


KEYS = ["RSA_2048", "EC_SECP384R1", "ED25519", "ML_DSA_44"]


async def pair(live: Live, algorithm: str = "EC_PRIME256V1", **fields: Any) -> Pair:
    said = {"key_algorithm": f"KEY_ALGORITHM_{algorithm}"}
    root = await create(live, order(live, attributes=said, **fields))
    below = await create(live, intermediate(live, root.id, attributes={**said, "ttl": "1y"}))
    return Pair(root, below)


def stays(one: str, other: str) -> bool:
    """Whether two certificates differ in nothing but serial number, key and validity."""
    first, second = certificate(one), certificate(other)
    keyed = (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)
    same = [
        {ext.oid: (ext.critical, ext.value) for ext in each.extensions if not isinstance(ext.value, keyed)}
        for each in (first, second)
    ]
    names = (first.subject.public_bytes(), first.issuer.public_bytes())
    return same[0] == same[1] and names == (second.subject.public_bytes(), second.issuer.public_bytes())


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_new_key_signs_from_then_on(live: Live, tmp_path: Path, algorithm: str) -> None:
    """What the former key signed still verifies with its chain, what the new one signs with the new chain."""
    made = (await pair(live, algorithm)).below
    old = (await issue(live, made.id)).certificate
    now = await rotate(live, made.id)
    new = (await issue(live, made.id)).certificate
    assert (made.generation, now.generation) == (1, 2)
    assert stays(made.certificate, now.certificate)
    assert certificate(made.certificate).public_key() != certificate(now.certificate).public_key()
    assert certificate(now.certificate).serial_number != certificate(made.certificate).serial_number
    for one, ca in ((old, made), (new, now)):
        assert one.issuing_ca_certificate == ca.certificate
        assert verifies(one.certificate, one.certificate_chain, tmp_path)
    assert not verifies(old.certificate, new.certificate_chain, tmp_path)
    assert not verifies(new.certificate, old.certificate_chain, tmp_path)


async def test_a_kept_key_verifies_both_ways(live: Live, tmp_path: Path) -> None:
    """The certificate is another one, with another serial number; every chain leads to every leaf."""
    made = (await pair(live)).below
    old = (await issue(live, made.id)).certificate
    now = await rotate(live, made.id, keep_key=True, attributes={"ttl": "2y"})
    new = (await issue(live, made.id)).certificate
    assert stays(made.certificate, now.certificate)
    assert certificate(made.certificate).public_key() == certificate(now.certificate).public_key()
    assert now.not_after.seconds > made.not_after.seconds
    assert all(
        verifies(leaf.certificate, chain.certificate_chain, tmp_path)
        for leaf in (old, new)
        for chain in (old, new)
    )


async def test_certificates_tell_the_generation_that_signed_them(live: Live) -> None:
    """In Get and in the list, with the chain of that one."""
    made = (await pair(live)).below
    old = (await issue(live, made.id)).certificate
    now = await rotate(live, made.id)
    new = (await issue(live, made.id)).certificate
    first, second = await told(live, old.certificate_id), await told(live, new.certificate_id)
    assert (first.ca_generation, second.ca_generation) == (1, 2)
    assert (first.issuing_ca_certificate, second.issuing_ca_certificate) == (
        made.certificate,
        now.certificate,
    )
    assert first.certificate_chain == old.certificate_chain != second.certificate_chain


async def test_a_root_signs_itself_anew_and_those_below_stay(live: Live, tmp_path: Path) -> None:
    """An intermediate keeps the chain to the former root until it is rotated itself."""
    made = await pair(live, name_constraints={"permitted": [{"type": "ALT_NAME_TYPE_DNS", "value": "x.org"}]})
    root = await rotate(live, made.root.id)
    assert stays(made.root.certificate, root.certificate)
    assert verifies(root.certificate, root.certificate, tmp_path)
    before = await get(live, made.below.id)
    assert before.certificate_chain == made.root.certificate
    after = await rotate(live, made.below.id)
    assert after.certificate_chain == root.certificate
    assert verifies(after.certificate, after.certificate_chain, tmp_path)


async def test_former_keys_go_on(live: Live) -> None:
    """Each key has its CRL; a key that is kept has no second one, and its holder is its newest generation."""
    made = (await pair(live)).below
    store = live.app.store
    await rotate(live, made.id)
    await rotate(live, made.id, keep_key=True)
    crls = await store.list(CRLRecord, ca_id=made.id)
    assert sorted(crl.key_generation for crl in crls) == [1, 2]
    former = await store.list(GenerationRecord, ca_id=made.id)
    assert [(one.number, one.key_generation, one.state) for one in former] == [
        (1, 1, "FORMER"),
        (2, 2, "FORMER"),
    ]
    first, second = await holder_of(store, made.id, 1), await holder_of(store, made.id, 2)
    assert isinstance(first, GenerationRecord)
    assert isinstance(second, AuthorityRecord)
    assert (first.number, second.generation) == (1, 3)
    assert isinstance(await generation_of(store, made.id, 2), GenerationRecord)


async def test_every_key_can_still_be_opened(live: Live) -> None:
    """CRLs and responders of former generations need them."""
    made = (await pair(live)).below
    await rotate(live, made.id)
    store = live.app.store
    opened = Authorities(await keyring.find(live.settings, store), live.pool)
    for number, pem in ((1, made.certificate), (2, (await get(live, made.id)).certificate)):
        generation = await generation_of(store, made.id, number)
        assert generation is not None
        assert opened.key(generation).signer.public_key == certificate(pem).public_key()


async def test_key_algorithm_and_validity_can_change(live: Live, tmp_path: Path) -> None:
    made = (await pair(live, "RSA_2048")).below
    said = {"key_algorithm": "KEY_ALGORITHM_EC_SECP521R1", "ttl": "200d"}
    now = await rotate(live, made.id, attributes=said)
    assert now.key_algorithm != made.key_algorithm
    assert now.not_after.seconds - now.not_before.seconds == 200 * 86400 - 1
    new = (await issue(live, made.id)).certificate
    assert verifies(new.certificate, new.certificate_chain, tmp_path)


async def test_validity_is_as_before_unless_told(live: Live) -> None:
    """The same span, from now; it does not drift from rotation to rotation."""
    made = (await pair(live)).below
    spans = {made.not_after.seconds - made.not_before.seconds}
    for _ in range(2):
        now = await rotate(live, made.id)
        spans.add(now.not_after.seconds - now.not_before.seconds)
    assert spans == {365 * 86400 - 1}


async def test_a_signature_algorithm_stays_while_the_key_can_make_it(live: Live) -> None:
    said = {
        "key_algorithm": "KEY_ALGORITHM_RSA_2048",
        "signature_algorithm": "SIGNATURE_ALGORITHM_RSA_SHA512",
    }
    root = await create(live, order(live, attributes=said))
    now = await rotate(live, root.id)
    assert certificate(now.certificate).signature_hash_algorithm.name == "sha512"  # type: ignore[union-attr]
    later = await rotate(live, root.id, attributes={"key_algorithm": "KEY_ALGORITHM_EC_PRIME256V1"})
    assert certificate(later.certificate).signature_hash_algorithm.name == "sha256"  # type: ignore[union-attr]


async def test_another_replica_issues_under_the_new_generation_at_once(postgres_settings: Settings) -> None:
    """Also one that has not heard of it: what the former generation signs is not stored."""
    async with running(postgres_settings) as one, running(postgres_settings) as other:
        made = (await pair(one)).below
        await issue(other, made.id)
        now = await rotate(one, made.id)
        new = (await issue(other, made.id)).certificate
        assert new.issuing_ca_certificate == now.certificate
