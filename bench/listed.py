"""The CRL rows of a server's SQLite database, seen and filled from outside."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

_PATIENCE_SECONDS = 60
_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Published:
    """What the row of a CRL tells of the last one."""

    number: int
    entries: int
    size: int


def published(data: Path, ca_id: str) -> Published:
    """The CRL of a CA that was published last."""
    with closing(sqlite3.connect(data / "certmanager.db")) as connection:
        row = connection.execute("SELECT number, entries, size FROM crl WHERE ca_id = ?", (ca_id,)).fetchone()
    return Published(*row)


def wait_published(data: Path, ca_id: str, *, entries: int = 0) -> None:
    """Return once there is a CRL with that many entries, or more."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while (now := published(data, ca_id)).number == 0 or now.entries < entries:
        if time.monotonic() > end:
            raise SystemExit("the server does not publish its CRL")
        time.sleep(0.1)


def put_revoked(data: Path, ca_id: str, count: int) -> None:
    """Put in revoked certificates, each a copy of one under a number of its own, and make the CRL due."""
    with closing(sqlite3.connect(data / "certmanager.db")) as connection, connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT * FROM certificate WHERE ca_id = ? AND revoked_at IS NOT NULL LIMIT 1"
        one = dict(connection.execute(query, (ca_id,)).fetchone())
        names, values = ", ".join(f'"{name}"' for name in one), ", ".join(f":{name}" for name in one)
        insert = f"INSERT INTO certificate ({names}) VALUES ({values})"  # noqa: S608 - names of columns
        connection.executemany(insert, _copies(one, count))
        connection.execute("UPDATE crl SET due_at = 0, held_until = 0 WHERE ca_id = ?", (ca_id,))


def _copies(one: dict[str, Any], count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        id_ = str(uuid4())
        own = {"id": id_, "lineage_id": id_, "serial": uuid4().hex, "fingerprint": uuid4().hex}
        yield {**one, **own, "not_after": one["not_after"] + number % 90 * _DAY, "request_id": None}
