"""A CA near its end is told: in its own answer, in those about certificates, and by a metric."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import policy_pb2
from server.config import Settings
from server.pki.validity import Validity
from server.ra.setup.horizon import near_end
from tests.operators.ca_orders import ANYTHING, authorities, create, get, order
from tests.operators.ca_rotating import rotate
from tests.serving import Live, running
from tests.timepiece import Timepiece

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("life", "left", "longest", "is_near"),
    [
        (3650 * DAY, 30 * DAY, None, False),
        (3650 * DAY, 30 * DAY - SECOND, None, True),
        (30 * DAY, 10 * DAY, None, False),
        (30 * DAY, 10 * DAY - SECOND, None, True),
        (3650 * DAY, 365 * DAY, 365 * DAY, False),
        (3650 * DAY, 365 * DAY - SECOND, 365 * DAY, True),
        (3650 * DAY, -SECOND, None, True),
    ],
)
def test_the_bound(life: timedelta, left: timedelta, longest: timedelta | None, *, is_near: bool) -> None:
    """30 days, a third of a shorter life, or the longest lifetime of a policy: at the second."""
    end = NOW + left
    warning = near_end(Validity(end - life + SECOND, end), longest=longest, now=NOW)
    assert (warning is not None) == is_near


def limited(longest: timedelta) -> policy_pb2.CertificatePolicy:
    """Everything for at most so long."""
    policy = policy_pb2.CertificatePolicy()
    policy.CopyFrom(ANYTHING)
    seconds = int(longest.total_seconds())
    policy.validity.CopyFrom(
        policy_pb2.ValidityRule(
            default_lifetime=Duration(seconds=3600), max_lifetime=Duration(seconds=seconds)
        )
    )
    return policy


async def test_answers_tell_a_ca_whose_policies_outgrow_it(live: Live) -> None:
    """100 days left are enough for 90, and not for 200: told of the CA and with each certificate."""
    ca = await create(live, order(live, attributes={"ttl": "100d"}))
    short = await live.profile(ca_id=ca.id, policy=limited(90 * DAY))
    assert list((await get(live, ca.id)).warnings) == []
    request = certificates.IssueCertificateRequest(profile_id=short)
    request.attributes.common_name = "a"
    assert list((await live.call(live.certificates.IssueCertificate, request)).warnings) == []
    request.profile_id = await live.profile(ca_id=ca.id, policy=limited(200 * DAY))
    (warning,) = (await get(live, ca.id)).warnings
    assert "no certificate can outlast it" in warning
    issued = await live.call(live.certificates.IssueCertificate, request)
    assert list(issued.warnings) == [warning]
    request.validate_only = True
    assert list((await live.call(live.certificates.IssueCertificate, request)).warnings) == [warning]


async def test_a_metric_counts_down_for_each_ca(settings: Settings) -> None:
    """The CAs of the start, and later ones; the server stays ready with one that is nearly over."""
    watched = settings.model_copy(update={"metrics_address": "127.0.0.1:0"})
    async with running(watched) as live, httpx2.AsyncClient(base_url=live.app.endpoints["metrics"]) as http:
        text = (await http.get("/metrics")).text
        assert f'certmanager_ca_seconds_left{{ca_id="{live.ids["root_ca_id"]}"}}' in text
        ca = await create(live, order(live, attributes={"ttl": "10m"}))
        wanted = f'certmanager_ca_seconds_left{{ca_id="{ca.id}"}} '
        async with asyncio.timeout(30):
            while wanted not in (text := (await http.get("/metrics")).text):
                continue
        seconds = float(text.partition(wanted)[2].split()[0])
        assert 480 < seconds <= 600
        assert (await http.get("/readyz")).status_code == 200


async def test_who_is_ready_tells_of_cas_near_their_end(settings: Settings) -> None:
    """By their ids alone, and no longer once they are rotated or are to sign nothing any more."""
    watched, clock = settings.model_copy(update={"metrics_address": "127.0.0.1:0"}), Timepiece()
    async with (
        running(watched, clock=clock) as live,
        httpx2.AsyncClient(base_url=live.app.endpoints["metrics"]) as http,
    ):
        assert (await http.get("/readyz")).text == "ready\n"
        rotated = await create(live, order(live, attributes={"ttl": "60d"}))
        disabled = await create(live, order(live, attributes={"ttl": "60d"}))
        clock.forward(days=50)
        wanted = {rotated.id, disabled.id}
        assert await warned(http, wanted) == wanted
        await rotate(live, rotated.id)
        request = messages.DisableCertificateAuthorityRequest(id=disabled.id)
        await live.call(authorities(live).DisableCertificateAuthority, request)
        assert await warned(http, set()) == set()


async def warned(http: httpx2.AsyncClient, wanted: set[str]) -> set[str]:
    """The CAs that the page of readiness warns of, once they are these."""
    found: set[str] = set()
    with suppress(TimeoutError):
        async with asyncio.timeout(30):
            while True:
                answer = await http.get("/readyz")
                first, *lines = answer.text.splitlines()
                assert (answer.status_code, first) == (200, "ready")
                found = {line.removeprefix("warning: ").partition(":")[0] for line in lines}
                if found == wanted:
                    break
    return found
