"""One play of a machine: acts on a server and in the model, and after each the proof that both agree."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

from certmanager.v1 import certificate_service_pb2 as certificates
from server.store.records import ChangeRecord
from tests.requests.machine_audience import Audience
from tests.requests.machine_seeing import Past, number_of, view_of
from tests.requests.machine_stage import Scene, Stage
from tests.requests.model import CAST, CLAIMABLE, ISSUED, NO_KEY, WAITS, Request, Rules, World
from tests.requests.model_acts import acted, orders
from tests.requests.model_words import Act, Answer

_LONG_ENOUGH, _NOT_LONG = 15.0, 0.15
"""Seconds of a wait whose end must come, and of one that may be in vain."""
_LOOKER, _APPROVERS = "olga", ("otto", "adam")


class Play:
    """A scene, the model's world of it, and those who watch."""

    def __init__(self, scene: Scene, world: World) -> None:
        self.scene = scene
        self.world = world
        self._audience = Audience(scene)
        self._people = scene.stage.people
        self._names = {person.id: name for name, person in self._people.items()}

    @classmethod
    async def of(cls, stage: Stage, rules: Rules) -> Play:
        """A play on a new scene, watched from the beginning."""
        play = cls(await Scene.of(stage, rules), World(stage.clock(), rules))
        await play._audience.seated()
        return play

    async def act(self, *acts: Act) -> None:
        """Does it all at the same time, and proves that it was as if one had come after the other."""
        before = self.world
        wait = _LONG_ENOUGH if _must_end(before, acts) else _NOT_LONG
        answers = await self.scene.done(acts, wait=wait)
        seen = await self._seen()
        worlds = [world for world in orders(before, acts, answers) if self._agrees(world, seen)]
        assert worlds, _unexplained(before, acts, answers, [view_of(told, self._names) for told in seen])
        self.world = worlds[0]
        await self._prove(seen)

    async def pass_(self, span: timedelta) -> None:
        """Time passes, and nothing else."""
        self.scene.stage.clock.forward(seconds=span.total_seconds())
        self.world = replace(self.world, now=self.scene.stage.clock())
        await self._prove(await self._seen())

    async def reform(self, rules: Rules) -> None:
        """The profile changes; what waits already keeps its steps."""
        await self.scene.reform(rules)
        self.world = replace(self.world, rules=rules)
        await self._prove(await self._seen())

    async def reconnect(self) -> None:
        """All who watch go away and come again."""
        await self._audience.again()
        await self._prove(await self._seen())

    async def end(self) -> None:
        """Proves that nothing is stuck: whatever waits can be decided or withdrawn, or expires."""
        await self.act(Act(verb="open", switch=True))
        await self.act(Act(verb="sign", switch=True))
        for number in range(len(self.world.requests)):
            await self._bring_to_end(number)
        await self.pass_(timedelta(hours=31))
        await self._claim_late()
        await self.act(Act(verb="sweep"))
        await self._claim_late()
        assert all(request.is_terminal for request in self.world.requests)
        assert all(request.view.key != CLAIMABLE for request in self.world.requests)

    async def close(self) -> None:
        """Nobody watches any more, and the CA signs."""
        await self._audience.close()
        if not self.world.signs:
            await self.scene.done([Act(verb="sign", switch=True)], wait=0)

    async def _bring_to_end(self, number: int) -> None:
        """By approval, by withdrawal, or (later) in its time."""
        request = self._request(number)
        if request.is_terminal or self.world.now >= request.expires_at:
            return
        if number % 3 == 0:
            await self.act(Act(verb="cancel", who=request.order.by, number=number))
        while number % 3 == 1 and not self._request(number).is_terminal:
            able = next(who for who in CAST if self._request(number).awaits(who, self.world.now))
            await self.act(Act(verb="approve", who=able, number=number))

    async def _claim_late(self) -> None:
        """Whoever comes now for a key is told where it went."""
        issued = [n for n, request in enumerate(self.world.requests) if request.view.key != NO_KEY][-3:]
        claims = [(n, self._request(n).order.by, str(uuid4())) for n in issued]
        await self.act(*(Act(verb="claim", who=who, number=n, request_id=id_) for n, who, id_ in claims))

    def _request(self, number: int) -> Request:
        return self.world.requests[number]

    async def _seen(self) -> list[Any]:
        """All requests as a list tells them, oldest first."""
        by, profile_id = self._people[_LOOKER], self.scene.profile_id
        return (await self.scene.office.found(by=by, profile_id=profile_id))[::-1]

    def _agrees(self, world: World, seen: Sequence[Any]) -> bool:
        return [view_of(told, self._names) for told in seen] == [request.view for request in world.requests]

    async def _prove(self, seen: Sequence[Any]) -> None:
        """Fails unless everything that can be seen is as the model says."""
        scene, requests = self.scene, self.world.requests
        assert [told.id for told in seen] == scene.ids
        await self._learn_revisions()
        past = Past(ids=scene.ids, names=self._names, requests=requests, revisions=scene.revisions)
        for told, request, revisions in zip(seen, requests, scene.revisions, strict=True):
            assert told.revision == revisions[-1]
            past.prove(told)
            self._prove_told(told, request)
        await asyncio.gather(self._prove_found(), self._prove_certificates(seen), self._audience.prove(past))

    def _prove_told(self, told: Any, request: Request) -> None:
        state = request.view.state
        assert self._names[told.requester_identity_id] == request.order.by
        assert bool(told.certificate_id) == (state == ISSUED)
        assert told.HasField("error") == (state == "FAILED")
        assert told.HasField("ended_at") == request.is_terminal
        assert told.HasField("private_key_expires_at") == (request.view.key == CLAIMABLE)

    async def _learn_revisions(self) -> None:
        """Fails unless each change of a request has one row in the feed, under a revision that grows."""
        store, known = self.scene.office.live.app.store, self.scene.revisions
        for number, request in enumerate(self.world.requests):
            if len(known[number]) == request.version:
                continue
            rows = await store.list(ChangeRecord, object_id=self.scene.ids[number], order="revision")
            states = [view.state for view in request.past]
            assert [(row.old_state, row.new_state) for row in rows] == [
                *zip([None, *states], states, strict=False)
            ]
            grown = [row.revision for row in rows]
            assert grown[: len(known[number])] == known[number]
            assert grown == sorted(set(grown))
            known[number] = grown

    async def _prove_found(self) -> None:
        """Searches agree: for a state, and for what somebody may approve now."""
        ids, office, now = self.scene.ids, self.scene.office, self.world.now
        where = {"profile_ids": [self.scene.profile_id]}
        numbered = [*enumerate(self.world.requests)][::-1]
        found = await office.searched(by=self._people[_LOOKER], states=[number_of(WAITS)], **where)
        assert found == [ids[n] for n, request in numbered if not request.is_terminal]
        for who in _APPROVERS:
            mine = await office.searched(by=self._people[who], awaiting_my_approval=True, **where)
            assert mine == [ids[n] for n, request in numbered if request.awaits(who, now)]

    async def _prove_certificates(self, seen: Sequence[Any]) -> None:
        """There is one for each request that is issued, with the same state of its key, and no other."""
        live = self.scene.office.live
        ask = certificates.ListCertificatesRequest(profile_id=self.scene.profile_id, page_size=500)
        token = self._people[_LOOKER].token
        made = (await live.call(live.certificates.ListCertificates, ask, token=token)).certificates
        told = [(one.id, one.certificate_id, one.private_key_state) for one in seen if one.certificate_id]
        assert sorted((one.certificate_request_id, one.id, one.private_key_state) for one in made) == sorted(
            told
        )


def _must_end(world: World, acts: Sequence[Act]) -> bool:
    """Whether everything that is waited for comes to its end, in whatever order it all happens."""
    for order in permutations(acts):
        after = world
        for act in order:
            after, _ = acted(after, act)
        if any(act.waits and not after.requests[act.number].is_terminal for act in order):
            return False
    return True


def _unexplained(world: World, acts: Sequence[Act], answers: Sequence[Answer], seen: Sequence[object]) -> str:
    done = [f"{act}\n    -> {answer}" for act, answer in zip(acts, answers, strict=True)]
    return "\n".join(["no order of these explains their answers", *done, f"before: {world}", f"now: {seen}"])
