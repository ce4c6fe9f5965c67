"""What a watch tells: requests as they change, and what is to be used now; each state once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from certmanager.v1 import certificate_request_pb2 as states
from certmanager.v1.certificate_authority_service_pb2 import TrustBundle
from certmanager.v1.certificate_pb2 import PRIVATE_KEY_STATE_CLAIMABLE, Certificate
from certmanager.v1.certificate_request_pb2 import CertificateRequest

TERMINAL = frozenset(
    {
        states.CERTIFICATE_REQUEST_STATE_ISSUED,
        states.CERTIFICATE_REQUEST_STATE_FAILED,
        states.CERTIFICATE_REQUEST_STATE_REJECTED,
        states.CERTIFICATE_REQUEST_STATE_CANCELLED,
        states.CERTIFICATE_REQUEST_STATE_EXPIRED,
    }
)
"""The states that never change. One that is not known here is taken for one that may."""


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """A request that is followed, whole, as it is by now.

    With the state ISSUED the certificate is there, in full and without a key.
    ``resume_token`` lets another watch go on from here.
    """

    request: CertificateRequest
    certificate: Certificate | None
    resume_token: str

    @property
    def is_last(self) -> bool:
        """Whether the request has come to its end."""
        return self.request.state in TERMINAL


class Kind(Enum):
    """Why a queue's watch tells of a request."""

    PRESENT = "present"
    """It was there when the watch began, or began anew."""
    COMPLETE = "complete"
    """Of no request: all that were there have been told."""
    CHANGED = "changed"
    """It is new, or has changed and still belongs to the queue."""
    LEFT = "left"
    """It belonged to the queue, and does no more."""


@dataclass(frozen=True, slots=True)
class QueueEvent:
    """A request of a queue, whole, as it is by now; None with COMPLETE.

    ``gone`` is for COMPLETE alone: the ids that were told before and are not
    in the queue any more, after a watch had to begin anew.
    """

    kind: Kind
    request: CertificateRequest | None
    resume_token: str
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CertificateEvent:
    """A certificate of the lineage that is followed, whole and without a key, as it is by now.

    It is the one to use now; or, if ``is_owed`` is set, the one to use as soon
    as its key is claimed. ``resume_token`` lets another watch go on from here.
    """

    certificate: Certificate
    resume_token: str

    @property
    def is_owed(self) -> bool:
        """Whether the server has its private key, and its requester may claim it."""
        return self.certificate.private_key_state == PRIVATE_KEY_STATE_CLAIMABLE


@dataclass(frozen=True, slots=True)
class TrustEvent:
    """All that is to be trusted in a project now: what is missing is trusted no longer."""

    bundle: TrustBundle
    resume_token: str
