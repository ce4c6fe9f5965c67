"""What is asked for in a revocation: from the contract's request to the domain's."""

from __future__ import annotations

from certmanager.v1 import certificate_service_pb2 as messages
from server.api.enums import REVOCATION_REASON
from server.api.instants import instant
from server.errors import Invalid, Violation
from server.ra.revoking.order import RevocationOrder

_OF_ITSELF = frozenset({"reason", "invalidity_date", "request_id"})
"""Fields that can be wrong and leave it known which certificate is meant."""


def read_revocation(
    request: messages.RevokeCertificateRequest, violations: tuple[Violation, ...]
) -> RevocationOrder:
    """The order of a request; ``violations`` are those that validation found.

    Raises Invalid if they leave open which certificate is meant, or a time cannot be told.
    """
    if any(violation.field not in _OF_ITSELF for violation in violations):
        raise Invalid("the request breaks rules of form", violations=violations)
    broken = {violation.field for violation in violations}
    return RevocationOrder(
        reason=REVOCATION_REASON.member(request.reason),
        invalidity_at=None if "invalidity_date" in broken else instant(request, "invalidity_date"),
        faults=violations,
    )
