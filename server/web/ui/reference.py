"""The JSON API for people: the OpenAPI document as one page, with nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.web.openapi.document import document
from server.web.rest.bindings import bindings
from server.web.ui.pages import page

_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "pattern": "matches {}",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One parameter, or one property of a schema."""

    name: str
    kind: str
    """As ``array of string``."""
    schema: str
    """The schema that it is of, to link to; empty for none."""
    required: bool
    description: str
    limits: tuple[str, ...]
    values: tuple[str, ...]
    """What an enum may be."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One verb and path."""

    id: str
    verb: str
    path: str
    summary: str
    description: str
    parameters: tuple[Part, ...]
    takes: str
    """The schema of its body; empty for none."""
    gives: str
    kinds: tuple[str, ...]
    """Media types of its answer."""


async def show(request: Request) -> Response:
    """The page, for everybody."""
    groups, schemas, told = _reference()
    return page(request, "reference/show.html", groups=groups, schemas=schemas, told=told)


@cache
def _reference() -> tuple[dict[str, list[Operation]], dict[str, list[Part]], dict[str, str]]:
    """Operations by service, parts by schema, and what is said of services and schemas."""
    made = document(bindings(), version="")
    groups: dict[str, list[Operation]] = {}
    for path, verbs in made["paths"].items():
        for verb, each in verbs.items():
            groups.setdefault(each["tags"][0], []).append(_operation(verb, path, each))
    schemas = made["components"]["schemas"]
    told = {tag["name"]: tag["description"] for tag in made["tags"]}
    told |= {name: schema.get("description", "") for name, schema in schemas.items()}
    return groups, {name: list(_properties(schema)) for name, schema in schemas.items()}, told


def _operation(verb: str, path: str, told: dict[str, Any]) -> Operation:
    content = told["responses"]["200"]["content"]
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    parameters = (
        _part(each["name"], each | each["schema"], required=each.get("required", False))
        for each in told["parameters"]
    )
    return Operation(
        id=told["operationId"],
        verb=verb.upper(),
        path=path,
        summary=told["summary"],
        description=told["description"],
        parameters=tuple(parameters),
        takes=_referred(body),
        gives=_referred(next(iter(content.values()))["schema"]),
        kinds=tuple(content),
    )


def _properties(schema: dict[str, Any]) -> Iterator[Part]:
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        yield _part(name, each, required=name in required)


def _part(name: str, schema: dict[str, Any], *, required: bool) -> Part:
    item = schema.get("items", schema)
    return Part(
        name=name,
        kind=_kind(schema),
        schema=_referred(schema),
        required=required,
        description=schema.get("description", ""),
        limits=tuple(text.format(schema[word]) for word, text in _LIMITS.items() if word in schema),
        values=tuple(item.get("enum", ())),
    )


def _kind(schema: dict[str, Any]) -> str:
    if "items" in schema:
        return f"array of {_kind(schema['items'])}"
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "$ref" in schema:
        return _referred(schema)
    kind, form = schema.get("type", "any"), schema.get("format", "")
    return f"{kind} ({form})" if form else str(kind)


def _referred(schema: dict[str, Any]) -> str:
    """The name of the schema that another one is of, in a list or not, or null."""
    inner = schema.get("items") or next(iter(schema.get("anyOf", ())), schema)
    return str(inner.get("$ref", "")).rpartition("/")[2]


ROUTES = [Route("/docs", show, name="docs")]
