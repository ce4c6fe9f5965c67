"""The agent's log: a line an event on stderr, for people or, with ``--json``, for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum
from typing import TextIO

from certmanager_client.cli.terminal.output import visible


class Level(Enum):
    """How much an event matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _now() -> datetime:
    return datetime.now(UTC)


class Lines:
    """Where events are told."""

    def __init__(
        self, *, as_json: bool = False, file: TextIO | None = None, clock: Callable[[], datetime] = _now
    ) -> None:
        self._as_json = as_json
        self._file = file
        self._clock = clock

    def info(self, event: str, **fields: object) -> None:
        """Something went as it should."""
        self._tell(Level.INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Something did not, and is tried again."""
        self._tell(Level.WARNING, event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Something needs a person."""
        self._tell(Level.ERROR, event, fields)

    def _tell(self, level: Level, event: str, fields: dict[str, object]) -> None:
        at = self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {name: str(value) for name, value in fields.items() if value not in (None, "")}
        if self._as_json:
            line = json.dumps({"at": at, "level": level.value, "event": event, **told})
        else:
            rest = "".join(f"  {name}={_quoted(value)}" for name, value in told.items())
            line = f"{at} {level.value:7} {visible(event)}{rest}"
        with suppress(OSError):  # nobody reads any more: no reason to keep no certificate
            print(line, file=self._file or sys.stderr, flush=True)


def _quoted(value: str) -> str:
    shown = visible(value)
    return json.dumps(shown) if not shown or " " in shown or '"' in shown else shown
