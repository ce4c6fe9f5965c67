"""What a new access token is to be, and what it is once it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.errors import Invalid, Nature, Violation
from server.store.records import TokenRecord

USUAL_LIFETIME = timedelta(days=90)
GREATEST_LIFETIME = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOrder:
    """What a new token is to be."""

    identity_id: str
    description: str = ""
    lifetime: timedelta | None = None
    expires_at: datetime | None = None
    """Instead of a lifetime; without either it is the usual one."""

    def end(self, now: datetime) -> datetime:
        """When the token ends. Raises Invalid for the past, and for what is too far away."""
        if self.expires_at is None:
            return now + (USUAL_LIFETIME if self.lifetime is None else self.lifetime)
        if not now < self.expires_at <= now + GREATEST_LIFETIME:
            message = "an access token ends after now, and within 365 days"
            value = self.expires_at.isoformat()
            broken = Violation("expires_at", "EXPIRY_OUT_OF_RANGE", message, value, nature=Nature.FORM)
            raise Invalid("the request is malformed", violations=(broken,))
        return self.expires_at


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made, or told again to who made it."""

    record: TokenRecord
    secret: str = field(repr=False)
    """Gone with the answer, unless that can be repeated; empty once it is not told again."""
