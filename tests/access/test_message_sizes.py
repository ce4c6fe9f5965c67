"""Messages made to exhaust the server: deep, big, or noise."""

from __future__ import annotations

from typing import Any

import grpc
import grpc.aio
import pytest

from server.ra.tokens import hash_token
from server.store.records import TokenRecord
from tests.access.people import People
from tests.ordering import order
from tests.serving import failure_of
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
