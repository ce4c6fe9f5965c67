"""Which index a list walks: the first that fits what is asked for, and who asks.

Who may see some realms only walks what belongs to them, or what is so little
in all realms together that it is looked at as a whole (see ``walk``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, func, select

from server.store.queries.certificate_query import Realm
from server.store.queries.walk import Arm, Fetch


@dataclass(frozen=True, slots=True)
class Choice:
    """An index to walk."""

    arms: tuple[Arm, ...]
    settles: tuple[str, ...] = ()
    """The conditions that it makes needless."""
    ranges: tuple[Select[*tuple[Any, ...]], ...] = ()
    """What is a choice only if it is narrow, all of it together."""
    bounded: bool = field(default=False, kw_only=True)
    within: bool = field(default=False, kw_only=True)
    """Whether all its entries belong to the realms that are looked into."""

    def for_realms(self) -> Choice:
        """What it is for who may see some realms only: narrow, unless nothing of others is in it."""
        if self.bounded or self.within:
            return self
        ranges = tuple(arm.entries(after=(), floor=()) for arm in self.arms)
        return replace(self, ranges=ranges, bounded=True)


async def chosen(
    choices: Iterable[Choice], fetch: Fetch, *, realms: Sequence[Realm] | None, narrow: int
) -> Choice | None:
    """The first choice that can be taken; ``narrow`` entries of a range are few enough for it."""
    for choice in choices:
        offered = choice if realms is None else choice.for_realms()
        if await _is_narrow(offered.ranges, fetch, narrow=narrow):
            return offered
    return None


async def _is_narrow(ranges: Sequence[Select[*tuple[Any, ...]]], fetch: Fetch, *, narrow: int) -> bool:
    entries = 0
    for range_ in ranges:
        counted = await fetch(select(func.count()).select_from(range_.limit(narrow + 1).subquery()))
        entries += counted[0][0]
    return entries <= narrow
