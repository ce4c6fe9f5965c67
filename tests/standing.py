"""Servers that stand for a whole session, for tests that leave nothing behind to trip over."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from sqlalchemy import Engine, create_engine, text

from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import policy_pb2, profile_pb2
from server.config import Settings
from server.pki.algorithms import KeyAlgorithm
from tests.databases import Postgres
from tests.serving import Failure, Live, running

IN_SESSION = pytest.mark.asyncio(loop_scope="session")
"""For modules whose tests share the session's servers, and so its event loop."""

_COUNTED = ("certificate", "certificate_request", "profile", "change", "audit")
# Not what the server does in its own time.
_QUERIED = (*_COUNTED[:3], "change WHERE kind <> 'CRL'", "audit WHERE object_kind <> 'CRL'")


@dataclass(slots=True)
class Standing:
    """A running server with a few words for what tests of issuing do all the time."""

    live: Live
    engine: Engine
    """Looks at the database from outside."""
    _authorities: dict[KeyAlgorithm, str] = field(default_factory=dict)

    async def authority(self, algorithm: KeyAlgorithm) -> str:
        """The id of a CA under the first root, made once an algorithm."""
        if algorithm not in self._authorities:
            self._authorities[algorithm] = await self.live.authority(algorithm)
        return self._authorities[algorithm]

    async def profile(
        self,
        policy: policy_pb2.CertificatePolicy | None = None,
        *,
        algorithm: KeyAlgorithm | None = None,
        ca_id: str = "",
        **said: Any,
    ) -> str:
        """The id of a new profile on a policy; ``said`` are fields of its document."""
        if algorithm is not None:
            ca_id = await self.authority(algorithm)
        message = profile_pb2.CertificateProfile(**said)
        return await self.live.profile(ca_id=ca_id, policy=policy, message=message)

    async def issue(
        self, request: messages.IssueCertificateRequest, *, token: str | None = None
    ) -> messages.IssueCertificateResponse:
        """The answer to an order that must be granted."""
        answer: messages.IssueCertificateResponse = await self.live.call(
            self.live.certificates.IssueCertificate, request, token=token
        )
        return answer

    async def issued(self, request: messages.IssueCertificateRequest) -> x509.Certificate:
        """The certificate of an order that must be granted."""
        answer = await self.issue(request)
        return x509.load_pem_x509_certificate(answer.certificate.certificate.encode())

    async def refused(
        self, request: messages.IssueCertificateRequest, *, token: str | None = None
    ) -> Failure:
        """How an order is refused; fails if the refusal stores anything."""
        before = self.rows()
        failure = await self.live.refused(self.live.certificates.IssueCertificate, request, token=token)
        assert self.rows() == before, "a refusal was stored"
        return failure

    def rows(self) -> dict[str, int]:
        """How many rows the tables hold that an issuance writes to."""
        with self.engine.connect() as connection:
            counted = (connection.execute(text(f"SELECT count(*) FROM {table}")) for table in _QUERIED)
            return dict(zip(_COUNTED, (count.scalar_one() for count in counted), strict=True))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing_sqlite(
    sqlite_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Standing]:
    """The session's server on SQLite, for what cannot depend on the database."""
    home = shutil.copytree(sqlite_home, tmp_path_factory.mktemp("standing") / "data")
    async with _standing(_settings(home)) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing_postgres(
    postgres: Postgres, postgres_home: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Standing]:
    """The session's server on PostgreSQL."""
    home, template = postgres_home
    copied = shutil.copytree(home, tmp_path_factory.mktemp("standing") / "data")
    async with _standing(_settings(copied, database_url=postgres.fresh(template=template))) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgres"])
def standing(request: pytest.FixtureRequest) -> Standing:
    """The session's server on each database."""
    made: Standing = request.getfixturevalue(f"standing_{request.param}")
    return made


@asynccontextmanager
async def _standing(settings: Settings) -> AsyncIterator[Standing]:
    engine = create_engine(settings.database.replace("postgresql://", "postgresql+psycopg://"))
    try:
        async with running(settings) as live:
            yield Standing(live, engine)
    finally:
        engine.dispose()


def _settings(home: Path, **others: Any) -> Settings:
    addresses = {"grpc_address": "127.0.0.1:0", "http_address": "", "metrics_address": ""}
    return Settings(data_dir=home, **(addresses | others))
