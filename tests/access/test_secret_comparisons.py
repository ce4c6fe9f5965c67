"""Nothing in the server compares a secret letter by letter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.parsing import nodes

_SECRETS = {"token", "bearer", "password", "digest", "hash", "secret", "mac", "hmac", "signature"}
_SERVER = Path(__file__).parents[2] / "server"


def _comparisons(module: Path) -> Iterator[str]:
    for node in nodes(module.read_text()):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            for side in (node.left, *node.comparators):
                name = getattr(side, "id", getattr(side, "attr", ""))
                if name in _SECRETS:
                    yield f"{module.name}: {ast.unparse(node)}"


def test_12_openbao_ghsa_34fc_no_secret_is_compared_in_readable_time() -> None:
    """Tokens are found by their hash: no ``==`` stops at the first letter that differs."""
    modules = sorted(_SERVER.rglob("*.py"))
    assert modules
    assert [found for module in modules for found in _comparisons(module)] == []
