from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.config import Settings
from tests.e2e.grpcurl import Grpcurl
from tests.e2e.processes import ROOT, Process, serving


@dataclass(frozen=True, slots=True)
class Home:
    """What a server that is set up was set up with."""

    directory: Path
    database: str
    """Its URL; empty: the file in the data directory."""

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("--database-url", self.database) if self.database else ()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def home(settings: Settings) -> Home:
    """A server that is set up and does not run, on each database."""
    return Home(settings.data_dir, settings.database_url)


@pytest.fixture
def sqlite_copy(sqlite_settings: Settings) -> Path:
    """The data directory of a server on SQLite that is set up and does not run."""
    return sqlite_settings.data_dir


@pytest.fixture(scope="session")
def shared(sqlite_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A running server for all tests that only call it."""
    directory = shutil.copytree(sqlite_home, tmp_path_factory.mktemp("shared") / "data")
    with serving(directory, "--server-names", "ca.acme.test,192.0.2.7") as process:
        yield process


@pytest.fixture(scope="session")
def grpcurl() -> Grpcurl:
    """The real program; without it CI fails and a developer is told."""
    own = (str(Path.home() / "go/bin"), str(ROOT / ".venv-go"))
    program = shutil.which("grpcurl", path=os.pathsep.join((os.environ["PATH"], *own)))
    if program:
        return Grpcurl(Path(program))
    missing = "grpcurl is not installed: go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
