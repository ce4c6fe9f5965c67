"""Which requests of a project somebody watches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from server.store.queries.certificate_query import Realm
from server.store.queries.request_query import RequestFilter


class OfProfile(Protocol):
    """A request, or a change of one: what it belongs to never changes."""

    @property
    def project_id(self) -> str | None:
        """The project."""

    @property
    def profile_id(self) -> str | None:
        """The profile."""

    @property
    def requester_id(self) -> str | None:
        """Who asked for it."""


class Step(OfProfile, Protocol):
    """A change of a request."""

    @property
    def old_state(self) -> str | None:
        """The state before it; None of what was not there."""

    @property
    def new_state(self) -> str | None:
        """The state after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The requests of a project; what is empty does not matter."""

    project_id: str
    profile_id: str = ""
    requester_id: str = ""
    states: frozenset[str] = frozenset()

    def wants(self, state: str | None) -> bool:
        """Whether a request in a state belongs to it; None, the state of what was not there, never does."""
        return state is not None and (not self.states or state in self.states)

    def is_touched(self, change: Step) -> bool:
        """Whether a request comes, goes or stays by a change; if not, nobody who watches is told of it."""
        here = all(getattr(change, name) == value for name, value in self.place.items())
        return here and (self.wants(change.old_state) or self.wants(change.new_state))

    @property
    def place(self) -> Mapping[str, object]:
        """What never changes, as columns of a request and of a change alike."""
        columns = {
            "project_id": self.project_id,
            "profile_id": self.profile_id,
            "requester_id": self.requester_id,
        }
        return {name: value for name, value in columns.items() if value}

    @property
    def filter(self) -> RequestFilter:
        """The requests that belong to it now, in its project."""
        return RequestFilter(
            profile_ids=frozenset(filter(None, (self.profile_id,))),
            requester_ids=frozenset(filter(None, (self.requester_id,))),
            states=self.states,
        )

    @property
    def text(self) -> bytes:
        """The same for equal queues, and for no others."""
        asked = (self.project_id, self.profile_id, self.requester_id, sorted(self.states))
        return b"requests\0" + json.dumps(asked).encode()


def text_of(realms: Iterable[Realm]) -> bytes:
    """The same for equal views, and for no others."""
    return json.dumps(sorted((r.project_id, r.profile_id, r.requester_id) for r in realms)).encode()


def is_within(realms: Iterable[Realm], one: OfProfile) -> bool:
    """Whether what belongs to the realms' project can be seen in one of them."""
    return any(
        realm.profile_id in ("", one.profile_id) and realm.requester_id in ("", one.requester_id)
        for realm in realms
    )
