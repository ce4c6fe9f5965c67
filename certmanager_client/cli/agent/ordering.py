"""The agent's calls: each is remembered before it is made, and may be made again."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf.duration_pb2 import Duration

from certmanager.v1.certificate_pb2 import Certificate, IssuedCertificate
from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest
from certmanager.v1.certificate_service_pb2 import (
    GetCertificateBundleRequest,
    IssueCertificateRequest,
    RecipientKey,
    RenewCertificateRequest,
)
from certmanager_client.cli.agent import keys
from certmanager_client.cli.agent.state import Kind, Order
from certmanager_client.client import Client
from certmanager_client.errors import ApiError

_END = "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Which certificate to keep, and whose the keys are."""

    certificate_id: str = ""
    """Any of the lineage to keep; empty: a lineage of its own, by ``first``."""
    first: Callable[[Client], Awaitable[IssueCertificateRequest]] | None = None
    """The order of the first certificate, without a key; None where there is nothing to begin anew with."""
    first_key: bytes = b""
    """The key of the first certificate, PEM; empty: a new one."""
    algorithm: int = 0
    """Of new keys: a KeyAlgorithm."""
    reuse_key: bool = False
    """Whether a renewal is for the same key."""
    server_keys: bool = False
    """Whether the server makes the keys."""
    recipient: RecipientKey | None = None
    """Whom the server seals its keys to; None: to nobody."""
    open_sealed: Callable[[Any, str], bytes] | None = None
    """Opens such a key, given that of an answer and its request's id."""
    renew_before: float | None = None
    """Seconds before its end that a certificate is renewed."""


def issuance(order: IssueCertificateRequest, wishes: Wishes, *, key: bytes) -> Order:
    """The order of a first certificate."""
    message = IssueCertificateRequest()
    message.CopyFrom(order)
    message.request_id = str(uuid.uuid4())
    if not wishes.server_keys:
        message.auto_renew = False  # the server would renew with the same key, and race the agent
    return Order(kind=Kind.ISSUE, message=_for_key(message, wishes, key), key=key)


def renewal(certificate_id: str, wishes: Wishes, *, key: bytes) -> Order:
    """The order of a certificate's successor."""
    message = RenewCertificateRequest(certificate_id=certificate_id, request_id=str(uuid.uuid4()))
    if not wishes.server_keys:
        message.auto_renew = False
    return Order(kind=Kind.RENEW, message=_for_key(message, wishes, key), key=key)


def claim(certificate_request_id: str) -> Order:
    """The order of a key that the server has made."""
    message = ClaimPrivateKeyRequest(
        certificate_request_id=certificate_request_id, request_id=str(uuid.uuid4())
    )
    return Order(kind=Kind.CLAIM, message=message, certificate_request_id=certificate_request_id)


async def sent(client: Client, order: Order) -> tuple[Order, IssuedCertificate | None]:
    """The order with its request's id, and what it brought; None while it waits. Raises ApiError."""
    if order.kind is Kind.CLAIM:
        claimed = await client.call(client.requests.ClaimPrivateKey, order.message)
        return order, claimed.certificate
    answer: Any
    if order.kind is Kind.ISSUE:
        answer = await client.call(client.certificates.IssueCertificate, order.message)
    else:
        answer = await client.call(client.certificates.RenewCertificate, order.message)
    taken = replace(order, certificate_request_id=answer.certificate_request_id)
    return taken, answer.certificate if answer.HasField("certificate") else None


async def anchor(client: Client, issued: IssuedCertificate) -> str:
    """The root that the certificate is under; its issuer if that cannot be told."""
    found = _last(issued.certificate_chain) or issued.issuing_ca_certificate
    if keys.is_self_issued(found):
        return found
    asked = GetCertificateBundleRequest(certificate_id=issued.certificate_id, include_root=True)
    try:
        bundle = await client.call(client.certificates.GetCertificateBundle, asked)
    except ApiError:
        return found  # to have no root is no reason to be without a certificate
    return _last(bundle.content.decode("ascii", "replace")) or found


def as_told(issued: IssuedCertificate) -> Certificate:
    """What an answer says of a certificate, as the watch would."""
    return Certificate(
        id=issued.certificate_id,
        lineage_id=issued.lineage_id,
        profile_id=issued.profile_id,
        serial_number=issued.serial_number,
        not_before=issued.not_before,
        not_after=issued.not_after,
        certificate=issued.certificate,
        certificate_chain=issued.certificate_chain,
        issuing_ca_certificate=issued.issuing_ca_certificate,
        auto_renewal=issued.auto_renewal,
    )


def as_issued(told: Certificate) -> IssuedCertificate:
    """The other way, without a key."""
    return IssuedCertificate(
        certificate_id=told.id,
        lineage_id=told.lineage_id,
        profile_id=told.profile_id,
        serial_number=told.serial_number,
        not_before=told.not_before,
        not_after=told.not_after,
        certificate=told.certificate,
        certificate_chain=told.certificate_chain,
        issuing_ca_certificate=told.issuing_ca_certificate,
        auto_renewal=told.auto_renewal,
    )


def _for_key(message: Any, wishes: Wishes, key: bytes) -> Any:
    """The order for a key of the agent's, or for one that the server is to make. Raises Unusable."""
    message.wait.CopyFrom(Duration(seconds=10))
    if not wishes.server_keys:
        message.csr = keys.certification_request(key)
    elif wishes.recipient is not None:
        message.generated_key.recipient_key.CopyFrom(wishes.recipient)
    else:
        message.generated_key.SetInParent()
    return message


def _last(pem: str) -> str:
    blocks = pem.split(_END)
    return f"{blocks[-2].strip()}\n{_END}\n" if len(blocks) > 1 else ""
