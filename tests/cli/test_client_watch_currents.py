"""Watches on what is to be used now: a certificate of a lineage, and what to trust."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import grpc
import pytest

from certmanager.v1 import certificate_pb2
from certmanager.v1.certificate_authority_service_pb2 import (
    TrustBundle,
    WatchTrustBundleRequest,
    WatchTrustBundleResponse,
)
from certmanager.v1.certificate_service_pb2 import WatchCertificateRequest
from certmanager_client import ApiError, CertificateEvent, Client, Patience, TrustEvent, blocking
from certmanager_client.retries import Timing
from certmanager_client.watch_currents import CertificateCourse, TrustCourse
from certmanager_client.watching import Followed
from tests.cli.fake_streams import OK, PROJECT, REQUEST, FakeTime, Streams, beat, told
from tests.cli.scripted import Failing, info
from tests.cli.scripted_service import served

DOWN = Failing(details=[info("STREAM_AGED")])
GONE = Failing(grpc.StatusCode.OUT_OF_RANGE, details=[info("RESUME_TOKEN_EXPIRED")])
DENIED = Failing(grpc.StatusCode.PERMISSION_DENIED, details=[info("PERMISSION_DENIED")])
HURRIED = Patience(timing=Timing(sleep=lambda seconds: asyncio.sleep(seconds / 20)))
OWED = certificate_pb2.PRIVATE_KEY_STATE_CLAIMABLE


def trusted(roots: str, revision: int) -> WatchTrustBundleResponse:
    """A message about a bundle."""
    bundle = TrustBundle(roots=roots)
    return WatchTrustBundleResponse(revision=revision, resume_token=f"t{revision}", trust_bundle=bundle)


async def followed(streams: Streams, course: Any) -> list[Any]:
    """All that a watch tells until it is denied."""
    watch = Followed(course, streams.open, address="ca:1", patience=FakeTime().patience())
    return await drawn(watch.events())


async def drawn(events: AsyncGenerator[Any, None]) -> list[Any]:
    """What comes before the end, which must be that it is denied."""
    found: list[Any] = []
    with pytest.raises(ApiError, match="not now"):
        await _collect(events, found)
    return found


async def _collect(events: AsyncGenerator[Any, None], found: list[Any]) -> None:
    async for event in events:
        found.append(event)  # noqa: PERF401 - what came before the error counts


def lineage(*, token: str = "") -> CertificateCourse:
    return CertificateCourse(REQUEST, resume_token=token, heartbeat=30.0)


def ids(events: list[CertificateEvent]) -> list[str]:
    return [event.certificate.id for event in events]


@pytest.mark.parametrize("end", [DOWN, OK])
async def test_it_goes_on_whatever_ends_a_stream(end: Any) -> None:
    """With the newest token, a heartbeat's too: such a watch has no end of its own."""
    streams = Streams([[told("a", 5), end], [beat(7), end], [told("b", 9), DENIED]])
    assert ids(await followed(streams, lineage())) == ["a", "b"]
    assert streams.tokens == ["", "t5", "b7"]


async def test_a_token_of_before_is_gone_on_from() -> None:
    """That of another process."""
    streams = Streams([[told("b", 9), DENIED]])
    (event,) = await followed(streams, lineage(token="t5"))
    assert streams.tokens == ["t5"]
    assert event.resume_token == "t9"


async def test_what_was_told_is_not_told_again() -> None:
    """Not after a loss of history either; but what has changed meanwhile is."""
    anew = [told("a", 8), told("b", 9, private_key_state=OWED), GONE]
    streams = Streams([[told("a", 5), GONE], anew, [*anew[:2], told("a", 12, metadata=[{}]), DENIED]])
    events = await followed(streams, lineage())
    assert ids(events) == ["a", "b", "a"]
    assert streams.tokens == ["", "", ""]
    assert [event.is_owed for event in events] == [False, True, False]


async def test_a_hold_that_was_lifted_is_told() -> None:
    """The certificate is as it once was: that is news all the same."""
    held = told("a", 6, state=certificate_pb2.CERTIFICATE_STATE_REVOKED)
    streams = Streams([[told("a", 5), held, told("a", 7), DENIED]])
    assert ids(await followed(streams, lineage())) == ["a", "a", "a"]


async def test_a_bundle_is_told_whenever_it_changes() -> None:
    """And only then."""
    streams = Streams([[trusted("r", 5), DOWN], [trusted("r", 6), trusted("s", 7), DENIED]])
    events: list[TrustEvent] = await followed(streams, TrustCourse(PROJECT, resume_token="", heartbeat=30.0))
    assert [event.bundle.roots for event in events] == ["r", "s"]
    assert events[-1].resume_token == "t7"


async def test_the_clients_watches_ask_for_what_they_follow() -> None:
    """The id, the token, and heartbeats."""
    streams = {
        "WatchCertificate": [[told("a", 5), DOWN], [told("b", 9), DENIED]],
        "WatchTrustBundle": [[trusted("r", 5), DENIED]],
    }
    async with served(**streams) as service, Client(service.target) as client:
        events = await drawn(client.watch_certificate(REQUEST, patience=HURRIED))
        bundles = await drawn(client.watch_trust_bundle(PROJECT, resume_token="t4", patience=HURRIED))
        asked = [WatchCertificateRequest.FromString(one) for one in service.asked["WatchCertificate"]]
        (trust,) = map(WatchTrustBundleRequest.FromString, service.asked["WatchTrustBundle"])
    assert [*ids(events), *(one.bundle.roots for one in bundles)] == ["a", "b", "r"]
    assert [(one.certificate_id, one.resume_token) for one in asked] == [(REQUEST, ""), (REQUEST, "t5")]
    assert (trust.project_id, trust.resume_token, trust.heartbeat_interval.seconds) == (PROJECT, "t4", 30)


async def test_scripts_have_them_too() -> None:
    """As plain iterators, where no event loop runs."""
    streams = {
        "WatchCertificate": [[told("a", 5), told("b", 6), DENIED]],
        "WatchTrustBundle": [[trusted("r", 5), DENIED]],
    }
    async with served(**streams) as service:

        def begun() -> list[str]:
            certificates = blocking.watch_certificate(service.target, REQUEST, patience=HURRIED)
            bundles = blocking.watch_trust_bundle(service.target, PROJECT, patience=HURRIED)
            return [
                next(certificates).certificate.id,
                next(certificates).certificate.id,
                next(bundles).bundle.roots,
            ]

        assert await asyncio.to_thread(begun) == ["a", "b", "r"]
