from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from tests.facing.faces import Face, facing
from tests.standing import _settings


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """A server that is asked for anything, so that other tests must not rely on what it has."""

    face: Face
    known: dict[str, str]
    """Ids of things that were there at the beginning, by the ends of the names that ask for them."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def fuzzed(sqlite_home: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fuzzed]:
    home = shutil.copytree(sqlite_home, tmp_path_factory.mktemp("fuzzed") / "data")
    async with facing(_settings(home)) as face:
        yield Fuzzed(face, await _known(face))


async def _known(face: Face) -> dict[str, str]:
    live = face.live
    answer = await live.call(
        live.certificates.IssueCertificate,
        IssueCertificateRequest(profile_id=live.ids["profile_id"], attributes={"common_name": "a.acme.com"}),
    )
    issued = answer.certificate
    return {
        "projectId": live.ids["project_id"],
        "caId": issued.ca_id,
        "profileId": live.ids["profile_id"],
        "certificatePolicyId": live.ids["certificate_policy_id"],
        "certificateId": issued.certificate_id,
        "certificateRequestId": answer.certificate_request_id,
        "serialNumber": issued.serial_number,
    }
