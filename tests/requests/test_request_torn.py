"""What is told of a request while it is decided about."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.requests.offices import OPERATOR, Office, step
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

MANY = 10


async def test_equal_revisions_are_equal_requests(office: Office) -> None:
    """A read in the midst of an approval tells the request before or after it, but never half of each."""
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=MANY)))
    people = [await office.person("OPERATOR") for _ in range(MANY)]
    told: list[Any] = []

    async def look() -> None:
        while not told or not told[-1].certificate_id:
            told.append(await office.state(id_))

    looking = [asyncio.create_task(look()) for _ in range(6)]
    answers = [await office.approve(id_, person) for person in people]
    await asyncio.gather(*looking)
    known: dict[int, Any] = {}
    for each in (*told, *answers):
        assert each == known.setdefault(each.revision, each)
