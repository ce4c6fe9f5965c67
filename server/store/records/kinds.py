"""What a row is, and what a change can be about."""

from __future__ import annotations

from dataclasses import Field
from enum import Enum
from typing import ClassVar


class ObjectKind(Enum):
    """What a change is about."""

    REQUEST = "REQUEST"
    CERTIFICATE = "CERTIFICATE"
    PROFILE = "PROFILE"
    POLICY = "POLICY"
    AUTHORITY = "AUTHORITY"
    CRL = "CRL"
    """A certificate revocation list, or a shard of one, that was published."""
    KEY = "KEY"
    """A subject key that was blocked: the object id is the SHA-256 of its SubjectPublicKeyInfo in hex."""
    PROJECT = "PROJECT"
    IDENTITY = "IDENTITY"
    """An identity, and its tokens and role bindings: the object id is the identity's."""


class Record:
    """A row; each subclass is a table."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[object]]]
