"""What a watch tells, one event a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from server.ra.requests.reading import FoundRequest


class Told(Enum):
    """Why a request is told of."""

    PRESENT = "PRESENT"
    """It is as it is now, or has changed: of a watch on this one request."""
    SNAPSHOT = "SNAPSHOT"
    CHANGED = "CHANGED"
    LEFT = "LEFT"


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole request, as it is now."""

    why: Told
    found: FoundRequest


@dataclass(frozen=True, slots=True)
class Complete:
    """The snapshot is complete."""

    count: int


@dataclass(frozen=True, slots=True)
class Beat:
    """Nothing happened."""

    at: datetime
    next_within: float
    """Seconds until the next message at the latest."""


@dataclass(frozen=True, slots=True)
class Event:
    """One message of a stream."""

    revision: int
    token: str
    """Resumes after this message."""
    what: Shown | Complete | Beat
