"""Requests under random acts of many people at once, against a model that was written by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from hypothesis.errors import Flaky, FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from server.config import Settings
from tests.requests.machine import RequestMachine
from tests.requests.machine_stage import Stage
from tests.serving import running
from tests.timepiece import StoppedTimepiece

_STEPS = 20


@contextmanager
def _stage(settings: Settings) -> Iterator[tuple[asyncio.Runner, Stage]]:
    """A server that does nothing by itself as time passes, in a loop of its own."""
    quiet = settings.model_copy(update={"upkeep_interval": 86_400.0, "history_days": 3650.0})
    clock = StoppedTimepiece()
    with asyncio.Runner() as runner:
        served = running(quiet, clock=clock)
        live = runner.run(served.__aenter__())
        try:
            yield runner, runner.run(Stage.of(live, clock))
        finally:
            runner.run(served.__aexit__(None, None, None))


def _played(settings: Settings, *, times: int) -> None:
    """Plays so often; a failure is told as it was, for what is done at once need not come out so again."""
    plays = examples(
        max_examples=times,
        stateful_step_count=_STEPS,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    with _stage(settings) as (runner, stage):
        machine: Any = partial(RequestMachine, runner, stage)
        try:
            run_state_machine_as_test(machine, settings=plays)
        except (Flaky, FlakyStrategyDefinition):
            raise stage.failure or AssertionError from None


def test_requests_are_as_the_model_says(sqlite_settings: Settings) -> None:
    """States, revisions, keys and watches agree after every step, and nothing is stuck at the end."""
    _played(sqlite_settings, times=12)


def test_so_they_are_on_postgres(postgres_settings: Settings) -> None:
    """A smaller share: what differs is how rows are locked and read."""
    _played(postgres_settings, times=4)
