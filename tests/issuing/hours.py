"""A server whose clock a test has stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio
from cryptography import x509
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import policy_pb2, profile_pb2
from server.clock import utc_now
from server.config import Settings
from tests.ordering import open_policy, order
from tests.serving import Failure, Live, running

SECOND = timedelta(seconds=1)
NOW = utc_now().replace(microsecond=250_000) + timedelta(days=1)
NOW_S = NOW.replace(microsecond=0)


class Hours:
    """A server whose clock stands still at NOW, a day after its CAs began, with its orders."""

    def __init__(self, live: Live) -> None:
        self.live = live

    async def profile(
        self, policy: policy_pb2.CertificatePolicy | None = None, *, ca_id: str = "", **said: Any
    ) -> str:
        message = profile_pb2.CertificateProfile(**said)
        return await self.live.profile(policy=policy or open_policy(), message=message, ca_id=ca_id)

    async def window(self, profile_id: str, **attributes: Any) -> tuple[datetime, datetime]:
        """The ends of an issued certificate, which the answer must tell alike."""
        request = order(profile_id, common_name="a.example.com", **attributes)
        answer = (await self.live.call(self.live.certificates.IssueCertificate, request)).certificate
        certificate = x509.load_pem_x509_certificate(answer.certificate.encode())
        ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        assert (_read(answer.not_before), _read(answer.not_after)) == ends
        return ends

    async def lifetime(self, profile_id: str, **attributes: Any) -> int:
        """Seconds, both ends included."""
        begin, end = await self.window(profile_id, **attributes)
        return int((end - begin + SECOND).total_seconds())

    async def refused(self, profile_id: str, **attributes: Any) -> Failure:
        request = order(profile_id, common_name="a.example.com", **attributes)
        return await self.live.refused(self.live.certificates.IssueCertificate, request)


def _read(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


@pytest_asyncio.fixture
async def hours(sqlite_settings: Settings) -> AsyncIterator[Hours]:
    at: list[datetime] = []
    async with running(sqlite_settings, clock=lambda: at[0] if at else utc_now()) as live:
        await live.channel.channel_ready()  # with a TLS certificate of the present
        at.append(NOW)
        yield Hours(live)
