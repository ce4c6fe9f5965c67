"""The request of an RPC, put together of the path, the query, the body and the headers of an HTTP request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from server.web.rest.bindings import Binding
from server.web.rest.documents import Document
from server.web.rest.faults import Fault, Faults, Malformed, shortened
from server.web.rest.leaves import BadLeaf, is_leaf, leaf_of_text
from server.web.rest.reading import fields_of, read, rival, take

REQUEST_ID: Final = "request_id"
_MASK: Final = "update_mask"
_ETAG: Final = "etag"
"""Says which version is meant; no update changes it."""


def asked(
    binding: Binding,
    *,
    path: Sequence[str],
    query: Iterable[tuple[str, str]],
    document: Any,
    keys: Iterable[str] = (),
) -> Message:
    """The request that all of it makes. Raises Malformed with all that is wrong.

    path      what stands in the path for each of the binding's variables
    document  what the body spells, an empty object if there is none
    keys      the idempotency keys of the headers
    """
    faults = Faults()
    message: Message = GetMessageClass(binding.takes)()
    _read_body(binding, document, message, faults)
    for name, text in zip(binding.variables, path, strict=True):
        _place(message, name.split("."), text, faults)
    _read_query(binding, query, message, faults)
    for key in keys:
        if REQUEST_ID in binding.takes.fields_by_name:
            _place(message, [REQUEST_ID], key.strip('"'), faults)
    if faults.count:
        raise Malformed(faults.status())
    _derive_mask(binding, document, message)
    return message


def _read_body(binding: Binding, document: Any, message: Message, faults: Faults) -> None:
    if binding.body in {"", "*"}:
        read(document, message, faults)
        return
    part = getattr(message, binding.body)
    part.SetInParent()
    read(document, part, faults, path=f"{binding.body}.")


def _read_query(binding: Binding, query: Iterable[tuple[str, str]], message: Message, faults: Faults) -> None:
    """Everything that is neither in the path nor, with a body, meant to be there."""
    seen: set[str] = set()
    for name, text in query:
        path = _contract_path(message, name) if binding.body != "*" else None
        if path is None or path[0] == binding.body:
            told = "there is no such field in the query"
            faults.add(Fault(shortened(name), "FIELD_UNKNOWN", told))
            continue
        whole = ".".join(path)
        _place(message, path, text, faults, is_first=whole not in seen)
        seen.add(whole)


def _contract_path(message: Message, name: str) -> list[str] | None:
    """The names in the contract along a dotted path of either spelling; None if it leads nowhere."""
    descriptor: Any = message.DESCRIPTOR
    path: list[str] = []
    for part in name.split("."):
        field = fields_of(descriptor).get(part) if descriptor is not None else None
        if field is None or (field.is_repeated and path and field.message_type is not None):
            return None
        path.append(field.name)
        descriptor = None if field.is_repeated else field.message_type
    return path


def _place(message: Any, path: Sequence[str], text: str, faults: Faults, *, is_first: bool = True) -> None:
    """Write a text where the path leads, unless something else stands there already."""
    whole = ".".join(path)
    for name in path[:-1]:
        if _told_rival(message, message.DESCRIPTOR.fields_by_name[name], whole, faults):
            return
        message = getattr(message, name)
    field = message.DESCRIPTOR.fields_by_name[path[-1]]
    if _told_rival(message, field, whole, faults):
        return
    if not is_leaf(field):
        faults.add(Fault(whole, "TYPE_MISMATCH", "is no single value: it goes into a body"))
        return
    try:
        value = leaf_of_text(field, text)
    except BadLeaf as error:
        faults.add(error.at(whole, text))
        return
    if field.is_repeated:
        getattr(message, field.name).append(value)
    elif not is_first:
        faults.add(Fault(whole, "FIELD_TWICE", "the field stands twice"))
    elif _stands(message, field) and getattr(message, field.name) != value:
        faults.add(Fault(whole, "FIELD_CONTRADICTED", "two parts of the request say two things", text))
    else:
        take(message, field, value)


def _told_rival(message: Message, field: FieldDescriptor, whole: str, faults: Faults) -> bool:
    other = rival(message, field)
    if other:
        faults.add(Fault(whole, "ONEOF_TWICE", f"only one of {other} and {field.name} may be set"))
    return bool(other)


def _stands(message: Message, field: FieldDescriptor) -> bool:
    return message.HasField(field.name) if field.has_presence else bool(getattr(message, field.name))


def _derive_mask(binding: Binding, document: Any, message: Message) -> None:
    """Without a mask, a PATCH changes what its body names, to the depth that it names it (RFC 7396).

    So ``null`` clears a field, and what is not named stays.
    """
    field = binding.takes.fields_by_name.get(_MASK)
    if field is None or binding.body in {"", "*"} or message.HasField(_MASK):
        return
    part = getattr(message, binding.body)
    given = {name.removeprefix(f"{binding.body}.") for name in binding.variables} | {_ETAG}
    paths = [path for path in _named(document, part) if path not in given]
    getattr(message, _MASK).paths.extend(paths)


def _named(document: Document, message: Message) -> Iterator[str]:
    for name, value in document.items():
        field = fields_of(message.DESCRIPTOR)[name]
        if isinstance(value, Document) and value:
            yield from (f"{field.name}.{rest}" for rest in _named(value, getattr(message, field.name)))
        else:
            yield field.name
