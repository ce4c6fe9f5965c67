"""A machine that drives requests at random, by many people, alone and against each other."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.issuing.random_dice import DICE, Dice
from tests.requests.machine_choices import Choices, fresh, ordered
from tests.requests.machine_play import Play
from tests.requests.machine_stage import Stage
from tests.requests.model import OPEN, SEALED, Order, World
from tests.requests.model_words import Act


class RequestMachine(RuleBasedStateMachine):
    """Plays on a stage; the server's loop runs only while something is done.

    Hypothesis keeps to a few rules and repeats what it drew, which suits machines that are quick.
    So there is one rule here, and dice choose what happens, with a seed for each play that Hypothesis
    draws. After each step the play has proven that server and model agree.
    """

    def __init__(self, runner: asyncio.Runner, stage: Stage) -> None:
        super().__init__()
        self._runner = runner
        self._stage = stage
        self._choices = Choices()
        self._dice: Dice | None = None
        self._play: Play | None = None

    @initialize(dice=DICE)
    def begin(self, dice: Dice) -> None:
        """Two requests wait."""
        self._dice = dice
        self._play = self._runner.run(Play.of(self._stage, self._choices.rules(dice)))
        for who, key in (("anna", OPEN), ("olga", SEALED)):
            self._do(ordered(Order(who, key, is_long=True, request_id=fresh(dice))))

    @rule()
    def happen(self) -> None:
        """Something happens, and with more chance what comes to most."""
        assert self._dice is not None
        self._dice.one(_HAPPENINGS)(self, self._dice)

    def submit(self, dice: Dice) -> None:
        """Somebody asks."""
        self._do(self._choices.order(dice, has_id=dice.coin()))

    def submit_at_once(self, dice: Dice) -> None:
        """A client sends one order several times at once."""
        self._do(*[self._choices.order(dice, has_id=True)] * dice.one((2, 4)))

    def submit_again(self, dice: Dice) -> None:
        """A client sends an order again."""
        self._do(*filter(None, [self._choices.repeated(dice, self._world)]))

    def decide(self, dice: Dice) -> None:
        """Somebody decides."""
        self._do(self._choices.decision(dice, self._world))

    def decide_at_once(self, dice: Dice) -> None:
        """Several people do something about one request."""
        self._do(*self._choices.crowd(dice, self._world))

    def claim(self, dice: Dice) -> None:
        """Somebody comes for a key."""
        self._do(self._choices.claim(dice, self._world))

    def time_passes(self, dice: Dice) -> None:
        """With a round of what is due, or without."""
        self._run("pass_", self._choices.span(dice))
        if dice.coin():
            self._do(Act(verb="sweep"))

    def switch(self, dice: Dice) -> None:
        """An admin forbids something, or allows it again."""
        self._do(self._choices.switch(dice, self._world))

    def reform(self, dice: Dice) -> None:
        """An admin changes who approves."""
        self._run("reform", self._choices.rules(dice))

    def reconnect(self, _: Dice) -> None:
        """All watches break and go on."""
        self._run("reconnect")

    def teardown(self) -> None:
        """Nothing is stuck."""
        if self._play is None:
            return
        try:
            if self._stage.failure is None:
                self._run("end")
        finally:
            self._runner.run(self._play.close())

    @property
    def _world(self) -> World:
        assert self._play is not None
        return self._play.world

    def _do(self, *acts: Act) -> None:
        self._run("act", *acts)

    def _run(self, what: str, *values: Any) -> None:
        assert self._play is not None
        if self._stage.failure:  # seen already: what happens at the same time may not happen so again
            raise self._stage.failure
        try:
            self._runner.run(getattr(self._play, what)(*values))
        except BaseException as error:
            self._stage.failure = error
            raise


_HAPPENINGS = (
    *[RequestMachine.submit] * 2,
    RequestMachine.submit_at_once,
    RequestMachine.submit_again,
    *[RequestMachine.decide] * 3,
    *[RequestMachine.decide_at_once] * 6,
    *[RequestMachine.claim] * 2,
    *[RequestMachine.time_passes] * 2,
    *[RequestMachine.switch] * 2,
    RequestMachine.reform,
    RequestMachine.reconnect,
)
