"""Ways to lose the right to what one has begun."""

from __future__ import annotations

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.ra.access.tokens import hash_token
from server.store.records import RoleBindingRecord, TokenRecord
from tests.requests.offices import Office, Person

WAYS = {"identity": "UNAUTHENTICATED", "token": "UNAUTHENTICATED", "role": "PERMISSION_DENIED"}
"""What can be revoked, and the code of the refusal to who had nothing else."""


async def lose(office: Office, person: Person, what: str) -> None:
    """Have the owner revoke the identity, its token, or all its roles."""
    live = office.live
    stub, store = live.stub(AccessServiceStub), live.app.store
    match what:
        case "identity":
            await live.call(stub.RevokeIdentity, access.RevokeIdentityRequest(id=person.id))
        case "token":
            token = await store.get(TokenRecord, hash=hash_token(person.token))
            assert token is not None
            await live.call(stub.RevokeAccessToken, access.RevokeAccessTokenRequest(id=token.id))
        case "role":
            for held in await store.list(RoleBindingRecord, identity_id=person.id, revoked_at=None):
                await live.call(stub.RevokeRoleBinding, access.RevokeRoleBindingRequest(id=held.id))
