"""Copies the third-party protos that the contract imports out of an installed wheel into third_party/.

google/* comes from googleapis-common-protos. buf/validate/validate.proto is in
no wheel: it was taken from the source distribution of protovalidate 1.2.0
(upstream/proto/buf/validate/validate.proto) and is pinned by its SHA-256.
`--check` writes nothing; it exits 1 if a file differs.
"""

from __future__ import annotations

import hashlib
import pathlib
import shutil
import sys
from importlib import metadata

ROOT = pathlib.Path(__file__).resolve().parent.parent / "third_party"
FROM_WHEEL = ("google/api/annotations.proto", "google/api/http.proto", "google/rpc/status.proto")
PINNED = {"buf/validate/validate.proto": "817951eab518442950f1982be24b2c3154b214b40e42f49b915cbf5181e6ee80"}


def stale() -> list[tuple[pathlib.Path, str]]:
    """The files that differ from the wheel's: each with its source, and its name under third_party/."""
    wheel = metadata.distribution("googleapis-common-protos")
    pairs = [(pathlib.Path(str(wheel.locate_file(name))), name) for name in FROM_WHEEL]
    return [(source, name) for source, name in pairs if not _same(source, ROOT / name)]


def altered() -> list[str]:
    """The pinned files that are missing or not as they were taken."""
    return [name for name, digest in PINNED.items() if _sha256(ROOT / name) != digest]


def main(arguments: list[str]) -> int:
    """Brings the files up to date, or only checks them; returns the exit code."""
    differing, broken = stale(), altered()
    if "--check" not in arguments:
        for source, name in differing:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, ROOT / name)
        differing = []
    for name in [*(name for _, name in differing), *broken]:
        print(f"third_party/{name} differs from its origin", file=sys.stderr)
    return 1 if differing or broken else 0


def _same(one: pathlib.Path, other: pathlib.Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


def _sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
