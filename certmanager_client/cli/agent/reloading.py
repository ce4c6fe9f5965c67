"""The command that makes the service read its new files."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SECRETS = frozenset({"CERTMANAGER_TOKEN", "CERTMANAGER_TOKEN_FILE"})


class NotReloaded(Exception):
    """The command failed; why, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """A command and its arguments, run without a shell, and how many seconds it may take."""

    arguments: Sequence[str]
    timeout: float = 30.0

    async def run(self, files: Path, certificate_id: str) -> None:
        """Run it to its end; it is told the directory of the files. Raises NotReloaded."""
        told = {"CERTMANAGER_LIVE": str(files), "CERTMANAGER_CERTIFICATE_ID": certificate_id}
        try:
            process = await asyncio.create_subprocess_exec(
                *self.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                env={**_environment(), **told},
                start_new_session=True,
            )
        except OSError as error:
            raise NotReloaded(f"cannot run {self.arguments[0]}: {error.strerror}") from None
        try:
            status = await asyncio.wait_for(process.wait(), self.timeout)
        except TimeoutError:
            raise NotReloaded(f"it did not end within {self.timeout:g} seconds") from None
        finally:
            await _ended(process)
        if status:
            raise NotReloaded(f"it ended with the status {status}")


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Leave nothing of it behind that still runs: whoever waits for the command waits for its children."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _environment() -> Mapping[str, str]:
    """The agent's, without what it calls the server with."""
    return {name: value for name, value in os.environ.items() if name not in _SECRETS}
