"""Looks at what to trust: how long one is good, and how far it reaches; its ground is pretended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from server.ra.hub import Hub, Topic
from server.ra.watching.trust import TrustLooks
from server.ra.watching.trusted import Trust
from server.store.records import ChangeRecord, ObjectKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)
END = NOW + timedelta(seconds=10)


class Ground:
    """A store with its feed, and what there is to trust."""

    def __init__(self) -> None:
        self.feed, self.latest, self.now = self, 5, NOW
        self.revision = self.looks = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self.topics: list[Topic] = []

    def subscribe(self, listener: Callable[[Sequence[ChangeRecord]], None]) -> None:
        self.listener = listener

    @contextmanager
    def attention(self) -> Iterator[None]:
        yield

    def change(self, kind: ObjectKind, **of: str) -> None:
        self.latest += 1
        named = {"object_id": "other", "project_id": "project", **of}
        self.listener([ChangeRecord(revision=self.latest, created_at=NOW, kind=kind, **named)])

    async def of(self, _: str) -> tuple[Trust, Any]:
        self.looks += 1
        self.meanwhile()
        return Trust(roots=(), intermediates=(), crls=(), until=END, aged=False), self


def looks(ground: Any) -> TrustLooks:
    return TrustLooks(ground, Hub(ground), ground, clock=lambda: ground.now)


async def test_issuance_does_not_end_a_look() -> None:
    """Nor anything else that is not of it: changes of its CAs and CRLs do, and of its certificates."""
    ground = Ground()
    ground.topics = [Topic(ObjectKind.CERTIFICATE, object_id="ca")]
    made, ends = looks(ground), []
    for kind, id_ in (("CERTIFICATE", "leaf"), ("REQUEST", "leaf"), ("CERTIFICATE", "ca"), ("CRL", "crl"),
                      ("AUTHORITY", "new")):  # fmt: skip
        await made.of("project")
        before = ground.looks
        ground.change(ObjectKind[kind], object_id=id_)
        await made.of("project")
        ends.append(ground.looks > before)
    assert ends == [False, False, True, True, True]


async def test_a_look_ends_with_the_first_certificate() -> None:
    """It is good through its last instant, for whoever comes."""
    ground = Ground()
    made, counts = looks(ground), []
    for ground.now in (NOW, END, END + timedelta(microseconds=1)):
        before = ground.looks
        await made.of("project")
        counts.append(ground.looks - before)
    assert counts[0] > 0
    assert counts[1] == 0
    assert counts[2] > 0


async def test_a_look_reaches_no_further_than_what_had_happened_when_it_began() -> None:
    """What comes meanwhile may be in one of its queries and not in another: it is not known yet."""
    ground = Ground()

    def meanwhile() -> None:
        ground.latest, ground.revision = 9, 9

    ground.meanwhile = meanwhile
    ground.revision = 3
    level = await looks(ground)._looked("project")
    assert (level.revision, level.parts[0].revision) == (5, 5)
