"""The wheel that ``pip install .`` makes, installed where the source tree is not."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.parser import HeaderParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.e2e import processes
from tests.e2e.processes import ROOT, issue
from tests.parsing import nodes


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the tree, by the build backend that is installed here."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, cwd=out)
    (made,) = out.glob("certmanager-*.whl")
    return made


@pytest.fixture(scope="module")
def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment with the wheel in it.

    What it depends on is seen, not installed again; our own tree is not, because the paths
    that an editable install leaves are only followed in an environment's own directory.
    """
    home = tmp_path_factory.mktemp("venv")
    venv.create(home)
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin/python"), "install"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True)
    library = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    Path(library, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


def test_the_wheel_holds_the_program_and_no_more(contents: dict[str, bytes]) -> None:
    roots = {name.split("/")[0] for name in contents if ".dist-info/" not in name}
    assert roots == {"server", "certmanager_client", "certmanager", "buf"}


def test_the_wheel_holds_what_is_not_imported_by_name(contents: dict[str, bytes]) -> None:
    """Alembic finds its migrations as files."""
    migrations = ROOT / "server/store/migrations"
    found = [path for path in migrations.rglob("*") if path.suffix in {".py", ".mako"}]
    wanted = {str(path.relative_to(ROOT)) for path in found}
    assert wanted
    assert wanted <= set(contents)


def test_what_is_imported_is_declared(contents: dict[str, bytes]) -> None:
    """Each third party that the program names stands in the wheel's metadata."""
    (metadata,) = [octets for name, octets in contents.items() if name.endswith("/METADATA")]
    required = HeaderParser().parsestr(metadata.decode()).get_all("Requires-Dist") or []
    declared = {_normal(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in required}
    providers = packages_distributions()
    sources = [octets for name, octets in contents.items() if name.endswith(".py")]
    imported = set[str]().union(*map(_imports, sources))
    foreign = imported - set(sys.stdlib_module_names) - {"server", "certmanager_client", "certmanager", "buf"}
    undeclared = {r for r in foreign if not declared & {_normal(one) for one in providers.get(r, [])}}
    assert foreign
    assert undeclared == set()


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _imports(source: bytes) -> set[str]:
    found: set[str] = set()
    for node in nodes(source):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def run(program: Path, *arguments: str, cwd: Path) -> str:
    """What the program prints, run far from the tree and without a path to it."""
    env = {"PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [str(program), *arguments], check=True, capture_output=True, text=True, cwd=cwd, env=env
    ).stdout


def test_the_console_script_tells_its_version(installed: Path, wheel: Path, tmp_path: Path) -> None:
    told = run(installed / "certmanager", "--version", cwd=tmp_path)
    assert told.split()[-1] == wheel.name.split("-")[1]


def test_the_program_is_not_the_tree_s(installed: Path, tmp_path: Path) -> None:
    """Else what follows would prove nothing."""
    code = "import server, certmanager.v1; print(server.__file__, *certmanager.v1.__path__)"
    for path in run(installed / "python", "-c", code, cwd=tmp_path).split():
        assert Path(path).is_relative_to(installed.parent)


async def test_the_installed_program_serves(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another directory, from an empty one to a certificate."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(processes, "PROGRAM", (str(installed / "certmanager"),))
    monkeypatch.setattr(processes, "SEARCHED", "")
    with processes.serving(Path("data")) as process:
        async with process.channel() as channel:
            answer = await issue(process, channel)
        assert answer.certificate.certificate.startswith("-----BEGIN CERTIFICATE-----")
        assert process.stop() == 0
