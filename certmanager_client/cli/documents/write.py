"""From a message to the YAML that states it, and that reads back as the same message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager_client import literals
from certmanager_client.cli.terminal.times import write_span

_UNFOLDED = 2**20
"""Columns: a long pattern stays on its line, so that a diff shows it whole."""


def to_yaml(value: object) -> str:
    """Plain values as YAML whose texts no reader takes for anything else: the country stays 'NO'."""
    text = yaml.dump(
        value, Dumper=_Blocks, sort_keys=False, allow_unicode=True, default_flow_style=False, width=_UNFOLDED
    )
    return str(text)


def plain(
    message: Message,
    *,
    names: Mapping[str, str] | None = None,
    without: frozenset[str] = frozenset(),
    always: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The message as plain values, spelled as documents spell them, its fields in the contract's order.

    ``names`` are other keys for top-level fields, as ``ca`` for ``ca_id``;
    ``without`` are fields to leave out, ``always`` such as are written even where they say nothing.
    """
    present = {one.name for one, _ in message.ListFields()} | always
    return {
        (names or {}).get(one.name, one.name): _plain_field(one, getattr(message, one.name))
        for one in message.DESCRIPTOR.fields
        if one.name in present - without
    }


def _plain_field(one: Any, value: Any) -> Any:
    if one.is_repeated:
        return [_plain_value(one, item) for item in value]
    return _plain_value(one, value)


def _plain_value(one: Any, value: Any) -> Any:
    if one.enum_type is not None:
        return literals.spelling(one.enum_type, value)
    if isinstance(value, Duration):
        return write_span(value)
    if isinstance(value, Timestamp):
        return value.ToJsonString()
    return plain(value) if isinstance(value, Message) else value


class _Blocks(yaml.SafeDumper):
    """Block style with lists set in, and no anchors: what stands twice is written twice."""

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's own signature
        super().increase_indent(flow, False)


def _represent_text(dumper: _Blocks, text: str) -> yaml.ScalarNode:
    """Lines as a block; between double quotes what the plainer styles would fold, as U+0085."""
    lines = text.split("\n")
    style = None if text.isprintable() else '"'
    if len(lines) > 1 and all(line.isprintable() and line == line.strip() for line in lines):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Blocks.add_representer(str, _represent_text)
