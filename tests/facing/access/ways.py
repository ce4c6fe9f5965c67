"""RPCs as HTTP requests, put together from the contract's annotations anew, not by the server's code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from tests.access.people import RPCS

_HTTP: Any = annotations_pb2.http
_VARIABLE = re.compile(r"\{([a-z_.]+)\}")

HTTP_STATUS = {
    "OK": 200,
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
}
"""What the codes of the matrix are over HTTP, as google/rpc/code.proto has them."""


@dataclass(frozen=True, slots=True)
class Way:
    """A verb and a path of the contract."""

    rpc: str
    verb: str
    path: str
    body: str

    @property
    def variables(self) -> list[str]:
        return _VARIABLE.findall(self.path)

    def request(self, message: Message) -> dict[str, Any]:
        """What httpx2 needs to ask what the message asks."""
        said = MessageToDict(message, preserving_proto_field_name=True)
        path = _VARIABLE.sub(lambda match: quote(str(_taken(said, match[1])), safe=""), self.path)
        made: dict[str, Any] = {"method": self.verb, "url": path}
        if self.body == "*":
            made["json"] = said
        elif self.body:
            made["json"] = said.pop(self.body, {})
        if self.body != "*":
            made["params"] = dict(_flat(said))
        return made

    def empty_request(self) -> dict[str, Any]:
        """One that says nothing: what must stand in the path is no id of anything."""
        made: dict[str, Any] = {"method": self.verb, "url": _VARIABLE.sub("-", self.path)}
        return made | ({"json": {}} if self.body else {})

    def fits(self, message: Message) -> bool:
        """Whether the message says what the path needs."""
        said = MessageToDict(message, preserving_proto_field_name=True)
        return all(_found(said, name) is not None for name in self.variables)


def ways() -> list[Way]:
    """Each verb and path of the contract."""
    return [way for rpc, method in RPCS.items() for way in _ways(rpc, method)]


def _ways(rpc: str, method: MethodDescriptor) -> list[Way]:
    options: Any = method.GetOptions()
    if not options.HasExtension(_HTTP):
        return []
    first = options.Extensions[_HTTP]
    found = []
    for rule in (first, *first.additional_bindings):
        verb = rule.WhichOneof("pattern")
        found.append(Way(rpc, verb.upper(), getattr(rule, verb), rule.body))
    return found


WAYS: dict[str, list[Way]] = {}
"""The ways to each annotated RPC, the first the one that documents name."""
for _way in ways():
    WAYS.setdefault(_way.rpc, []).append(_way)


def way_of(rpc: str, message: Message) -> Way:
    """The first way that the message can go."""
    return next(way for way in WAYS[rpc] if way.fits(message))


def _found(said: Any, path: str) -> Any:
    for name in path.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    return said


def _taken(said: dict[str, Any], path: str) -> Any:
    """The value at a path, which is then no longer there."""
    *parents, last = path.split(".")
    for name in parents:
        said = said[name]
    return said.pop(last)


def _flat(said: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """The fields of a query, by dotted names."""
    found: list[tuple[str, str]] = []
    for name, value in said.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}.")
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            found.append((prefix + name, text))
    return found
