"""The errors of the domain, and the violations that some of them carry.

    CAError
    ├── Invalid            the request is malformed               INVALID_ARGUMENT
    ├── Unauthenticated    there are no valid credentials         UNAUTHENTICATED
    ├── Denied             the caller may not do this             PERMISSION_DENIED
    ├── NotFound           there is no such thing to be seen      NOT_FOUND
    ├── AlreadyExists      a natural key is taken                 ALREADY_EXISTS
    ├── Refused            a rule or a state forbids it           FAILED_PRECONDITION
    ├── Stale              it changed in the meantime             ABORTED
    ├── OutOfRange         the wanted history is gone             OUT_OF_RANGE
    ├── Exhausted          a limit is reached                     RESOURCE_EXHAUSTED
    ├── Unavailable        try again, here or elsewhere           UNAVAILABLE
    ├── TooLate            the deadline leaves no time            DEADLINE_EXCEEDED
    └── Unsupported        this server does not do it             UNIMPLEMENTED

The class is the kind and decides the status code; the reason is the stable
name that clients program against (``ErrorReason`` in the contract). Messages
are fixed English sentences in lower case: whatever varies stands in
``metadata`` too, and no text of a foreign exception is ever put into one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Reason(Enum):
    """Why a call failed: the names of the contract's ``ErrorReason``, one for one."""

    INVALID_FIELD = "INVALID_FIELD"
    CSR_INVALID = "CSR_INVALID"
    PAGE_TOKEN_INVALID = "PAGE_TOKEN_INVALID"  # noqa: S105 - a reason, not a secret
    RESUME_TOKEN_INVALID = "RESUME_TOKEN_INVALID"  # noqa: S105 - a reason, not a secret
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    SLUG_TAKEN = "SLUG_TAKEN"
    POLICY_VIOLATION = "POLICY_VIOLATION"
    CA_NOT_ACTIVE = "CA_NOT_ACTIVE"
    LIFETIME_EXCEEDS_CA = "LIFETIME_EXCEEDS_CA"
    STATE_CONFLICT = "STATE_CONFLICT"
    PRIVATE_KEY_DELIVERED = "PRIVATE_KEY_DELIVERED"
    PRIVATE_KEY_DESTROYED = "PRIVATE_KEY_DESTROYED"
    RESOURCE_IN_USE = "RESOURCE_IN_USE"
    VERSION_MISMATCH = "VERSION_MISMATCH"
    REQUEST_IN_PROGRESS = "REQUEST_IN_PROGRESS"
    RESUME_TOKEN_EXPIRED = "RESUME_TOKEN_EXPIRED"  # noqa: S105 - a reason, not a secret
    CREDENTIALS_INVALID = "CREDENTIALS_INVALID"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    SELF_APPROVAL = "SELF_APPROVAL"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    WATCHER_TOO_SLOW = "WATCHER_TOO_SLOW"
    SERVER_DRAINING = "SERVER_DRAINING"
    STREAM_AGED = "STREAM_AGED"
    BACKEND_UNAVAILABLE = "BACKEND_UNAVAILABLE"
    DEADLINE_TOO_SHORT = "DEADLINE_TOO_SHORT"
    INTERNAL = "INTERNAL"
    PROFILE_DISABLED = "PROFILE_DISABLED"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class Nature(Enum):
    """What a violation breaks; it decides the code of the answer that reports it."""

    FORM = "FORM"
    """The request itself is malformed, whatever the policy: INVALID_ARGUMENT."""
    CSR = "CSR"
    """The CSR or its key is unusable, whatever the policy: INVALID_ARGUMENT."""
    POLICY = "POLICY"
    """The policy or the profile forbids it: FAILED_PRECONDITION."""
    CA_LIFETIME = "CA_LIFETIME"
    """The certificate would outlive its CA: FAILED_PRECONDITION."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that a request breaks, named so that a person and a program can mend it."""

    field: str
    """Path of the offending field in the request, as ``attributes.alt_names[2].value``."""
    rule: str
    """Stable name of the rule in UPPER_SNAKE_CASE, as ``DNS_NOT_ALLOWED``."""
    message: str
    """A sentence in lower case that says what is wrong; it never quotes a secret."""
    value: str = ""
    """The offending value, cut to 256 characters; empty where there is none or it is secret."""
    allowed: tuple[str, ...] = ()
    """What would have been allowed, if that can be listed."""
    nature: Nature = Nature.POLICY

    def at(self, field: str) -> Violation:
        """The same violation, told of another field."""
        return replace(self, field=field)


@dataclass(frozen=True, slots=True)
class Resource:
    """Names the thing that an error is about."""

    type: str
    """The message's name without its package, as ``CertificateProfile``."""
    id: str
    field: str = ""
    """The request field that named it, if it was not the call's main subject."""


class CAError(Exception):
    """A failure that the caller is told of, with a stable reason.

    ``metadata`` keys are snake_case here and lowerCamelCase on the wire;
    ``retry_after`` is in seconds.
    """

    default: Reason = Reason.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        reason: Reason | None = None,
        violations: tuple[Violation, ...] = (),
        resource: Resource | None = None,
        retry_after: float | None = None,
        **metadata: str,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default
        self.violations = violations
        self.resource = resource
        self.retry_after = retry_after
        self.metadata = metadata


class Invalid(CAError):
    """The request is malformed."""

    default = Reason.INVALID_FIELD


class Unauthenticated(CAError):
    """There are no valid credentials; the answer never says what is wrong with them."""

    default = Reason.CREDENTIALS_INVALID


class Denied(CAError):
    """The caller may see the project, but may not do this in it."""

    default = Reason.PERMISSION_DENIED


class NotFound(CAError):
    """The thing does not exist, or the caller may not know that it does."""

    default = Reason.RESOURCE_NOT_FOUND


class AlreadyExists(CAError):
    """A natural key is taken."""

    default = Reason.SLUG_TAKEN


class Refused(CAError):
    """A policy, or the state of something, forbids it."""

    default = Reason.POLICY_VIOLATION


class Stale(CAError):
    """It changed since the caller saw it."""

    default = Reason.VERSION_MISMATCH


class OutOfRange(CAError):
    """The history that was asked for is gone."""

    default = Reason.RESUME_TOKEN_EXPIRED


class Exhausted(CAError):
    """A limit is reached."""

    default = Reason.QUOTA_EXCEEDED


class Unavailable(CAError):
    """Nothing is wrong with the request; it may work in a moment."""

    default = Reason.BACKEND_UNAVAILABLE


class TooLate(CAError):
    """The deadline leaves too little time; nothing was done."""

    default = Reason.DEADLINE_TOO_SHORT


class Unsupported(CAError):
    """The server does not do it, or not yet."""

    default = Reason.NOT_SUPPORTED


def unauthenticated() -> Unauthenticated:
    """The one answer to missing, malformed, unknown, revoked and expired tokens alike."""
    return Unauthenticated("there are no valid credentials")


def not_found(type_: str, id_: str, *, field: str = "") -> NotFound:
    """The one answer for a thing that is absent and for one that is not to be seen."""
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in type_).strip()
    resource = Resource(type_, id_, field)
    return NotFound(f"no {words} '{id_}'", resource=resource, resource_type=type_, resource_id=id_)
