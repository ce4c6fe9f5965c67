"""How the agent's work can end, or be held up."""

from __future__ import annotations

import grpc

from certmanager_client.errors import ApiError

_REFUSALS = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.PERMISSION_DENIED,
    }
)


class Ended(Exception):
    """There is no certificate to keep any more; why, as a sentence."""


class Declined(Exception):
    """An approver, or the CA, did not let an order through; why, as a sentence."""


class Unready(Exception):
    """It is not known at this moment whom to call, or as whom; why, as a sentence."""


def is_refusal(error: ApiError) -> bool:
    """Whether the server has decided against an order: the same one would fare no better."""
    return error.code in _REFUSALS or error.reason == "REQUEST_ID_REUSED"


def is_hopeless(error: ApiError) -> bool:
    """Whether a first start fails for good with it: the order, the token or the trust is wrong."""
    return is_refusal(error) or error.lasting or error.code is grpc.StatusCode.UNAUTHENTICATED
