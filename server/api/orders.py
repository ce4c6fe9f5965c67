"""Orders: from the contract's request to the domain's, with everything that is wrong with its form."""

from __future__ import annotations

from certmanager.v1 import certificate_service_pb2 as messages
from server.api.attributes import read_attributes
from server.api.key_delivery import read_wish
from server.errors import Violation
from server.ra.issuing.order import Order


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


def _document(request: messages.IssueCertificateRequest) -> bytes:
    """The request as it is kept: without what is no part of the intent, and without the password."""
    kept = messages.IssueCertificateRequest()
    kept.CopyFrom(request)
    for name in ("request_id", "validate_only", "wait", "key_password"):
        kept.ClearField(name)
    return kept.SerializeToString(deterministic=True)
