"""Which reasons this server gives, with which codes; and what each error holds besides."""

from __future__ import annotations

import grpc

from server.errors import Reason
from tests.serving import Failure

Code = grpc.StatusCode

IN_USE = {
    Reason.INVALID_FIELD: Code.INVALID_ARGUMENT,
    Reason.CSR_INVALID: Code.INVALID_ARGUMENT,
    Reason.RESOURCE_NOT_FOUND: Code.NOT_FOUND,
    Reason.SLUG_TAKEN: Code.ALREADY_EXISTS,
    Reason.POLICY_VIOLATION: Code.FAILED_PRECONDITION,
    Reason.CA_NOT_ACTIVE: Code.FAILED_PRECONDITION,
    Reason.LIFETIME_EXCEEDS_CA: Code.FAILED_PRECONDITION,
    Reason.PROFILE_DISABLED: Code.FAILED_PRECONDITION,
    Reason.NOT_SUPPORTED: Code.UNIMPLEMENTED,
    Reason.CREDENTIALS_INVALID: Code.UNAUTHENTICATED,
    Reason.PERMISSION_DENIED: Code.PERMISSION_DENIED,
    Reason.SERVER_DRAINING: Code.UNAVAILABLE,
    Reason.DEADLINE_TOO_SHORT: Code.DEADLINE_EXCEEDED,
    Reason.BACKEND_UNAVAILABLE: Code.UNAVAILABLE,
    Reason.INTERNAL: Code.INTERNAL,
}
"""The reasons that this server gives by now; for each there is a test of its name."""

NOT_YET = {
    Reason.PAGE_TOKEN_INVALID,
    Reason.RESUME_TOKEN_INVALID,
    Reason.REQUEST_ID_REUSED,
    Reason.STATE_CONFLICT,
    Reason.PRIVATE_KEY_DELIVERED,
    Reason.PRIVATE_KEY_DESTROYED,
    Reason.RESOURCE_IN_USE,
    Reason.VERSION_MISMATCH,
    Reason.REQUEST_IN_PROGRESS,
    Reason.RESUME_TOKEN_EXPIRED,
    Reason.SELF_APPROVAL,
    Reason.QUOTA_EXCEEDED,
    Reason.WATCHER_TOO_SLOW,
    Reason.STREAM_AGED,
}
"""The reasons of RPCs that are still to come."""


def shown(failure: Failure, reason: Reason, *details: str) -> Failure:
    """The failure, which must have this reason, its code, and these details besides those of every error."""
    assert (failure.reason, failure.code) == (reason.name, IN_USE[reason])
    assert set(failure.details) == {"ErrorInfo", "RequestInfo", *details}
    assert failure.details["RequestInfo"].request_id
    return failure
