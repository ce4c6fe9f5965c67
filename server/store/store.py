"""The store as the floors above see it: commit a unit, read rows, follow the changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar

from sqlalchemy import Row, Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import migrate
from server.store.changes import Feed
from server.store.engine import Database
from server.store.mapping import conditions, ordering, read, table_of
from server.store.peers import peers_of
from server.store.queries import audit, certificates, crls, policies, requests, small
from server.store.queries import statistics as counting
from server.store.queries.audit import AuditQuery
from server.store.queries.certificate_query import CertificateQuery
from server.store.queries.crls import Listed, RevokedRow
from server.store.queries.request_query import RequestQuery
from server.store.queries.statistics import Count, StatisticsQuery
from server.store.queries.walk import Place, Slice, Walk, cut
from server.store.records import AuditRecord, CertificateRecord, CRLRecord, MetaRecord, Record, RequestRecord
from server.store.schema import change, revision_counter
from server.store.translation import failure_of
from server.store.unit import Unit
from server.store.writer import Writer

Clock = Callable[[], datetime]
R = TypeVar("R", bound=Record)

_NONE: Mapping[str, Any] = {}


class Store:
    """One process's way to the database; lives in the event loop that opened it."""

    def __init__(self, database: Database, reader: AsyncEngine, writer: Writer, feed: Feed) -> None:
        self._database = database
        self._reader = reader
        self.writer = writer
        self.feed = feed

    @classmethod
    async def open(cls, url: str, *, clock: Clock) -> Self:
        """Connects; refuses a database that is not at this program's revision."""
        database = Database.at(url)
        await asyncio.to_thread(migrate.prove_current, url)
        reader = database.reader()
        try:
            feed = await Feed.open(reader, peers_of(database))
        except BaseException:
            await reader.dispose()
            raise
        return cls(database, reader, Writer(database, clock=clock, publish=feed.publish), feed)

    async def close(self) -> None:
        """Lets what was handed in be committed, then lets go of the database."""
        await self.writer.close()
        await self.feed.close()
        await self._reader.dispose()

    async def commit(self, unit: Unit) -> int:
        """Stores the unit durably; answers the revision of its last change, 0 if it has none."""
        return await self.writer.commit(unit)

    async def get(self, record: type[R], /, **where: object) -> R | None:
        """The one row whose columns equal ``where``; None if there is none."""
        query = _rows(record).where(*conditions(record, where))
        rows = await self._fetch(query.limit(1))
        return read(record, rows[0]) if rows else None

    async def list(
        self, record: type[R], /, *, limit: int = 1000, order: str | None = None, **where: object
    ) -> Sequence[R]:
        """Rows whose columns equal ``where``, by primary key, or by ``order`` (``-name``: descending)."""
        query = _rows(record).where(*conditions(record, where))
        rows = await self._fetch(query.order_by(*ordering(record, order)).limit(limit))
        return [read(record, row) for row in rows]

    async def page(self, record: type[R], /, *, size: int, after: str = "", **where: object) -> Sequence[R]:
        """The newest rows, or those older than the row ``after``, whose columns equal ``where``.

        Newest first by id, which is time-ordered. Answers one row more than
        ``size`` where there is one: then there is a next page.
        """
        table = table_of(record)
        query = _rows(record).where(*conditions(record, where))
        if after:
            query = query.where(table.c.id < after)
        rows = await self._fetch(query.order_by(table.c.id.desc()).limit(size + 1))
        return [read(record, row) for row in rows]

    async def sift(
        self,
        record: type[R],
        /,
        *,
        size: int,
        after: str = "",
        lead: Mapping[str, str] = _NONE,
        among: Mapping[str, object] = _NONE,
        rest: Mapping[str, object] = _NONE,
    ) -> Slice[R]:
        """The newest rows, or those older than the row ``after``, of a list that finds few in many.

        Looks at a bounded number of rows, so that a page can be short; ``queries.rows`` tells the rest.
        """
        walk = small.walk_of(record, lead=lead, among=among, rest=rest)
        return await self._slice(record, walk, size=size, after=(after,) if after else ())

    async def count(self, record: type[Record], /, *, limit: int, **where: object) -> int:
        """How many rows there are whose columns equal ``where``; no further than ``limit``."""
        found = select(1).select_from(table_of(record)).where(*conditions(record, where)).limit(limit)
        return int((await self._fetch(select(func.count()).select_from(found.subquery())))[0][0])

    async def policies_on(self, project_id: str, ca_ids: Collection[str]) -> Sequence[tuple[str, str, int]]:
        """CA, policy and its revision, for each policy of a profile on one of a project's CAs."""
        found = await self._fetch(policies.binding(project_id, ca_ids))
        return [(ca_id, policy_id, revision) for ca_id, policy_id, revision in found]

    async def certificates(
        self, query: CertificateQuery, *, size: int, after: Place = ()
    ) -> Slice[CertificateRecord]:
        """The newest certificates of a query, or those beyond a place."""
        walk = await certificates.walk_of(query, self._fetch)
        return await self._slice(CertificateRecord, walk, size=size, after=after)

    async def requests(self, query: RequestQuery, *, size: int, after: Place = ()) -> Slice[RequestRecord]:
        """The newest certificate requests of a query, or those beyond a place."""
        walk = await requests.walk_of(query, self._fetch)
        return await self._slice(RequestRecord, walk, size=size, after=after)

    async def statistics(self, query: StatisticsQuery) -> Sequence[Count]:
        """Those issued on each day, and those that are active, that expire soon, fail to renew, and wait."""
        return counting.counts(await self._fetch(counting.statistics(query)))

    async def due_requests(self, now: datetime, *, limit: int) -> Sequence[RequestRecord]:
        """Requests that wait for approval, and whose time is over by ``now``."""
        return [read(RequestRecord, row) for row in await self._fetch(requests.due(now, limit=limit))]

    async def due_crls(self, now: datetime, *, limit: int) -> Sequence[CRLRecord]:
        """CRLs that are to be made by ``now``, and that nobody is at; those that are due longest first."""
        return [read(CRLRecord, row) for row in await self._fetch(crls.due(now, limit=limit))]

    async def next_crl_at(self, now: datetime) -> datetime | None:
        """When the next CRL that is not to be made ``now`` will be; None if there is none."""
        return min((at for at in (await self._fetch(crls.soonest(now)))[0] if at is not None), default=None)

    async def revoked_of(
        self, crl_id: str, *, ends_from: datetime, after: Listed | None, limit: int
    ) -> Sequence[RevokedRow]:
        """Revoked certificates of a CRL that end at ``ends_from`` or later; the next ones beyond a place."""
        rows = await self._fetch(crls.revoked(crl_id, ends_from=ends_from, after=after, limit=limit))
        return [RevokedRow(*row) for row in rows]

    async def audit_rows(self, query: AuditQuery, *, size: int, after: Place = ()) -> Slice[AuditRecord]:
        """The newest audit rows of a query, or those beyond a place."""
        return await self._slice(AuditRecord, audit.walk_of(query), size=size, after=after)

    async def meta(self, key: str) -> bytes | None:
        """One fact about the database."""
        found = await self.get(MetaRecord, key=key)
        return found.value if found else None

    async def epoch(self) -> bytes:
        """Which life of the database this is: 16 octets that are new after a restore."""
        return await self.meta("epoch") or bytes(16)

    async def oldest_change(self) -> int:
        """The least revision from which on every change can still be read.

        Whoever has seen all up to some revision misses nothing if that is at
        least the one before. Without any change left it is the next one to come.
        """
        oldest = select(func.min(change.c.revision)).scalar_subquery()
        newest = select(revision_counter.c.value).scalar_subquery()
        return int((await self._fetch(select(func.coalesce(oldest, newest + 1))))[0][0])

    async def scrub(self) -> bool:
        """Leaves nothing of deleted rows in SQLite's files; False if that cannot be done now.

        A PostgreSQL server does that in its own time.
        """
        return await asyncio.to_thread(self._database.scrub)

    async def ping(self) -> None:
        """Raises ``StoreUnavailable`` unless the database answers."""
        await self._fetch(select(1))

    async def _slice(self, record: type[R], walk: Walk, *, size: int, after: Place) -> Slice[R]:
        rows, place = await cut(walk, self._fetch, size=size, after=after)
        return Slice([read(record, row) for row in rows], place)

    async def _fetch(self, query: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        try:
            async with self._reader.connect() as connection:
                return (await connection.execute(query)).all()
        except SQLAlchemyError as error:
            raise failure_of(error) from None


def _rows(record: type[Record]) -> Select[*tuple[Any, ...]]:
    return select(*table_of(record).columns)
