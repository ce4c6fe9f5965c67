"""Watches over real connections: of the client and of the blocking facade."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from certmanager.v1.certificate_request_service_pb2 import (
    WatchCertificateRequestRequest,
    WatchCertificateRequestsRequest,
)
from certmanager_client import ApiError, Client, Kind, Patience, blocking
from certmanager_client.retries import Timing
from tests.cli.fake_streams import PROJECT, REQUEST, beat, complete, many, one
from tests.cli.scripted import Failing, info
from tests.cli.scripted_service import HANG, served

WAITS = one("PENDING_APPROVAL", 5)
ISSUED = one("ISSUED", 9)
DOWN = Failing(details=[info("STREAM_AGED")])
HURRIED = Patience(timing=Timing(sleep=lambda seconds: asyncio.sleep(seconds / 20)))
"""The machine's time, twenty times as quick."""


async def test_a_broken_stream_is_resumed() -> None:
    """With the token of its last message, the same request and the caller's token."""
    async with served(WatchCertificateRequest=[[WAITS, beat(7), DOWN], [ISSUED]]) as service:
        async with Client(service.target) as client:
            told = [event.request.revision async for event in client.watch_request(REQUEST, patience=HURRIED)]
        asked = [
            WatchCertificateRequestRequest.FromString(each)
            for each in service.asked["WatchCertificateRequest"]
        ]
    assert told == [5, 9]
    assert [each.resume_token for each in asked] == ["", "b7"]
    assert {(each.certificate_request_id, each.heartbeat_interval.seconds) for each in asked} == {
        (REQUEST, 30)
    }


async def test_a_queue_is_asked_for_what_it_is() -> None:
    """States, profile and requester go with every stream."""
    refused = Failing(grpc.StatusCode.PERMISSION_DENIED, details=[info("PERMISSION_DENIED")])
    streams = [
        [complete(0, 4), DOWN],
        [many("changed", "PENDING_APPROVAL", 7, id_="a"), refused],
    ]
    async with served(WatchCertificateRequests=streams) as service:
        async with Client(service.target) as client:
            watch = client.watch_requests(
                PROJECT, states=[1, 2], profile_id="p", requester_identity_id="r", patience=HURRIED
            )
            told = [(await anext(watch)).kind, (await anext(watch)).kind]
            with pytest.raises(ApiError, match="not now"):
                await anext(watch)
        first, second = map(
            WatchCertificateRequestsRequest.FromString, service.asked["WatchCertificateRequests"]
        )
    assert told == [Kind.COMPLETE, Kind.CHANGED]
    assert (list(first.states), first.profile_id, first.requester_identity_id) == ([1, 2], "p", "r")
    assert (first.resume_token, second.resume_token) == ("", "c4")
    second.resume_token = ""
    assert first == second


async def test_a_script_without_a_loop_follows_too() -> None:
    """In a thread of its own, as a program would."""
    async with served(WatchCertificateRequest=[[WAITS, DOWN], [ISSUED]]) as service:
        told = await asyncio.to_thread(
            lambda: [
                event.request.revision
                for event in blocking.watch_request(service.target, REQUEST, patience=HURRIED)
            ]
        )
    assert told == [5, 9]


async def test_a_script_that_stops_reading_closes_its_watch() -> None:
    """A queue has no end; the reader's does."""
    streams = [[many("snapshot", "PENDING", 5, id_="a"), complete(1, 5)]]
    async with served(WatchCertificateRequests=streams) as service:

        def first_two() -> list[Kind]:
            watch = blocking.watch_requests(service.target, PROJECT)
            return [next(watch).kind, next(watch).kind]

        assert await asyncio.to_thread(first_two) == [Kind.PRESENT, Kind.COMPLETE]


async def test_a_stream_that_fell_silent_does_not_hold_a_watch() -> None:
    """As behind a proxy whose server is gone: the connection stands, and nothing comes."""
    async with served(WatchCertificateRequest=[[WAITS, beat(6, 1), HANG], [ISSUED]]) as service:
        async with Client(service.target) as client:
            told = [event.request.revision async for event in client.watch_request(REQUEST, patience=HURRIED)]
        asked = service.asked["WatchCertificateRequest"]
    assert told == [5, 9]
    assert [WatchCertificateRequestRequest.FromString(each).resume_token for each in asked] == ["", "b6"]
