"""The agent is killed between any two of its steps on the disk, and started again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.agent.issuer import Issuer
from tests.agent.keeping import Kept, loads
from tests.timepiece import Timepiece

_STEPS = ((os, ("open", "fsync", "fchmod")), (Path, ("mkdir", "rename", "replace", "symlink_to", "unlink")))


class Killed(BaseException):
    """Nothing that the agent could catch."""


@contextmanager
def killed_at(count: int) -> Iterator[list[int]]:
    """Let the step of that number, and all after it, not happen; tells how many there were."""
    done = [0]

    def stopping(step: Any) -> Any:
        def instead(*given: Any, **named: Any) -> Any:
            done[0] += 1
            if done[0] > count:
                raise Killed
            return step(*given, **named)

        return instead

    with pytest.MonkeyPatch.context() as patch:
        for owner, names in _STEPS:
            for name in names:
                patch.setattr(owner, name, stopping(getattr(owner, name)))
        yield done


async def killed_in_each_step(kept: Kept, issuer: Issuer, prepare: Callable[[int], None]) -> int:
    """Has one certificate more each time, and tells how many steps there are."""
    for count in range(200):
        prepare(count)
        before = len(issuer.issued)
        with killed_at(count) as done, suppress(Killed):
            await kept.once()
        steps = done[0]
        if kept.live.exists():
            loads(kept.live)
        await kept.once()
        loads(kept.live)
        assert len(issuer.issued) == before + 1, count
        assert kept.certificate() == issuer.issued[-1].certificate
        assert (kept.root / "key.pem").read_bytes() == kept.key()
        if steps <= count:
            break
    return steps


async def test_a_kill_in_the_first_order_loses_nothing(kept: Kept, issuer: Issuer, tmp_path: Path) -> None:
    """What is in use is a pair at each moment, and no order is made twice."""

    def begin(count: int) -> None:
        kept.root = tmp_path / str(count)

    assert 20 < await killed_in_each_step(kept, issuer, begin) < 200


async def test_a_kill_in_a_renewal_loses_nothing(kept: Kept, issuer: Issuer, clock: Timepiece) -> None:
    """The same, with files in use that must stay until the others are whole."""
    await kept.once()
    assert 20 < await killed_in_each_step(kept, issuer, lambda _: clock.forward(minutes=121)) < 200
