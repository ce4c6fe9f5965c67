"""An answer with a secret in it says to whatever stands between that it is not to be kept."""

from __future__ import annotations

from typing import Any

from cryptography import x509

from certmanager.v1 import access_service_pb2
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from tests.ordering import csr_pem, order
from tests.serving import Live


async def told_first(live: Live, method: Any, request: Any) -> dict[str, Any]:
    """The headers of an answer that must be OK."""
    call = method(request, metadata=live.auth(), timeout=60)
    await call
    return dict(await call.initial_metadata())


async def test_an_answer_with_a_private_key(sqlite_live: Live) -> None:
    request = order(sqlite_live.ids["profile_id"], common_name="a.example.com")
    told = await told_first(sqlite_live, sqlite_live.certificates.IssueCertificate, request)
    assert told["cache-control"] == "no-store"


async def test_an_answer_with_an_access_token(sqlite_live: Live) -> None:
    stub = sqlite_live.stub(AccessServiceStub)
    identity = access_service_pb2.WhoAmIRequest()
    me = await sqlite_live.call(stub.WhoAmI, identity)
    request = access_service_pb2.CreateAccessTokenRequest(identity_id=me.identity.id)
    told = await told_first(sqlite_live, stub.CreateAccessToken, request)
    assert told["cache-control"] == "no-store"


async def test_an_answer_without_a_secret(sqlite_live: Live) -> None:
    """Nothing is said of it: the header would cost the ordinary issuance an operation of its own."""
    request = order(sqlite_live.ids["profile_id"], csr=csr_pem(names=[x509.DNSName("a.example.com")]))
    told = await told_first(sqlite_live, sqlite_live.certificates.IssueCertificate, request)
    assert "cache-control" not in told
