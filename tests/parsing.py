"""Reads Python source as the tests of the code itself do."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator


def nodes(source: str | bytes) -> Iterator[ast.AST]:
    """Every node of a module.

    The collector rests meanwhile: where it ends a coroutine or a greenlet of an earlier
    test while CPython 3.11 builds the tree, the parser takes its own depth for wrong.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        tree = ast.parse(source)
    finally:
        if was_enabled:
            gc.enable()
    return ast.walk(tree)
