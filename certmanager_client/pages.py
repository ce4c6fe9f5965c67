"""The pages of a list, joined to one answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf.message import Message

LARGEST_PAGE = 500


async def joined(fetch: Callable[[Any], Awaitable[Any]], request: Message, *, most: int | None) -> Any:
    """The pages that ``fetch`` answers, as one; at most ``most`` rows if it is given."""
    asked: Any = type(request)()
    asked.CopyFrom(request)
    answer: Any = None
    found, more = 0, True
    while more and (most is None or found < most):
        asked.page_size = LARGEST_PAGE if most is None else min(LARGEST_PAGE, most - found)
        page = await fetch(asked)
        found += _length(page)
        answer = _appended(answer, page)
        asked.page_token = page.next_page_token
        more = bool(page.next_page_token)
    return answer


def _length(page: Message) -> int:
    return sum(len(getattr(page, field.name)) for field in page.DESCRIPTOR.fields if field.is_repeated)


def _appended(answer: Any, page: Any) -> Any:
    if answer is None:
        return page
    answer.MergeFrom(page)
    answer.next_page_token = page.next_page_token
    return answer
