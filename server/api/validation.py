"""The rules of form that stand in the contract, checked on a message."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import protovalidate

from server.api.shape import prepare_shape, settle
from server.api.startup import StartupError
from server.errors import Nature, Violation

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor
    from google.protobuf.message import Message

_VALUE_CHARACTERS = 256
_KEY_CHARACTERS = 64
_NOT_A_VALUE = ""
# Public, but long and of no use in an error: PEM and DER bodies.
_BODIES = frozenset({"csr", "certificate", "certificate_chain", "issuing_ca_certificate"})
_PEM = "-----BEGIN"
# An evaluation has a budget, and may fail on values that no rule foresaw: the client's fault, not ours.
_NOT_EVALUABLE = Violation(
    field="",
    rule="RULE_NOT_EVALUABLE",
    message="the rules of the contract cannot be evaluated on this request",
    nature=Nature.FORM,
)


class Checked(NamedTuple):
    """One message of a client's stream and the rules of form that it breaks."""

    message: Any
    violations: tuple[Violation, ...]


def prepare(message_class: type[Message]) -> None:
    """Compiles the rules of a message ahead of the first call.

    Raises ``StartupError`` if they are wrong, or leave out how long a list may be.
    """
    descriptor: Any = message_class.DESCRIPTOR
    prepare_shape(descriptor)
    try:
        protovalidate.collect_violations(message_class())
    except (protovalidate.CompilationError, protovalidate.EvaluationError) as error:
        name = message_class.DESCRIPTOR.full_name
        raise StartupError(f"the rules of {name} in the contract are wrong") from error


def violations(message: Message) -> tuple[Violation, ...]:
    """Every rule of form that the message breaks; the contract's in its order, then those of times.

    The message's ids are in lower case afterwards. Raises Invalid if a list is
    too long: nothing may look at such a message.
    """
    wrong = settle(message)
    try:
        found = protovalidate.collect_violations(message)
    except protovalidate.EvaluationError:
        return (_NOT_EVALUABLE, *wrong)
    if not found:
        return wrong
    descriptor: Any = message.DESCRIPTOR
    return (*(_violation(each, descriptor) for each in found), *wrong)


def _violation(found: protovalidate.Violation, descriptor: Descriptor) -> Violation:
    proto = found.proto
    elements = proto.field.elements if proto.field else ()
    return Violation(
        field=_path(elements),
        rule=proto.rule_id.replace(".", "_").upper(),
        message=proto.message or "must follow the rule",
        value=_value(found.field_value, elements, descriptor),
        nature=Nature.FORM,
    )


def _path(elements: Iterable[protovalidate.FieldPathElementPb]) -> str:
    """The path as AIP-193 writes it: ``attributes.alt_names[2].value``."""
    return ".".join(each.field_name + _subscript(each) for each in elements)


def _subscript(element: protovalidate.FieldPathElementPb) -> str:
    if element.subscript is None:
        return ""
    key = element.subscript.value
    return f"[{json.dumps(key[:_KEY_CHARACTERS]) if isinstance(key, str) else key}]"


def _value(
    value: object, elements: Iterable[protovalidate.FieldPathElementPb], descriptor: Descriptor
) -> str:
    if not isinstance(value, str | int | float) or _is_secret(elements, descriptor):
        return _NOT_A_VALUE
    text = str(value)
    return _NOT_A_VALUE if _PEM in text else text[:_VALUE_CHARACTERS]


def _is_secret(elements: Iterable[protovalidate.FieldPathElementPb], descriptor: Descriptor | None) -> bool:
    """Whether the path leads to, or through, a field that must not be shown; if in doubt, it does."""
    for element in elements:
        field = descriptor.fields_by_name.get(element.field_name) if descriptor else None
        if field is None or field.GetOptions().debug_redact or field.name in _BODIES:
            return True
        descriptor = field.message_type
    return False
