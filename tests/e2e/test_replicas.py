"""Several servers on one PostgreSQL: they set it up once, and what one does the others know."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from server.clock import utc_now
from server.ids import new_id
from server.ra.access.tokens import hash_token, new_token
from server.store import (
    Change,
    IdentityRecord,
    Insert,
    ObjectKind,
    RoleBindingRecord,
    Store,
    TokenRecord,
    Unit,
)
from tests.databases import Postgres
from tests.e2e.processes import FREE, PATIENCE, Process, await_ready, ended, issue, read, start

REPLICAS = 3


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> str:
    return postgres.fresh()


@pytest.fixture(scope="module")
def replicas(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    """Servers that found the database empty, all at once; they share a passphrase and nothing else."""
    env = {"CERTMANAGER_DATABASE_URL": database, "CERTMANAGER_KEK_PASSPHRASE": secrets.token_hex(16)}
    with ExitStack() as stack:
        homes = [tmp_path_factory.mktemp("replica") / "data" for _ in range(REPLICAS)]
        started = [stack.enter_context(ended(_start(home, env))) for home in homes]
        yield [await_ready(process) for process in started]


def _start(home: Path, env: dict[str, str]) -> Process:
    return start(home, "--data-dir", home, *FREE, env=env)


def holder(replicas: list[Process]) -> Process:
    """The replica that has the owner's token."""
    (one,) = [process for process in replicas if (process.directory / "owner.token").exists()]
    return one


def others(replicas: list[Process]) -> list[Process]:
    """The replicas that do not, with a copy of it, as their operator would make."""
    one = holder(replicas)
    return [process.with_token(one.token) for process in replicas if process is not one]


def test_exactly_one_set_the_database_up(replicas: list[Process], database: str) -> None:
    """One token file, and the token of no loser in the database."""
    assert holder(replicas).token
    with psycopg.connect(database) as connection:
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM token), (SELECT count(*) FROM identity),"
            " (SELECT count(*) FROM project), (SELECT count(*) FROM authority)"
        ).fetchone()
    assert counts == (1, 1, 1, 3)


def test_all_tell_the_same_ids(replicas: list[Process]) -> None:
    assert len({tuple(process.ids.items()) for process in replicas}) == 1


def test_all_are_trusted_by_one_ca(replicas: list[Process]) -> None:
    assert len({process.ca for process in replicas}) == 1


def test_a_shared_passphrase_leaves_no_key_on_disk(replicas: list[Process]) -> None:
    assert not [process for process in replicas if (process.directory / "kek").exists()]


async def test_what_one_issues_the_others_read(replicas: list[Process]) -> None:
    one = holder(replicas)
    async with one.channel() as channel:
        issued = (await issue(one, channel)).certificate
    for other in others(replicas):
        async with other.channel() as channel:
            assert (await read(other, channel, issued.certificate_id)).certificate == issued.certificate


async def test_a_profile_of_one_is_used_on_the_others(replicas: list[Process]) -> None:
    """The answer of the one is enough: nobody has to wait for news to arrive."""
    one = holder(replicas)
    request = profiles.CreateCertificateProfileRequest(
        project_id=one.ids["project_id"],
        ca_id=one.ids["ca_id"],
        certificate_policy_id=one.ids["certificate_policy_id"],
        slug="of-one",
        enrollment_type="ENROLLMENT_TYPE_API",
    )
    async with one.channel() as channel:
        create = ProfileServiceStub(channel).CreateCertificateProfile
        made = await create(request, metadata=one.auth(), timeout=PATIENCE)
    for other in others(replicas):
        async with other.channel() as channel:
            answer = await issue(other, channel, profile_id=made.certificate_profile.id)
            assert answer.certificate.profile_id == made.certificate_profile.id


async def test_a_new_token_is_good_on_all(replicas: list[Process], database: str) -> None:
    """Made through a fourth process, this one; used at once."""
    token = new_token()
    store = await Store.open(database, clock=utc_now)
    try:
        await store.commit(_operator(token, holder(replicas).ids["project_id"]))
    finally:
        await store.close()
    for process in replicas:
        known = process.with_token(token)
        async with known.channel() as channel:
            assert (await issue(known, channel)).certificate.certificate_id


def _operator(token: str, project_id: str) -> Unit:
    now, id_ = utc_now(), new_id()
    held = TokenRecord(
        id=new_id(),
        identity_id=id_,
        name="e2e",
        hash=hash_token(token),
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    role = RoleBindingRecord(
        id=new_id(), identity_id=id_, project_id=project_id, role="OPERATOR", created_at=now
    )
    identity = IdentityRecord(id=id_, name="operator of all", kind="SERVICE", created_at=now)
    return Unit((Insert(identity), Insert(role), Insert(held)), (Change(ObjectKind.IDENTITY, id_),))
