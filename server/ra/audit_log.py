"""Reads the audit log, for those who watch over the others."""

from __future__ import annotations

from collections.abc import Sequence

from server.ra.access.caller import Caller
from server.ra.access.projects import enter_project
from server.ra.pages import Page
from server.store.queries.audit import AuditFilter, AuditQuery
from server.store.records import AuditRecord
from server.store.store import Store


class AuditLog:
    """The audit rows."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(
        self, caller: Caller, wanted: AuditFilter, page: Page, *, project_id: str = ""
    ) -> tuple[Sequence[AuditRecord], str]:
        """A page of what happened, newest first, and the place of the next one; empty at the end.

        Of one project, or of all that the caller may watch over; what belongs to
        no project is for an owner alone. Raises NotFound, Denied.
        """
        query = AuditQuery(wanted=wanted, projects=await self._projects(caller, project_id))
        after = tuple(map(int, page.after.split(","))) if page.after else ()
        found = await self._store.audit_rows(query, size=page.size, after=after)
        return found.rows, ",".join(map(str, found.after or ()))

    async def _projects(self, caller: Caller, project_id: str) -> frozenset[str] | None:
        if not project_id:
            return caller.enter_projects()
        await enter_project(self._store, caller, project_id)
        return frozenset({project_id})
