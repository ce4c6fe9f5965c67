"""Orders: from the contract's request to the domain's, with everything that is wrong with its form."""

from __future__ import annotations

from typing import Final

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.api.attributes import read_attributes, write_asked
from server.api.key_delivery import read_wish, write_wish
from server.errors import Violation
from server.ra.issuing.order import Order
from server.ra.renewing.asked import Asked, Key

_KEYS: Final = {"": Key.AS_BEFORE, "generated_key": Key.GENERATED, "csr": Key.CSR, "csr_der": Key.CSR}


def read_order(request: messages.IssueCertificateRequest, violations: tuple[Violation, ...]) -> Order:
    """The order of a request; ``violations`` are those that validation found."""
    source = request.WhichOneof("key_source") or ""
    return Order(
        profile_id=request.profile_id,
        csr=getattr(request, source) if source.startswith("csr") else None,
        csr_field=source if source.startswith("csr") else "csr",
        delivery=read_wish(request),
        attributes=read_attributes(request.attributes),
        metadata=tuple((entry.key, entry.value) for entry in request.metadata),
        auto_renew=request.auto_renew if request.HasField("auto_renew") else None,
        document=_document(request),
        faults=violations,
    )


def read_renewal(request: messages.RenewCertificateRequest, violations: tuple[Violation, ...]) -> Asked:
    """What a request says of a renewal; ``violations`` are those that validation found."""
    source = request.WhichOneof("key_source") or ""
    return Asked(
        certificate_id=request.certificate_id,
        key=_KEYS[source],
        csr=getattr(request, source) if source.startswith("csr") else None,
        csr_field=source if source.startswith("csr") else "csr",
        delivery=read_wish(request),
        auto_renew=request.auto_renew if request.HasField("auto_renew") else None,
        faults=violations,
    )


def write_order(order: Order) -> messages.IssueCertificateRequest:
    """The request that says what an order does, ``read_order`` of which is that order again.

    A message cannot say that a certificate is to have no usages at all; and a password is never kept.
    """
    message = messages.IssueCertificateRequest(
        profile_id=order.profile_id,
        attributes=write_asked(order.attributes),
        metadata=[certificate_pb2.MetadataEntry(key=key, value=value) for key, value in order.metadata],
        auto_renew=order.auto_renew,
    )
    match order.csr:
        case None:
            write_wish(message, order.delivery)
        case str():
            message.csr = order.csr
        case bytes():
            message.csr_der = order.csr
    return message


def _document(request: messages.IssueCertificateRequest) -> bytes:
    """The request as it is kept: without what is no part of the intent, and without the password."""
    kept = messages.IssueCertificateRequest()
    kept.CopyFrom(request)
    for name in ("request_id", "validate_only", "wait", "key_password"):
        kept.ClearField(name)
    return kept.SerializeToString(deterministic=True)
