"""Who is signed in with a browser: an access token, sealed into a cookie that ends.

The server keeps nothing: any replica with the same key-encryption key opens
the cookie. Whether the token still counts is asked of the service with each
call, so a revoked token ends all its sessions.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Protocol

from server.clock import Clock

_CONTEXT = "web-session"
_LONGEST = 4096
"""Octets of a cookie that browsers keep (RFC 6265, 6.1)."""


class Seal(Protocol):
    """Seals octets so that nobody else can read or change them; open raises ValueError."""

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """The sealed octets."""

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The octets again."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's, signed in."""

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    """What a form of ours shows that no other site can know."""
    ends_at: datetime

    def is_own(self, csrf: str) -> bool:
        """Whether a request shows that a page of this session made it."""
        return compare_digest(self.csrf.encode(), csrf.encode())


@dataclass(frozen=True, slots=True)
class Sessions:
    """Writes sessions into cookies, and reads them there."""

    seal: Seal = field(repr=False)
    lifetime: timedelta
    clock: Clock
    secure: bool
    """Whether browsers come over HTTPS."""

    @property
    def cookie(self) -> str:
        """The cookie's name; the prefix binds it to this very host (RFC 6265bis, 4.1.3.2)."""
        return "__Host-certmanager" if self.secure else "certmanager"

    def begin(self, token: str, *, token_ends_at: datetime | None = None) -> Session:
        """A new session, which ends with its token at the latest."""
        ends_at = self.clock() + self.lifetime
        if token_ends_at is not None:
            ends_at = min(ends_at, token_ends_at)
        return Session(token, secrets.token_urlsafe(32), ends_at)

    def write(self, session: Session) -> str:
        """The cookie's value."""
        plain = json.dumps([session.token, session.csrf, session.ends_at.timestamp()]).encode()
        return urlsafe_b64encode(self.seal.seal(plain, context=_CONTEXT)).decode().rstrip("=")

    def read(self, cookies: Mapping[str, str]) -> Session | None:
        """The session of a request; None without one, and when it has ended."""
        value = cookies.get(self.cookie, "")
        if not value or len(value) > _LONGEST:
            return None
        try:
            sealed = urlsafe_b64decode(value + "=" * (-len(value) % 4))
            token, csrf, ends_at = json.loads(self.seal.open(sealed, context=_CONTEXT))
        except ValueError:
            return None
        session = Session(token, csrf, datetime.fromtimestamp(ends_at, tz=self.clock().tzinfo))
        return session if self.clock() < session.ends_at else None
