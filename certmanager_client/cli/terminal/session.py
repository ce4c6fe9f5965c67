"""One command's conversation with the server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from certmanager_client.cli.contexts.targets import Unresolved, target
from certmanager_client.cli.terminal.exits import Exit, exit_of, fail
from certmanager_client.cli.terminal.explaining import explained
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.client import SECONDS, Client
from certmanager_client.errors import ApiError
from certmanager_client.target import Target

T = TypeVar("T")


def perform(work: Callable[[Client], Awaitable[T]]) -> T:
    """What the work returns, done with the server that options, environment or context name.

    An ApiError ends the program: sentences on stderr, and the status of its kind.
    """
    try:
        resolved = target(chosen())
    except Unresolved as error:
        fail(str(error))
    return perform_at(resolved, work)


def perform_at(resolved: Target, work: Callable[[Client], Awaitable[T]]) -> T:
    """The same, with a server that is known already."""
    try:
        return asyncio.run(_connected(resolved, work))
    except ApiError as error:
        fail(*explained(error), status=Exit.UNTRUSTED if error.lasting else exit_of(error.code))


async def _connected(resolved: Target, work: Callable[[Client], Awaitable[T]]) -> T:
    async with Client(resolved, timeout=chosen().timeout or SECONDS) as client:
        return await work(client)
