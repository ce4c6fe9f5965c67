"""Sentences for calls that never got an answer of the server itself."""

from __future__ import annotations

import grpc

_UNTRUSTED = ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed")
_MISNAMED = ("Hostname Verification Check failed", "is not in peer certificate")
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")
_UNKNOWN_HOST = ("DNS resolution failed", "Domain name not found", "Name or service not known")


def is_lasting(told: str) -> bool:
    """Whether the failure that gRPC tells of so will be the same at the next attempt."""
    return any(sign in told for sign in (*_UNTRUSTED, *_MISNAMED, *_NOT_TLS))


def connection_failure(code: grpc.StatusCode, told: str, address: str) -> str:
    """What went wrong on the way to the address; ``told`` is what gRPC says of it."""
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"{address} did not answer in time"
    if code is not grpc.StatusCode.UNAVAILABLE:
        return f"{address} answered {code.name} without saying why: {told}"
    return f"cannot reach {address}: {_cause(told)}"


def _cause(told: str) -> str:
    if any(sign in told for sign in _UNTRUSTED):
        return "its certificate is not under the CA certificates that are trusted here"
    if any(sign in told for sign in _MISNAMED):
        return "its certificate is for another name"
    if any(sign in told for sign in _NOT_TLS):
        return "it does not speak TLS"
    if any(sign in told for sign in _UNKNOWN_HOST):
        return "no such host"
    if "Connection refused" in told:
        return "nothing listens there"
    return told
