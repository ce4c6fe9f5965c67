"""Keys that nobody gets a certificate for any more, because they are compromised.

They are few, so a process knows all of them: orders are judged without a look at
the database. What it has not heard yet, because another process has just blocked
it, the guard of the unit finds: no certificate is stored for a blocked key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from server.errors import Nature, Violation
from server.pki.keys import PublicKey, spki_sha256
from server.pki.template import Template
from server.store.filters import Beyond
from server.store.records import BlockedKeyRecord, ChangeRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Expect

_PAGE: Final = 10_000


class BlockedKeys:
    """The blocked keys that this process knows of."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: set[bytes] = set()
        """SHA-256 of each SubjectPublicKeyInfo."""
        store.feed.subscribe(self._hear)

    async def load(self) -> None:
        """Learn all that are stored; those that come meanwhile are heard of."""
        last = ""
        while found := await self._page(last):
            self._known.update(bytes.fromhex(record.spki_sha256) for record in found)
            last = found[-1].spki_sha256

    def holds(self, key: PublicKey) -> bool:
        """Whether a key is blocked, as far as this process knows."""
        return bytes.fromhex(spki_sha256(key)) in self._known

    async def learn(self, template: Template) -> None:
        """Look whether the key of a template is blocked, as the feed may not have told yet."""
        if template.public_key is None:
            return
        digest = spki_sha256(template.public_key)
        if await self._store.get(BlockedKeyRecord, spki_sha256=digest) is not None:
            self._known.add(bytes.fromhex(digest))

    async def _page(self, last: str) -> Sequence[BlockedKeyRecord]:
        return await self._store.list(BlockedKeyRecord, limit=_PAGE, spki_sha256=Beyond(last))

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        self._known.update(bytes.fromhex(c.object_id) for c in changes if c.kind is ObjectKind.KEY)


def unblocked(key: PublicKey) -> Expect:
    """What must hold of a key at the commit of whatever certifies it."""
    return Expect(BlockedKeyRecord, {"spki_sha256": spki_sha256(key)}, 0)


def blocked_fault(field: str) -> Violation:
    """The violation of an order for a blocked key, which came in this field."""
    message = "the key is compromised, and blocked for everybody; make a new one"
    return Violation(field, "KEY_BLOCKED", message, nature=Nature.CSR)
