"""The chain of the audit rows.

Each row's hash covers its content, its place and the hash of the row before it,
in the order of the commits. So a row that is changed, taken out, put in or
moved breaks every link from there on; and whoever has kept the newest hash
knows that nothing before it was touched, even by the database's administrator.

The hash is SHA-256 over a fixed prefix, the hash before, and the row's columns
as they are stored, in the order of ``CONTENT``, as compact ASCII JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from server.store.schema import audit

GENESIS = bytes(32)
"""The hash before the first row."""

CONTENT = (
    "sequence",
    "id",
    "at",
    "identity_id",
    "token_id",
    "project_id",
    "action",
    "object_kind",
    "object_id",
    "trace_id",
    "source",
    "details",
)
"""What a hash covers. It never changes: hashes of years ago are checked by it."""

_PREFIX = b"certmanager/v1/audit\0"

assert (*CONTENT, "hash") == tuple(audit.columns.keys())  # rows are linked as they are inserted


def linked(previous: bytes, content: Sequence[object]) -> bytes:
    """The hash of a row with this stored content, after the row with the hash ``previous``."""
    return sha256(_PREFIX + previous + json.dumps(content, separators=(",", ":")).encode()).digest()


class Chain:
    """The end of the chain, as far as it is known in one transaction."""

    def __init__(self, sequence: int, head: bytes) -> None:
        self.sequence = sequence
        self.head = head

    def append(self, row: Sequence[object]) -> tuple[object, ...]:
        """The row of the audit table, with its place and its hash filled in."""
        self.sequence += 1
        content = (self.sequence, *row[1:-1])
        self.head = linked(self.head, content)
        return (*content, self.head)
