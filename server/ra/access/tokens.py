"""Access tokens: their text, and from a token to the principal it stands for.

A token is ``cm_``, 64 hex digits of randomness (256 bits) and 8 hex digits of
CRC-32 over what stands before, so that a cut or mistyped token is known without
a query, and a secret scanner can tell one. Only its SHA-256 is stored; a slow
hash would add nothing, as there is no dictionary of 256-bit values.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from server.clock import Clock
from server.errors import unauthenticated
from server.ra.access.caller import Principal
from server.ra.access.last_use import LastUse
from server.ra.access.rights import rights_by
from server.store.records import ChangeRecord, ObjectKind, TokenRecord
from server.store.store import Store

_SHAPE = re.compile(r"cm_[0-9a-f]{72}")
_CHECKSUM_DIGITS = 8
_CACHED = 10_000
_CACHED_FOR = timedelta(seconds=60)
_SHOWN_CHARACTERS = 11


def new_token() -> str:
    """A fresh access token in clear."""
    body = f"cm_{secrets.token_hex(32)}"
    return f"{body}{crc32(body.encode()):08x}"


def shown_prefix(token: str) -> str:
    """As much of a token as tells it from others, and leaves 224 random bits unknown."""
    return token[:_SHOWN_CHARACTERS]


def hash_token(token: str) -> bytes:
    """What is stored of a token. Raises Unauthenticated for what cannot be one of ours."""
    if (
        not _SHAPE.fullmatch(token)
        or f"{crc32(token[:-_CHECKSUM_DIGITS].encode()):08x}" != token[-_CHECKSUM_DIGITS:]
    ):
        raise unauthenticated()
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A principal as the store told it at some instant."""

    principal: Principal
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may still be relied on; not if the clock was set back, which hides its age."""
        return timedelta() <= now - self.at < _CACHED_FOR


class Authenticator:
    """Knows the principals of the tokens; those seen lately without a query.

    The feed tells of every change of a right. Should it ever fail to, a right
    that was withdrawn ends all the same, when what is known of it is too old.
    """

    def __init__(self, store: Store, *, clock: Clock, uses: LastUse) -> None:
        self._store = store
        self._clock = clock
        self._uses = uses
        self._known: OrderedDict[bytes, _Seen] = OrderedDict()
        """Those used longest ago come first."""
        self._digests: defaultdict[str, set[bytes]] = defaultdict(set)
        """By identity, its tokens among them."""
        self._loading: list[set[str]] = []
        """For each look at the store that is under way, the identities that have changed meanwhile."""
        store.feed.subscribe(self._drop)

    def cached(self, bearer: str) -> Principal | None:
        """The principal of a token that was used lately. Raises Unauthenticated as ``authenticate``."""
        digest = hash_token(bearer)
        seen = self._known.get(digest)
        if seen is None:
            return None
        now, principal = self._clock(), seen.principal
        if principal.expires_at is not None and principal.expires_at <= now:
            raise unauthenticated()
        if not seen.is_fresh(now):
            return None
        self._known.move_to_end(digest)
        self._uses.note(principal.token_id, now)
        return principal

    async def authenticate(self, bearer: str) -> Principal:
        """The principal of a token. Raises Unauthenticated."""
        digest = hash_token(bearer)
        now = self._clock()
        with self._listening() as changed:
            principal = await self._load(digest)
        if principal.identity_id not in changed:  # else a right may have been withdrawn while we read it
            self._remember(digest, _Seen(principal, now))
        self._uses.note(principal.token_id, now)
        return principal

    @contextmanager
    def _listening(self) -> Iterator[set[str]]:
        changed: set[str] = set()
        self._loading.append(changed)
        try:
            yield changed
        finally:
            self._loading = [each for each in self._loading if each is not changed]

    def _remember(self, digest: bytes, seen: _Seen) -> None:
        self._known[digest] = seen
        self._known.move_to_end(digest)
        self._digests[seen.principal.identity_id].add(digest)
        if len(self._known) > _CACHED:
            self._forget(*self._known.popitem(last=False))

    def _forget(self, digest: bytes, seen: _Seen) -> None:
        digests = self._digests[seen.principal.identity_id]
        digests.discard(digest)
        if not digests:
            del self._digests[seen.principal.identity_id]

    async def _load(self, digest: bytes) -> Principal:
        token = await self._store.get(TokenRecord, hash=digest)
        return (await rights_by(self._store, token, now=self._clock())).principal

    def _drop(self, changes: Sequence[ChangeRecord]) -> None:
        """Forget whose rights change, and nobody else: a change costs its own identity a look, not all."""
        for change in changes:
            if change.kind is ObjectKind.IDENTITY:
                for digest in self._digests.pop(change.object_id, ()):
                    del self._known[digest]
                for changed in self._loading:
                    changed.add(change.object_id)
