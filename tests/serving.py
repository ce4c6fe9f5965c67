"""A whole server in the test's own event loop: real socket, real TLS, real database."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from certmanager.v1 import policy_pb2, profile_pb2
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from server import keyring
from server.app import Application, application, opened
from server.ca.authorities import Authorities, Charter
from server.ca.pool import CryptoPool
from server.clock import Clock, utc_now
from server.config import Settings
from server.ids import new_id
from server.pki.algorithms import KeyAlgorithm
from server.pki.subjects import SubjectAttribute
from server.ra.access.tokens import hash_token, new_token
from server.ra.revoking.publication import Publication
from server.ra.setup.crls import crls_of
from server.ra.setup.parents import arrival_of, certificate_of
from server.store.records import (
    AuthorityRecord,
    CRLRecord,
    IdentityRecord,
    ObjectKind,
    PolicyRecord,
    ProfileRecord,
    ProjectRecord,
    RoleBindingRecord,
    TokenRecord,
)
from server.store.store import Store
from server.store.unit import Change, Insert, Unit
from tests.databases import Postgres


@dataclass(frozen=True, slots=True)
class Failure:
    """A status as a client sees it, its details unpacked by type name."""

    code: grpc.StatusCode
    message: str
    reason: str
    metadata: dict[str, str]
    details: dict[str, Any]

    @property
    def fields(self) -> dict[str, str]:
        """The rule of each violation, by field."""
        found = {v.field: v.reason for v in self.details.get("BadRequest", _NO_BAD).field_violations}
        for violation in self.details.get("PreconditionFailure", _NO_PRE).violations:
            found[violation.subject] = violation.description.partition(":")[0]
        return found


_NO_BAD = error_details_pb2.BadRequest()
_NO_PRE = error_details_pb2.PreconditionFailure()


def failure_of(error: grpc.aio.AioRpcError) -> Failure:
    """What an error says. Fails unless there is exactly one ErrorInfo of ours."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    assert status is not None, f"a status without details: {error.code()} {error.details()}"
    details: dict[str, Any] = {}
    for packed in status.details:
        name = packed.TypeName().rpartition(".")[2]
        assert name not in details, f"{name} stands twice"
        details[name] = getattr(error_details_pb2, name)()
        packed.Unpack(details[name])
    info = details["ErrorInfo"]
    assert info.domain == "certmanager.v1"
    return Failure(error.code(), status.message, info.reason, dict(info.metadata), details)


@dataclass(slots=True)
class Live:
    """A running server and everything that a test needs to talk to it, and to set things up behind it."""

    app: Application
    settings: Settings
    directory: Path
    ids: Mapping[str, str]
    owner: str
    """The owner's token."""
    channel: grpc.aio.Channel
    clock: Clock
    pool: CryptoPool = field(default_factory=CryptoPool)

    @property
    def certificates(self) -> CertificateServiceStub:
        return CertificateServiceStub(self.channel)

    @property
    def profiles(self) -> ProfileServiceStub:
        return ProfileServiceStub(self.channel)

    def stub(self, kind: Any) -> Any:
        return kind(self.channel)

    def auth(self, token: str | None = None) -> tuple[tuple[str, str], ...]:
        """The metadata of a call with a token, the owner's if none is given."""
        return (("authorization", f"Bearer {token or self.owner}"),)

    async def call(self, method: Any, request: Any, *, token: str | None = None) -> Any:
        """The answer of a unary call that must succeed."""
        return await method(request, metadata=self.auth(token), timeout=60)

    async def refused(self, method: Any, request: Any, *, token: str | None = None) -> Failure:
        """How a unary call that must fail fails."""
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await method(request, metadata=self.auth(token), timeout=60)
        return failure_of(caught.value)

    async def project(self, slug: str) -> str:
        """The id of a new project."""
        now = self.clock()
        record = ProjectRecord(id=new_id(), slug=slug, name=slug, created_at=now, updated_at=now)
        await self.app.store.commit(Unit((Insert(record),), (Change(ObjectKind.PROJECT, record.id),)))
        return record.id

    async def token(
        self, name: str, *, roles: Mapping[str, str] | None = None, lifetime: timedelta = timedelta(days=1)
    ) -> str:
        """The token of a new identity with a role a project (``{project_id: "ADMIN"}``)."""
        now, token = self.clock(), new_token()
        identity = IdentityRecord(id=new_id(), name=name, kind="SERVICE", created_at=now)
        bindings = (
            RoleBindingRecord(id=new_id(), identity_id=identity.id, project_id=p, role=r, created_at=now)
            for p, r in (roles or {}).items()
        )
        held = TokenRecord(
            id=new_id(),
            identity_id=identity.id,
            name=name,
            hash=hash_token(token),
            created_at=now,
            expires_at=now + lifetime,
        )
        writes = (Insert(identity), *(Insert(binding) for binding in bindings), Insert(held))
        await self.app.store.commit(Unit(writes, (Change(ObjectKind.IDENTITY, identity.id),)))
        return token

    async def policy(self, message: policy_pb2.CertificatePolicy, *, project_id: str = "") -> str:
        """The id of a new policy, stored as it stands."""
        now, id_ = self.clock(), new_id()
        record = PolicyRecord(
            id=id_,
            project_id=project_id or self.ids["project_id"],
            slug=f"policy-{id_}",
            document=message.SerializeToString(),
            created_at=now,
            updated_at=now,
        )
        await self.app.store.commit(Unit((Insert(record),), (Change(ObjectKind.POLICY, id_),)))
        return id_

    async def authority(
        self,
        algorithm: KeyAlgorithm = KeyAlgorithm.EC_PRIME256V1,
        *,
        lifetime: timedelta = timedelta(days=3650),
        path_length: int | None = 0,
        parent: str | None = "",
        project_id: str = "",
        state: str = "ACTIVE",
    ) -> str:
        """The id of a new CA, under the first root unless ``parent`` names another (None: a root)."""
        store = self.app.store
        authorities = Authorities(await keyring.find(self.settings, store), self.pool)
        issuer = None
        if parent is not None:
            record = await store.get(AuthorityRecord, id=parent or self.ids["root_ca_id"])
            assert record is not None
            issuer = authorities.issuer(record, await crls_of(store, record))
        charter = Charter(
            project_id=project_id or self.ids["project_id"],
            name=f"test {algorithm.name} {new_id()}",
            subject=((SubjectAttribute.COMMON_NAME, f"test {algorithm.name} CA"),),
            key_algorithm=algorithm,
            lifetime=lifetime,
            path_length=path_length,
            parent=issuer,
        )
        record = replace(await authorities.found(charter, now=self.clock()), state=state)
        rows = [certificate_of(record, issuer, requester_id="")] if issuer else []
        writes = map(Insert, (record, *authorities.crls(record), *rows))
        changes = (*map(arrival_of, rows), Change(ObjectKind.AUTHORITY, record.id))
        await store.commit(Unit(tuple(writes), changes))
        return record.id

    async def profile(
        self,
        *,
        ca_id: str = "",
        policy_id: str = "",
        policy: policy_pb2.CertificatePolicy | None = None,
        message: profile_pb2.CertificateProfile | None = None,
        project_id: str = "",
        disabled: bool = False,
    ) -> str:
        """The id of a new profile, stored as it stands; on the first CA and policy unless told."""
        if policy is not None:
            policy_id = await self.policy(policy, project_id=project_id)
        now, id_ = self.clock(), new_id()
        record = ProfileRecord(
            id=id_,
            project_id=project_id or self.ids["project_id"],
            slug=f"profile-{id_}",
            ca_id=ca_id or self.ids["ca_id"],
            policy_id=policy_id or self.ids["certificate_policy_id"],
            api_config_id=new_id(),
            document=(message or profile_pb2.CertificateProfile()).SerializeToString(),
            disabled=disabled,
            created_at=now,
            updated_at=now,
        )
        await self.app.store.commit(Unit((Insert(record),), (Change(ObjectKind.PROFILE, id_),)))
        return id_


@pytest.fixture(scope="session")
def sqlite_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that is set up, and only copied."""
    home = tmp_path_factory.mktemp("home") / "data"
    asyncio.run(_set_up(Settings(data_dir=home)))
    return home


@pytest.fixture(scope="session")
def postgres_home(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data directory, and the name of the database that is set up for it; both are only copied."""
    home = tmp_path_factory.mktemp("home") / "data"
    asyncio.run(_set_up(Settings(data_dir=home, database_url=postgres.fresh(name="set_up"))))
    return home, "set_up"


async def _set_up(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        store = await opened(settings, stack, clock=utc_now)
        kek, pool = await keyring.find(settings, store), CryptoPool()
        stack.callback(pool.close)
        await _publish(Publication(store, Authorities(kek, pool), pool, clock=utc_now), store)


async def _publish(publication: Publication, store: Store) -> None:
    """The first CRLs, lest each copy has them made in the middle of what its test looks at."""
    for row in await store.list(CRLRecord):
        claim = await publication.claim(row)
        assert claim is not None
        assert await publication.publish(claim)


@pytest.fixture
def sqlite_settings(sqlite_home: Path, tmp_path: Path) -> Settings:
    """Settings of a server that is set up on SQLite."""
    return _settings(shutil.copytree(sqlite_home, tmp_path / "data"))


@pytest.fixture
def postgres_settings(postgres: Postgres, postgres_home: tuple[Path, str], tmp_path: Path) -> Settings:
    """Settings of a server that is set up on PostgreSQL."""
    home, template = postgres_home
    return _settings(shutil.copytree(home, tmp_path / "data"), database_url=postgres.fresh(template=template))


def _settings(home: Path, **others: Any) -> Settings:
    addresses = {"grpc_address": "127.0.0.1:0", "http_address": "", "metrics_address": ""}
    return Settings(data_dir=home, drain_delay=0, **(addresses | others))


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings of a server that is set up, on each database."""
    made: Settings = request.getfixturevalue(f"{request.param}_settings")
    return made


@pytest.fixture
async def live(settings: Settings) -> AsyncIterator[Live]:
    """A running server on each database."""
    async with running(settings) as made:
        yield made


@pytest.fixture
async def sqlite_live(sqlite_settings: Settings) -> AsyncIterator[Live]:
    """A running server on SQLite, for what cannot depend on the database."""
    async with running(sqlite_settings) as made:
        yield made


@asynccontextmanager
async def running(settings: Settings, *, clock: Clock = utc_now) -> AsyncIterator[Live]:
    """Serve with the settings, and connect."""
    async with application(settings, clock=clock) as app:
        home = settings.data_dir
        credentials = grpc.ssl_channel_credentials((home / "ca.pem").read_bytes())
        async with grpc.aio.secure_channel(app.endpoints["grpc"], credentials) as channel:
            ids = json.loads((home / "bootstrap.json").read_text())
            owner = (home / "owner.token").read_text().strip()
            made = Live(app, settings, home, ids, owner, channel, clock)
            try:
                yield made
            finally:
                made.pool.close()
