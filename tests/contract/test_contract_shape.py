from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

from tests.contract.walk import enums, fields_under, literal, messages, methods, permission, services

READING = ("Get", "List", "Search", "Watch", "WhoAmI")
CHANGING_AGAIN_AND_AGAIN = (
    "Update", "Delete", "Revoke", "Approve", "Reject", "Cancel", "Disable", "Enable", "Release", "Install",
)  # fmt: skip

each_method = pytest.mark.parametrize("method", methods(), ids=lambda method: method.name)
each_enum = pytest.mark.parametrize("enum", enums(), ids=lambda enum: enum.name)


def bindings(method: MethodDescriptor) -> Iterator[tuple[str, str, str]]:
    """Verb, path and body of each HTTP binding."""
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    for each in (rule, *rule.additional_bindings):
        verb = each.WhichOneof("pattern")
        if verb is not None:
            yield verb, str(getattr(each, verb)), each.body


def is_bidi(method: MethodDescriptor) -> bool:
    return bool(method.client_streaming)


@each_method
def test_each_method_names_its_permission(method: MethodDescriptor) -> None:
    """The permission is a noun and a verb in lowerCamelCase."""
    assert re.fullmatch(r"[a-z][a-zA-Z]*\.[a-z][a-zA-Z]*", permission(method))


@each_method
def test_each_method_has_messages_of_its_own(method: MethodDescriptor) -> None:
    """Request and response are named after the method, so no two methods share one."""
    assert (method.input_type.name, method.output_type.name) == (
        f"{method.name}Request",
        f"{method.name}Response",
    )


@each_method
def test_each_method_but_the_bulk_streams_has_an_http_binding(method: MethodDescriptor) -> None:
    """What HTTP can express it can be asked for over HTTP."""
    assert bool(list(bindings(method))) is not is_bidi(method)


@each_method
def test_the_idempotency_level_follows_the_verb(method: MethodDescriptor) -> None:
    """Reads have no side effects, changes of a state may be repeated, and creations may not."""
    expected = MethodOptions.IDEMPOTENCY_UNKNOWN
    if method.name.startswith(READING):
        expected = MethodOptions.NO_SIDE_EFFECTS
    elif method.name.startswith(CHANGING_AGAIN_AND_AGAIN):
        expected = MethodOptions.IDEMPOTENT
    assert method.GetOptions().idempotency_level == expected


@each_method
def test_each_method_that_makes_something_takes_a_request_id(method: MethodDescriptor) -> None:
    """A retry of what is not idempotent is safe; a bulk stream's items carry their own IDs."""
    if method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN:
        return
    assert any(field.name == "request_id" for field in fields_under(method.input_type))


@each_method
def test_each_path_variable_is_a_field_of_the_request(method: MethodDescriptor) -> None:
    """`{a.b}` in a path leads to a field, and so does a body that is not the whole request."""
    for _, path, body in bindings(method):
        for variable in re.findall(r"\{([^}]+)\}", path) + ([body] if body not in ("", "*") else []):
            assert field_at(method.input_type, variable) is not None


def field_at(message: Descriptor, path: str) -> FieldDescriptor | None:
    head, _, rest = path.partition(".")
    field = message.fields_by_name.get(head)
    if field is None or not rest:
        return field
    return field_at(field.message_type, rest) if field.message_type else None


def test_no_two_http_bindings_are_the_same() -> None:
    """Verb and path, whatever its variables are called, lead to one method."""
    keys = [(verb, re.sub(r"\{[^}]+\}", "{}", path)) for m in methods() for verb, path, _ in bindings(m)]
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_the_services_are_the_seven() -> None:
    """Each service is one privilege domain; a new one is a decision, not an accident."""
    assert sorted(service.name for service in services()) == [
        "AccessService",
        "CertificateAuthorityService",
        "CertificateRequestService",
        "CertificateService",
        "PolicyService",
        "ProfileService",
        "ProjectService",
    ]


@each_enum
def test_the_zero_of_each_enum_says_nothing(enum: EnumDescriptor) -> None:
    """Zero is what an absent field reads as."""
    assert enum.values_by_number[0].name.endswith("_UNSPECIFIED")


@each_enum
def test_each_value_that_travels_in_json_has_a_literal(enum: EnumDescriptor) -> None:
    """Every non-zero value of an enum that some message holds has a spelling for JSON."""
    if enum not in travelling_enums():
        return
    assert [value.name for value in enum.values if value.number and not literal(value).json] == []


@each_enum
def test_no_two_values_share_a_literal(enum: EnumDescriptor) -> None:
    """A spelling means one value."""
    spellings = [
        text for value in enum.values for text in (literal(value).json, *literal(value).alias) if text
    ]
    assert [text for text, count in Counter(spellings).items() if count > 1] == []


def travelling_enums() -> set[EnumDescriptor]:
    return {field.enum_type for message in messages() for field in message.fields if field.enum_type}
