"""Pages of a list: newest first, by key and never by offset, so that rows added meanwhile move nothing.

A page token names the last row that its page looked at, which its holder need
not be allowed to see, and is bound to its query: so it is sealed. It grants
nothing, and a token of another query is refused.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar

from server.errors import Invalid, Nature, Reason, Violation
from server.pki.opaque import Opaque
from server.pki.seal import SealBroken

KEY_INFO = "certmanager/v1/page-token"
"""What the key of the tokens is derived from the KEK with."""

USUAL_SIZE = 50
GREATEST_SIZE = 500

_VERSION = b"\x02"
_OCTETS = 40
"""Of what is sealed, so that its length says nothing: an id has 36, a place in the audit log no more."""


class Row(Protocol):
    """What is listed: anything with an id."""

    @property
    def id(self) -> str:
        """The time-ordered id."""


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Page:
    """One page that a caller asks for."""

    size: int
    after: str
    """The id of the last row of the page before; empty for the first page."""


class Pages:
    """Reads and writes page tokens."""

    def __init__(self, key: bytes) -> None:
        self._opaque = Opaque(key)

    def read(self, token: str, *, size: int, query: bytes) -> Page:
        """The page of a token (empty: the first) for a query. Raises Invalid with PAGE_TOKEN_INVALID."""
        wanted = min(size, GREATEST_SIZE) or USUAL_SIZE
        return Page(wanted, self._open(token, query) if token else "")

    def write(self, last_id: str, *, query: bytes) -> str:
        """The token of the page after the one that ends with a row."""
        sealed = self._opaque.seal(last_id.encode().ljust(_OCTETS), context=_context(query))
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def _open(self, token: str, query: bytes) -> str:
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            return self._opaque.open(sealed, context=_context(query)).decode().rstrip()
        except (ValueError, SealBroken):
            raise _invalid() from None


def _context(query: bytes) -> bytes:
    return _VERSION + sha256(query).digest()


def _invalid() -> Invalid:
    message = "the page token is not one of this server's, or belongs to another query"
    rule = Reason.PAGE_TOKEN_INVALID.value
    violation = Violation("page_token", rule, message, nature=Nature.FORM)
    return Invalid(message, reason=Reason.PAGE_TOKEN_INVALID, violations=(violation,))


def split(rows: Sequence[R], page: Page) -> tuple[Sequence[R], str]:
    """The rows of a page, and the id of its last one if there is a next page.

    ``rows`` is what the store answers: one more than the page holds, if there are more.
    """
    shown = rows[: page.size]
    return shown, shown[-1].id if len(rows) > page.size else ""
