"""``certmanager`` as people run it against a server: a process of its own, with its own contexts."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.serving import Live

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "certmanager_client.cli")
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody types commands: a directory with a file of contexts, and an environment."""

    home: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    program: Sequence[str] = PROGRAM

    @property
    def contexts(self) -> Path:
        return self.home / "config" / "contexts.json"

    def with_(self, **variables: str) -> Desk:
        return replace(self, variables={**self.variables, **variables})

    async def run(self, *arguments: object, stdin: str = "") -> Outcome:
        """The command, run to its end while the server, in this loop, goes on."""
        process = await asyncio.create_subprocess_exec(
            *self.program,
            *map(str, arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.home,
            env=self.environment(),
        )
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), PATIENCE)
        assert process.returncode is not None
        return Outcome(process.returncode, out.decode(), err.decode())

    async def done(self, *arguments: object, stdin: str = "") -> str:
        """What a command that must succeed writes on stdout."""
        outcome = await self.run(*arguments, stdin=stdin)
        assert outcome.code == 0, outcome.err
        return outcome.out

    async def told(self, *arguments: object) -> Any:
        """The document that a command that must succeed writes with ``--json``."""
        return json.loads(await self.done(*arguments, "--json"))

    def environment(self) -> dict[str, str]:
        """This process's, without what is ours but the desk's."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CERTMANAGER_")}
        paths = os.pathsep.join((str(ROOT), str(ROOT / "gen")))
        ours = {
            "PYTHONPATH": paths,
            "CERTMANAGER_CLIENT_CONFIG": str(self.contexts),
            "COLUMNS": "200",
            "TMPDIR": str(self.home.parent),  # what is kept there goes when the test's directories go
        }
        return {**inherited, **ours, **self.variables}


def desk_at(live: Live, home: Path, *, token: str | None = None) -> Desk:
    """A desk whose environment names the server; the owner's, unless another token is given."""
    return Desk(home).with_(
        CERTMANAGER_ADDRESS=live.app.endpoints["grpc"],
        CERTMANAGER_CA_FILE=str(live.directory / "ca.pem"),
        CERTMANAGER_TOKEN=live.owner if token is None else token,
    )
