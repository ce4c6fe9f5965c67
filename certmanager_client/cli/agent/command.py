"""``certmanager agent``: keeps a service's key and certificate fresh on the disk."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from certmanager_client.cli.agent import reading
from certmanager_client.cli.agent.agent import Agent, Connect
from certmanager_client.cli.agent.faults import Declined, Ended, Unready
from certmanager_client.cli.agent.folder import Folder, FolderFault, Material
from certmanager_client.cli.agent.holding import Holding
from certmanager_client.cli.agent.keys import Unusable
from certmanager_client.cli.agent.lines import Lines
from certmanager_client.cli.agent.options import Assignment
from certmanager_client.cli.agent.reloading import NotReloaded, Reload
from certmanager_client.cli.agent.upkeep import Upkeep
from certmanager_client.cli.contexts.targets import Unresolved, target
from certmanager_client.cli.terminal.exits import Exit, exit_of, fail
from certmanager_client.cli.terminal.explaining import explained
from certmanager_client.cli.terminal.lazily import taking
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.reading import Unread, read_bounded
from certmanager_client.client import SECONDS, Client
from certmanager_client.errors import ApiError
from certmanager_client.target import Target

_LONGEST = 1024 * 1024


@taking(Assignment)
def agent(said: Assignment) -> None:
    """Keep key, certificate and chain of a service fresh in a directory, until it is told to end.

    The files are replaced together before the certificate ends, or when it is
    revoked; then the command is run that makes the service read them.
    SIGHUP: look now. SIGTERM, SIGINT: end.
    """
    wishes, reload, access = reading.wishes(said), reading.reload(said), reading.access(said)
    if (said.client_cert is None) != (said.client_key is None) or (said.client_cert and not said.mtls):
        fail("--client-cert and --client-key go together, and with --mtls")
    folder, lines = Folder(said.directory.absolute(), access), Lines(as_json=chosen().json)
    try:
        with folder.held():
            holding = Holding(folder, lines=lines, first_key=wishes.first_key)
            upkeep = Upkeep(holding, wishes, lines=lines, clock=_now)
            connect = _connecting(said, folder)  # what can never work is told at once
            asyncio.run(_kept(said, connect, upkeep, lines=lines, reload=reload))
    except (FolderFault, Unready) as error:
        fail(str(error))
    except ApiError as error:
        fail(*explained(error), status=Exit.UNTRUSTED if error.lasting else exit_of(error.code))
    except Ended as error:
        fail(str(error), status=Exit.ENDED)
    except Declined as error:
        fail(str(error), status=Exit.REJECTED)
    except (Unusable, NotReloaded) as error:
        fail(str(error), status=Exit.UNEXPECTED)
    except OSError as error:
        fail(f"cannot write in {folder.root}: {error.strerror}", status=Exit.UNEXPECTED)


async def _kept(
    said: Assignment, connect: Connect, upkeep: Upkeep, *, lines: Lines, reload: Reload | None
) -> None:
    keeper = Agent(
        upkeep,
        connect,
        lines=lines,
        clock=_now,
        reload=reload,
        is_client=said.mtls,
    )
    work = asyncio.ensure_future(keeper.once() if said.once else keeper.run())
    loop = asyncio.get_running_loop()
    # Ending in the middle of a call loses nothing: the order is remembered, and sent again at the next start.
    loop.add_signal_handler(signal.SIGTERM, work.cancel)
    loop.add_signal_handler(signal.SIGINT, work.cancel)
    loop.add_signal_handler(signal.SIGHUP, keeper.look)
    with suppress(asyncio.CancelledError):
        await work


def _connecting(said: Assignment, folder: Folder) -> Connect:
    """What makes a client, for each connection of what stands in the files by then. Raises Unready."""
    read = [_target(said, folder)]  # for the first connection: a token on stdin is there once

    def connect() -> Client:
        return Client(read.pop() if read else _target(said, folder), timeout=chosen().timeout or SECONDS)

    return connect


def _target(said: Assignment, folder: Folder) -> Target:
    """Whom to call, and as whom. Raises Unready."""
    try:
        if not said.mtls:
            return target(chosen())
        shown = _shown(said, folder.material())
        called = target(chosen(), needs_token=False)
        return replace(called, token="", certificate=shown.certificate, key=shown.key)
    except (Unresolved, Unread, ValueError) as error:
        raise Unready(str(error)) from None


@dataclass(frozen=True, slots=True)
class _Shown:
    certificate: bytes
    key: bytes = field(repr=False)


def _shown(said: Assignment, present: Material | None) -> _Shown:
    """The certificate to show: the one that is kept or, before there is one, that of the command line."""
    if present is not None:
        return _Shown((present.certificate + present.chain).encode(), present.key)
    if said.client_cert is None or said.client_key is None:
        raise Unready(
            "there is no certificate to show yet: --client-cert and --client-key name one, or use a token"
        )
    return _Shown(
        read_bounded(said.client_cert, _LONGEST, what="the certificate"),
        read_bounded(said.client_key, _LONGEST, what="its key"),
    )


def _now() -> datetime:
    return datetime.now(UTC)
