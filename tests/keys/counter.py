"""Keys of certificates that are issued late, and those who come for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from server.store.records import AuditRecord, HeldSecretRecord, RequestRecord
from tests.ordering import order
from tests.requests.offices import Office, Person
from tests.serving import Failure
from tests.timepiece import Timepiece

CLAIMABLE = certificate_pb2.PRIVATE_KEY_STATE_CLAIMABLE
DELIVERED = certificate_pb2.PRIVATE_KEY_STATE_DELIVERED
DESTROYED = certificate_pb2.PRIVATE_KEY_STATE_DESTROYED


@dataclass(frozen=True, slots=True)
class Counter(Office):
    """An office where keys are claimed, and whose clock the test moves."""

    clock: Timepiece

    async def send(self, request: Any, by: Person) -> Any:
        """The answer to an order."""
        return await self.live.call(self.live.certificates.IssueCertificate, request, token=by.token)

    async def issued_late(self, by: Person | None = None, *, profile_id: str = "", **said: Any) -> str:
        """The id of a request that was approved, and whose key is owed; ``said`` is its order's."""
        id_ = await self.waiting(profile_id or await self.profile(), by=by, **said)
        await self.approve(id_, await self.person("OPERATOR"))
        return id_

    async def awaited(self, by: Person, request_id: str = "", *, profile_id: str = "", **fields: Any) -> Any:
        """The answer to an order that waits for its end, under a new profile unless one is named."""
        fields["request_id"] = request_id
        request = order(profile_id or await self.profile(), common_name="a.example.com", fields=fields)
        request.wait.FromSeconds(50)
        return await self.send(request, by)

    async def arrived(self, by: Person) -> str:
        """The id of somebody's only request, once it is there."""
        store, seen = self.live.app.store, 0
        while not (found := await store.list(RequestRecord, requester_id=by.id)):
            assert await store.feed.wait_beyond(seen, seconds=30)
            seen = store.feed.latest
        return found[0].id

    async def claim(self, id_: str, by: Person, request_id: str = "", **said: Any) -> Any:
        """The answer to a claim, under a new id unless it is a retry."""
        request = _claim(id_, request_id, **said)
        return await self.live.call(self.stub.ClaimPrivateKey, request, token=by.token)

    async def refused_claim(self, id_: str, by: Person | None, request_id: str = "", **said: Any) -> Failure:
        """How a claim is refused."""
        token, request = by.token if by else None, _claim(id_, request_id, **said)
        return await self.live.refused(self.stub.ClaimPrivateKey, request, token=token)

    async def key_states(self, id_: str) -> tuple[int, int]:
        """What the request and its certificate tell of the key."""
        found = await self.get(id_)
        return found.certificate_request.private_key_state, found.certificate.private_key_state

    async def is_held(self, id_: str) -> bool:
        """Whether a sealed copy is in the database."""
        return await self.live.app.store.get(HeldSecretRecord, object_id=id_) is not None

    async def told(self, id_: str, action: str) -> list[AuditRecord]:
        """The audit rows of an action on a request."""
        return list(await self.live.app.store.list(AuditRecord, object_id=id_, action=action))

    async def pass_by(self, **span: float) -> None:
        """Time, and a round of what is due then."""
        self.clock.forward(**span)
        await self.live.app.upkeep.round()


def fits(certificate: Any) -> bool:
    """Whether the private key is that of the certificate beside it."""
    key = load_pem_private_key(certificate.private_key.encode(), None)
    certified = x509.load_pem_x509_certificate(certificate.certificate.encode()).public_key()
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return bool(key.public_key().public_bytes(*form) == certified.public_bytes(*form))


def _claim(id_: str, request_id: str, **said: Any) -> Any:
    request_id = request_id or str(uuid4())
    return messages.ClaimPrivateKeyRequest(certificate_request_id=id_, request_id=request_id, **said)
