"""The OpenAPI 3.1 document of the JSON API, made of its routes and of the contract's comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from server.web.openapi.comments import comment
from server.web.openapi.rules import is_required, rules_of
from server.web.openapi.schemas import Schema, Schemas
from server.web.rest.bindings import Binding, field_at

_INTRODUCTION = (
    "Each operation is an RPC of the gRPC service, by the same rules. Requests take enum values in several"
    " spellings, answers use one. A refusal is a google.rpc.Status whose details name every field and rule"
    " that is broken."
)
_STREAMS = ("application/x-ndjson", "text/event-stream")
_DEEPEST = 3
"""How far into messages query parameters reach."""


def document(bindings: Iterable[Binding], *, version: str) -> dict[str, Any]:
    """The whole document, ready to be written as JSON."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    services = {}
    for binding in bindings:
        services[binding.method.containing_service.name] = binding.method.containing_service
        path = paths.setdefault(shown_path(binding), {})
        path[binding.verb.lower()] = _operation(binding, schemas, seen=paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": "certmanager", "version": version, "description": _INTRODUCTION},
        "tags": [{"name": name, "description": comment(each.full_name)} for name, each in services.items()],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": {"Status": _status()} | dict(sorted(schemas.components.items())),
            "responses": {"Refused": _refused()},
            "securitySchemes": _security(),
        },
    }


def shown_path(binding: Binding) -> str:
    """The template with each variable by its last name only: tools make names of them, which have no dots."""
    path = binding.path
    for name in binding.variables:
        path = path.replace(f"{{{name}}}", f"{{{_field(binding, name).json_name}}}")
    return path


def _operation(binding: Binding, schemas: Schemas, *, seen: dict[str, Any]) -> dict[str, Any]:
    method = binding.method
    summary, _, rest = comment(method.full_name).partition("\n\n")
    told: dict[str, Any] = {
        "operationId": _operation_id(method, seen),
        "tags": [method.containing_service.name],
        "summary": _first_sentence(summary),
        "description": "\n\n".join(filter(None, (summary, rest))),
        "parameters": [*_in_path(binding, schemas), *_in_query(binding, schemas), *_in_header(method)],
        "responses": {"200": _answer(method, schemas), "default": {"$ref": "#/components/responses/Refused"}},
    }
    if binding.body:
        schema = _body(binding, schemas)
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return told


def _operation_id(method: MethodDescriptor, seen: dict[str, Any]) -> str:
    """The RPC's name; where it has several paths, with a number."""
    taken = {each["operationId"] for path in seen.values() for each in path.values()}
    name, number = str(method.name), 1
    while name in taken:
        number += 1
        name = f"{method.name}{number}"
    return name


def _first_sentence(text: str) -> str:
    sentence, dot, _ = text.partition(". ")
    return sentence + dot.strip()


def _body(binding: Binding, schemas: Schemas) -> Schema:
    if binding.body != "*":
        return schemas.field(_field(binding, binding.body), reads=True)
    elsewhere = {*map(_top, binding.variables), *_rivals(binding)}
    return schemas.body(binding.takes, without=frozenset(elsewhere))


def _in_path(binding: Binding, schemas: Schemas) -> Iterator[dict[str, Any]]:
    for name in binding.variables:
        field = _field(binding, name)
        yield {"name": field.json_name, "in": "path", "required": True, **_told(schemas, field)}


def _in_query(binding: Binding, schemas: Schemas) -> Iterator[dict[str, Any]]:
    """Every field that neither the path nor the body holds, as far as a query can spell it."""
    if binding.body == "*":
        return
    elsewhere = {binding.body, *binding.variables, *_rivals(binding)}
    for path in _leaves(binding.takes):
        if path in elsewhere or _top(path) in elsewhere:
            continue
        field = _field(binding, path)
        name = ".".join(_field(binding, above).json_name for above in accumulate(path.split("."), _dotted))
        required = {"required": True} if field.name == path and is_required(rules_of(field)) else {}
        yield {"name": name, "in": "query", **required, **_told(schemas, field)}


def _rivals(binding: Binding) -> set[str]:
    """Fields that cannot be given beside the path's: the other alternatives of a oneof."""
    taken = set(map(_top, binding.variables))
    oneofs = [binding.takes.fields_by_name[name].containing_oneof for name in taken]
    return {each.name for oneof in oneofs if oneof for each in oneof.fields} - taken


def _leaves(message: Descriptor, above: tuple[str, ...] = ()) -> Iterator[str]:
    for field in message.fields:
        names, inner = (*above, field.name), field.message_type
        if inner is None or inner.full_name.startswith("google.protobuf."):
            yield ".".join(names)
        elif not field.is_repeated and len(names) < _DEEPEST:
            yield from _leaves(inner, names)


def _field(binding: Binding, path: str) -> FieldDescriptor:
    found = field_at(binding.takes, path)
    assert found is not None, "bindings are proven when they are read"
    return found


def _top(path: str) -> str:
    return path.partition(".")[0]


def _dotted(above: str, name: str) -> str:
    return f"{above}.{name}"


def _told(schemas: Schemas, field: FieldDescriptor) -> dict[str, Any]:
    schema = schemas.field(field, reads=True)
    description = schema.pop("description", "")
    return {"schema": schema} | ({"description": description} if description else {})


def _in_header(method: MethodDescriptor) -> Iterator[dict[str, Any]]:
    field = method.input_type.fields_by_name.get("request_id")
    if field is not None:
        schema = {"type": "string", "format": "uuid"}
        yield {
            "name": "Idempotency-Key", "in": "header", "schema": schema,
            "description": "The same as `requestId`. " + comment(field.full_name),
        }  # fmt: skip


def _answer(method: MethodDescriptor, schemas: Schemas) -> dict[str, Any]:
    schema = schemas.answer(method.output_type)
    kinds = _STREAMS if method.server_streaming else ("application/json",)
    described = "One message after another, each of this form." if method.server_streaming else "The answer."
    return {"description": described, "content": {kind: {"schema": schema} for kind in kinds}}


def _refused() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Status"}
    return {
        "description": "The request was refused, or failed.",
        "headers": {
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait before a retry."},
            "WWW-Authenticate": {"schema": {"type": "string"}, "description": "With 401."},
        },
        "content": {"application/json": {"schema": schema}},
    }


def _status() -> Schema:
    detail = {"type": "object", "properties": {"@type": {"type": "string"}}, "required": ["@type"]}
    return {
        "type": "object",
        "description": "google.rpc.Status: why a request was not answered.",
        "properties": {
            "code": {"type": "integer", "description": "The code of google.rpc.Code."},
            "message": {"type": "string", "description": "A sentence for people."},
            "details": {
                "type": "array",
                "items": detail,
                "description": "google.rpc.ErrorInfo with the stable reason, BadRequest and"
                " PreconditionFailure with the broken rules, RetryInfo, and others.",
            },
        },
        "required": ["code", "message", "details"],
    }


def _security() -> dict[str, Any]:
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "An access token: `cm_…`."},
        "session": {
            "type": "apiKey", "in": "cookie", "name": "__Host-certmanager",
            "description": "The cookie of a browser that is signed in (`certmanager` without HTTPS). What is"
            " not a GET needs the header X-CSRF-Token besides.",
        },
    }  # fmt: skip
