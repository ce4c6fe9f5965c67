"""Resume tokens: where in the history of changes a watcher is, for any process on the database.

A token is signed, and grants nothing: each watch is authorized anew. It belongs
to one question, and to what of the answer its bearer could see.
"""

from __future__ import annotations

import base64
import hmac
import struct
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from server.errors import Invalid, Nature, OutOfRange, Reason, Unavailable, Violation
from server.store.store import Store

KEY_INFO = "certmanager/v1/resume-token"
"""What the signing key is derived from the KEK with."""

_VERSION = 1
_BODY = struct.Struct(">B16sQB16s16s")
_DIGEST_OCTETS = 16
_REPLICA_PATIENCE = 2.0


class Phase(IntEnum):
    """Whether the snapshot has been sent."""

    SNAPSHOT = 0
    """Not wholly: a resumed stream begins it again."""
    LIVE = 1


@dataclass(frozen=True, slots=True)
class Position:
    """How far a watcher has come: it has been told of everything up to the revision."""

    revision: int
    phase: Phase = Phase.LIVE


@dataclass(frozen=True, slots=True)
class Question:
    """What a token belongs to."""

    asked: bytes
    """The stream and its filter."""
    seen: bytes = b""
    """What of it the caller may see."""


class ResumeTokens:
    """Writes and reads the tokens of one database."""

    def __init__(
        self, key: bytes, store: Store, *, epoch: bytes, patience: float = _REPLICA_PATIENCE
    ) -> None:
        self._key = key
        self._store = store
        self._epoch = epoch
        self._patience = patience

    def write(self, position: Position, question: Question) -> str:
        """The token of a position."""
        body = _BODY.pack(
            _VERSION,
            self._epoch,
            position.revision,
            position.phase,
            _hash(question.asked),
            _hash(question.seen),
        )
        return base64.urlsafe_b64encode(self._digest(body) + body).decode().rstrip("=")

    async def read(self, token: str, question: Question) -> Position:
        """The position of a token, once this process has come as far.

        Raises Invalid for a token of something else, OutOfRange for one whose
        history is gone, and Unavailable if the database here stays behind it.
        """
        epoch, position, asked, seen = self._open(token)
        if asked != _hash(question.asked):
            raise _invalid()
        if epoch != self._epoch:
            raise await self.expired("the resume token belongs to a former state of the database")
        if seen != _hash(question.seen):
            raise await self.expired("what the caller may see has changed since the resume token")
        if position.phase is Phase.LIVE:
            await self.prove_kept(position.revision)
        await self._catch_up(position)
        return position

    def _open(self, token: str) -> tuple[bytes, Position, bytes, bytes]:
        try:
            octets = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            digest, body = octets[:_DIGEST_OCTETS], octets[_DIGEST_OCTETS:]
            if hmac.compare_digest(digest, self._digest(body)):
                _, epoch, revision, phase, asked, seen = _BODY.unpack(body)
                return epoch, Position(revision, Phase(phase)), asked, seen
        except (ValueError, struct.error):
            pass
        raise _invalid()

    async def prove_kept(self, revision: int) -> None:
        """Raises OutOfRange unless the first change after a revision is still there, or has yet to come."""
        if revision + 1 < await self._store.oldest_change():
            raise await self.expired("the changes after the resume token are kept no longer")

    async def _catch_up(self, position: Position) -> None:
        """A database that lags behind must not serve what the watcher has seen the end of."""
        if position.phase is Phase.SNAPSHOT:
            return
        feed = self._store.feed
        reached = position.revision <= feed.latest
        if not reached and not await feed.wait_beyond(position.revision - 1, seconds=self._patience):
            raise Unavailable("this replica is behind the resume token")

    async def expired(self, message: str) -> OutOfRange:
        """What a client is told that has to begin anew."""
        return OutOfRange(message, oldest_revision=str(await self._store.oldest_change()))

    def _digest(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_DIGEST_OCTETS]


def _hash(text: bytes) -> bytes:
    return sha256(text).digest()[:16]


def _invalid() -> Invalid:
    message = "the resume token is not one of this server's, or belongs to another watch"
    violation = Violation("resume_token", Reason.RESUME_TOKEN_INVALID.value, message, nature=Nature.FORM)
    return Invalid(message, reason=Reason.RESUME_TOKEN_INVALID, violations=(violation,))
