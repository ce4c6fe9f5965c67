"""``make check``: everything that can be said of the code without running the service.

Each step is a command that can be run by itself; all of them run even if one
fails, so that one look shows all there is to mend.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str) -> bool:
    """Run one step in the repository; tell its name, and its output only if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {' '.join(command)}", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


def steps() -> Iterator[bool]:
    """Every step, in the order from quick to slow."""
    yield run("buf", "lint")
    yield run("buf", "format", "--diff", "--exit-code")
    yield breaking()
    yield fresh()
    yield run(sys.executable, "tools/vendor_protos.py", "--check")
    yield run("ruff", "format", "--check")
    yield run("ruff", "check")
    yield run("lint-imports", "--no-cache")
    yield run("mypy")
    yield drift()


def breaking() -> bool:
    """The contract breaks nothing that the last released one promised; before the first there is nothing."""
    tags = subprocess.run(
        ["git", "tag", "--list", "v*", "--sort=-v:refname"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    if not tags:
        print("ok    buf breaking (nothing is released yet)")
        return True
    return run("buf", "breaking", "proto", "--against", f".git#tag={tags[0]},subdir=proto")


def fresh() -> bool:
    """gen/ is what the contract generates."""
    with tempfile.TemporaryDirectory() as directory:
        return run("buf", "generate", "--output", directory) and run(
            "diff", "--recursive", "--brief", "--exclude=__pycache__", "gen", f"{directory}/gen"
        )


def drift() -> bool:
    """The migrations give the tables that the program expects, from empty."""
    with tempfile.TemporaryDirectory() as directory:
        script = (
            "import sys; from server.store import migrate; url = sys.argv[1]; migrate.upgrade(url);"
            " found = migrate.check(url); print(*found, sep='\\n'); sys.exit(bool(found))"
        )
        return run(sys.executable, "-c", script, f"sqlite:///{directory}/drift.db")


if __name__ == "__main__":
    sys.exit(0 if all(list(steps())) else 1)
