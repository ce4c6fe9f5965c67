"""What a rotation may not ask for, who may not rotate, and CAs that cannot be rotated now."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.config import Settings
from server.pki.keys import spki_sha256
from server.store.records import AuthorityRecord, BlockedKeyRecord, GenerationRecord, ObjectKind
from server.store.unit import Change, Insert, Unit
from tests.operators.ca_installing import asked
from tests.operators.ca_orders import authorities, broken, create, get, intermediate, order
from tests.operators.ca_rotating import not_rotated, rotate
from tests.serving import Live, running
from tests.timepiece import Timepiece

ABSENT = "0195e1a0-0000-7000-8000-000000000000"
FIXED = "NOT_CHANGED_BY_ROTATION"

REFUSED: list[tuple[str, dict[str, Any], set[tuple[str, str]]]] = [
    (
        "what the certificate says",
        {
            "attributes": {
                "common_name": "Other",
                "country": "DE",
                "alt_names": [{"type": "ALT_NAME_TYPE_DNS", "value": "a.example.com"}],
                "key_usages": ["KEY_USAGE_CRL_SIGN"],
                "extended_key_usages": ["EXTENDED_KEY_USAGE_SERVER_AUTH"],
                "signature_algorithm": "SIGNATURE_ALGORITHM_ECDSA_SHA512",
                "basic_constraints": {"path_length": 3},
                "custom_extensions": [{"oid": "1.3.6.1.4.1.99999.1", "value": "BQA="}],
            }
        },
        {
            (f"attributes.{name}", FIXED)
            for name in (
                "common_name", "country", "alt_names", "key_usages", "extended_key_usages",
                "signature_algorithm", "basic_constraints", "custom_extensions",
            )
        },
    ),
    (
        "another algorithm for a key that stays",
        {"keep_key": True, "attributes": {"key_algorithm": "KEY_ALGORITHM_ED25519"}},
        {("attributes.key_algorithm", "KEY_ALGORITHM_NEEDS_KEY")},
    ),
    (
        "shards of a key that stays",
        {"keep_key": True, "crl_shards": 2},
        {("crl_shards", "CRL_SHARDS_NEED_KEY")},
    ),
    ("shards without an address", {"crl_shards": 2}, {("crl_shards", "CRL_SHARDS_NEED_URL")}),
    (
        "all at once",
        {"keep_key": True, "crl_shards": 2, "attributes": {"locality": "x", "ttl": "1000y"}},
        {
            ("crl_shards", "CRL_SHARDS_NEED_KEY"),
            ("attributes.locality", FIXED),
            ("attributes.ttl", "LIFETIME_EXCEEDS_CA"),
        },
    ),
    (
        "over already",
        {"attributes": {"not_after": "2001-01-01T00:00:00Z"}},
        {("attributes.not_after", "VALIDITY_EMPTY")},
    ),
    ("no such CA's id", {"id": "x"}, {("id", "STRING_UUID")}),
]  # fmt: skip


@pytest.fixture
async def ca(sqlite_live: Live) -> str:
    root = await create(sqlite_live, order(sqlite_live))
    return str((await create(sqlite_live, intermediate(sqlite_live, root.id))).id)


@pytest.mark.parametrize(("fields", "wanted"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
async def test_a_bad_order_is_refused_whole(
    sqlite_live: Live, ca: str, fields: dict[str, Any], wanted: set[tuple[str, str]]
) -> None:
    """Every violation is told at once, and nothing is stored."""
    before = await sqlite_live.app.store.get(AuthorityRecord, id=ca)
    failure = await not_rotated(sqlite_live, **{"id_": ca, **_named(fields)})
    assert broken(failure) == wanted
    assert await sqlite_live.app.store.get(AuthorityRecord, id=ca) == before
    assert await sqlite_live.app.store.list(GenerationRecord) == []


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    return {"id_" if name == "id" else name: value for name, value in fields.items()}


async def test_a_ca_that_is_not_there(sqlite_live: Live) -> None:
    assert (await not_rotated(sqlite_live, ABSENT)).code.name == "NOT_FOUND"


async def test_the_parents_operators_must_agree(live: Live) -> None:
    """Who may rotate the CA, and not its parent, cannot have the parent sign."""
    away = await live.project("away")
    root = await create(live, order(live))
    made = await create(live, intermediate(live, root.id, project_id=away))
    home = live.ids["project_id"]
    admin = await live.token("admin", roles={away: "ADMIN"})
    viewer = await live.token("viewer", roles={away: "ADMIN", home: "VIEWER"})
    both = await live.token("both", roles={away: "ADMIN", home: "ADMIN"})
    assert (await not_rotated(live, made.id, token=admin)).code.name == "NOT_FOUND"
    assert (await not_rotated(live, made.id, token=viewer)).code.name == "PERMISSION_DENIED"
    assert (await rotate(live, made.id, token=both)).generation == 2


async def test_a_parent_that_is_disabled_signs_nothing(live: Live) -> None:
    root = await create(live, order(live))
    made = await create(live, intermediate(live, root.id))
    request = messages.DisableCertificateAuthorityRequest(id=root.id)
    await live.call(authorities(live).DisableCertificateAuthority, request)
    failure = await not_rotated(live, made.id)
    assert (failure.reason, failure.metadata["caId"]) == ("CA_NOT_ACTIVE", root.id)


async def test_a_ca_that_has_never_had_a_certificate(live: Live) -> None:
    made, _ = await asked(live)
    assert (await not_rotated(live, made.id)).reason == "STATE_CONFLICT"


async def test_a_compromised_key_is_not_kept(live: Live) -> None:
    """It is not certified again; with a new key the CA goes on."""
    root = await create(live, order(live))
    key = x509.load_pem_x509_certificate(root.certificate.encode()).public_key()
    blocked = BlockedKeyRecord(
        spki_sha256=spki_sha256(key),
        project_id=live.ids["project_id"],
        certificate_id="",
        blocked_at=live.clock(),
    )
    await live.app.store.commit(Unit((Insert(blocked),), (Change(ObjectKind.KEY, blocked.spki_sha256),)))
    failure = await not_rotated(live, root.id, keep_key=True)
    assert (failure.reason, broken(failure)) == ("POLICY_VIOLATION", {("keep_key", "KEY_BLOCKED")})
    assert (await rotate(live, root.id)).generation == 2


async def test_a_rotation_tells_how_long_the_parent_lasts(live: Live) -> None:
    """A span that is asked for, which the parent has not left any more, is refused and not cut."""
    root = await create(live, order(live, attributes={"ttl": "400d"}))
    made = await create(live, intermediate(live, root.id, attributes={"not_after": _end(root)}))
    failure = await not_rotated(live, made.id, attributes={"ttl": "401d"})
    assert failure.reason == "LIFETIME_EXCEEDS_CA"
    assert (await get(live, made.id)).generation == 1


async def test_a_span_that_the_parent_has_not_left_is_cut_if_nobody_names_it(settings: Settings) -> None:
    """The next generation would be as long as this one; it ends with its parent instead."""
    clock = Timepiece()
    async with running(settings, clock=clock) as live:
        root = await create(live, order(live, attributes={"ttl": "400d"}))
        made = await create(live, intermediate(live, root.id, attributes={"ttl": "300d"}))
        clock.forward(days=200)
        now = await rotate(live, made.id)
        assert (now.generation, now.not_after) == (2, root.not_after)


def _end(root: Any) -> str:
    return str(root.not_after.ToJsonString())
