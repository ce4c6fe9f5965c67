"""Sentences for calls that never got an answer of the server itself."""

from __future__ import annotations

import grpc

_LASTING = (
    (
        "its certificate is not under the CA certificates that are trusted here",
        ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed"),
    ),
    (
        "its certificate is for another name",
        ("Hostname Verification Check failed", "is not in peer certificate"),
    ),
    ("the CA certificates to trust it by cannot be read", ("security handshaker",)),
    ("it does not speak TLS", ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")),
)
_CAUSES = (
    *_LASTING,
    ("no such host", ("DNS resolution failed", "Domain name not found", "Name or service not known")),
    ("nothing listens there", ("Connection refused",)),
)


def is_lasting(told: str) -> bool:
    """Whether the failure that gRPC tells of so will be the same at the next attempt."""
    return any(sign in told for _, signs in _LASTING for sign in signs)


def connection_failure(code: grpc.StatusCode, told: str, address: str, *, whole: str = "") -> str:
    """What went wrong on the way to the address; ``told`` is what gRPC says of it.

    ``whole`` is what it tells of all attempts, where a name has several addresses.
    """
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"{address} did not answer in time"
    if code is not grpc.StatusCode.UNAVAILABLE:
        return f"{address} answered {code.name} without saying why: {told}"
    return f"cannot reach {address}: {_cause(f'{told} {whole}') or told}"


def _cause(told: str) -> str:
    return next((cause for cause, signs in _CAUSES if any(sign in told for sign in signs)), "")
