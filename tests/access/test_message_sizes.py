"""Messages made to exhaust the server: deep, big, or noise."""

from __future__ import annotations

import asyncio
from resource import RUSAGE_SELF, getrusage
from typing import Any

import grpc
import grpc.aio
import pytest

from certmanager.v1.certificate_service_pb2 import GetCertificateRequest
from server.ra.access.tokens import hash_token
from server.store.records import TokenRecord
from tests.access.people import People
from tests.ordering import order
from tests.serving import Failure, failure_of
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_12_openbao_ghsa_34fc_the_store_knows_hashes_only(people: People) -> None:
    """What the database holds of a token is no token."""
    live = people.live
    record = await live.app.store.get(TokenRecord, hash=hash_token(people.tokens["viewer"]))
    assert record is not None
    assert people.tokens["viewer"] not in repr(record)


def _nested(depth: int) -> bytes:
    """A message in a message, so many times, in a field that the contract does not have."""
    octets = b""
    for _ in range(depth):
        octets = b"\xfa\x3e" + _varint(len(octets)) + octets
    return octets


def _groups(depth: int) -> bytes:
    """Groups in groups: the parser descends into these although it knows none of them."""
    return b"\xfb\x3e" * depth + b"\xfc\x3e" * depth


def _varint(number: int) -> bytes:
    octets = b""
    while number > 127:
        octets += bytes([number & 127 | 128])
        number >>= 7
    return octets + bytes([number])


@pytest.mark.parametrize(
    "octets",
    [_groups(64), _groups(10_000), _groups(100)[:-1], _nested(64), _nested(2_000), b"\xff" * 64],
    ids=["64 groups", "10000 groups", "cut", "64 deep", "2000 deep", "noise"],
)
async def test_12_openbao_cve_2025_6203_depth_breaks_nothing(people: People, octets: bytes) -> None:
    """However deep a message is nested, it is a malformed request and no more."""
    call: Any = people.live.channel.unary_unary("/certmanager.v1.CertificateService/IssueCertificate")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(octets, metadata=people.live.auth(), timeout=10)
    assert failure_of(caught.value).code is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("size", [1 << 20, 10 << 20])
async def test_12_openbao_cve_2025_59043_a_big_field_is_not_even_read(people: People, size: int) -> None:
    """A message beyond 1 MiB is refused by the transport."""
    request = order(people.live.ids["profile_id"], csr="A" * size)
    method: Any = people.live.certificates.IssueCertificate
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await method(request, metadata=people.live.auth(), timeout=10)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def _many(*fields: int, item: bytes = b"") -> bytes:
    """900 kB of such items in the last field, which lies in the messages of those before it."""
    *above, last = fields
    one = _varint(last << 3 | 2) + _varint(len(item)) + item
    octets = one * (900_000 // len(one))
    for field in reversed(above):
        octets = _varint(field << 3 | 2) + _varint(len(octets)) + octets
    return octets


@pytest.mark.parametrize(
    ("path", "octets"),
    [
        ("CertificateService/IssueCertificate", _many(4, 7)),
        ("CertificateService/IssueCertificate", _many(4, 7, item=b"\x08\x01\x12\x02\xc3\xa4")),
        ("CertificateService/IssueCertificate", _many(4, 18)),
        ("CertificateService/IssueCertificate", _many(4, 17)),
        ("CertificateService/IssueCertificate", _many(5)),
        ("CertificateService/IssueCertificate", _many(5, item=b"\x0a\x01k")),
        ("ProfileService/CreateCertificateProfile", _many(8, 1)),
    ],
    ids=["names", "international names", "extensions", "usages", "labels", "labels of one key", "steps"],
)
async def test_a_list_without_end_stops_nobody_else(people: People, path: str, octets: bytes) -> None:
    """It is refused for its length alone, and meanwhile others are served."""
    live = people.live
    call: Any = live.channel.unary_unary(f"/certmanager.v1.{path}")
    before = getrusage(RUSAGE_SELF).ru_maxrss
    refusals = [
        asyncio.ensure_future(_failed(call(octets, metadata=live.auth(), timeout=20))) for _ in range(3)
    ]
    async with asyncio.timeout(20):
        await live.call(
            live.certificates.IssueCertificate, order(live.ids["profile_id"], common_name="a.example.com")
        )
        failures = await asyncio.gather(*refusals)
    assert {failure.code for failure in failures} == {grpc.StatusCode.INVALID_ARGUMENT}
    assert [list(failure.fields.values()) for failure in failures] == [["REPEATED_MAX_ITEMS"]] * 3
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 400 * 1024


async def _failed(call: Any) -> Failure:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return failure_of(caught.value)


def _issued(people: People) -> str:
    return people.home.certificate_id


async def test_an_id_in_capitals_names_the_same(people: People) -> None:
    """RFC 9562, section 4: capitals are taken on input."""
    live = people.live
    request = GetCertificateRequest(certificate_id=_issued(people).upper())
    found = await live.call(live.certificates.GetCertificate, request)
    assert found.certificate.id == _issued(people)
    await live.call(
        live.certificates.IssueCertificate, order(live.ids["profile_id"].upper(), common_name="a.example.com")
    )
