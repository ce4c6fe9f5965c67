"""The contract's rules as violations of the domain."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from buf.validate import validate_pb2
from certmanager.v1 import certificate_service_pb2
from server.api.startup import StartupError
from server.api.validation import prepare, violations
from server.errors import Nature
from tests.api.echoing import UUID, asking


def test_good_request_breaks_nothing() -> None:
    """No violations is an empty tuple."""
    assert violations(asking()) == ()


def test_violation_names_field_rule_and_value() -> None:
    """Path in the contract's own names, rule in UPPER_SNAKE_CASE, nature FORM."""
    (found,) = violations(asking("nope"))
    assert (found.field, found.rule, found.value, found.nature) == (
        "profile_id",
        "STRING_UUID",
        "nope",
        Nature.FORM,
    )
    assert found.message


def test_path_of_a_list_item_has_its_index() -> None:
    """As AIP-193 writes it."""
    request = asking(attributes={"alt_names": [{"type": 1, "value": "a"}, {"type": 1, "value": ""}]})
    assert [each.field for each in violations(request)] == ["attributes.alt_names[1].value"]


def test_unknown_enum_value_is_a_violation() -> None:
    """A newer client's value is refused, not a crash; its number is told."""
    request = asking()
    request.attributes.key_usages.append(77)
    (found,) = violations(request)
    assert (found.field, found.value) == ("attributes.key_usages[0]", "77")


@pytest.mark.parametrize(
    "csr",
    [
        "garbage-canary" * 9_000,
        "x -----BEGIN CERTIFICATE REQUEST-----" + "canary" * 20_000,
        "-----BEGIN X-----" + "canary" * 20_000,
    ],
)
def test_body_of_a_csr_is_never_quoted(csr: str) -> None:
    """It is long, and may be a key pasted by mistake."""
    found = violations(asking(csr=csr))
    assert found
    assert not any("canary" in each.value + each.message for each in found)


def test_key_pasted_into_any_field_is_never_quoted() -> None:
    """PEM in a field of another kind does not come back."""
    assert "canary" not in str(violations(asking("-----BEGIN PRIVATE KEY-----canary")))


def test_value_is_cut() -> None:
    """At most 256 characters of what was sent come back."""
    (found,) = violations(asking("v" * 1000))
    assert found.value == "v" * 256


def test_value_of_a_redacted_field_is_never_quoted() -> None:
    """Not of the field, and not of anything inside it."""
    message = _secretive()(password="canary", inner={"text": "canary"}, named={"canary-key": "canary"})
    found = violations(message)
    assert {each.field for each in found} == {"password", "inner.text", 'named["canary-key"]'}
    assert "canary" not in "".join(each.value for each in found)


def test_wrong_rule_refuses_to_start() -> None:
    """A contract whose rules do not compile is found at start-up, and named."""
    with pytest.raises(StartupError, match=r"certmanager\.test\.Wrong"):
        prepare(_wrong())


@given(st.binary(max_size=300))
def test_whatever_parses_can_be_validated(octets: bytes) -> None:
    """No message makes the check itself fail."""
    request = certificate_service_pb2.IssueCertificateRequest(profile_id=UUID)
    try:
        request.MergeFromString(octets)
    except Exception:  # noqa: BLE001 - only what parses is of interest
        return
    violations(request)


_rules: Any = validate_pb2.field


def _file(name: str) -> descriptor_pb2.FileDescriptorProto:
    return descriptor_pb2.FileDescriptorProto(
        name=f"certmanager/test/{name}.proto",
        package="certmanager.test",
        syntax="proto3",
        dependency=["buf/validate/validate.proto"],
    )


def _limit(field: descriptor_pb2.FieldDescriptorProto) -> None:
    field.options.Extensions[_rules].string.max_len = 1


def _secretive() -> Any:
    file = _file("secretive")
    inner = file.message_type.add(name="Inner")
    _limit(inner.field.add(name="text", number=1, type=9, label=1))
    message = file.message_type.add(name="Secretive")
    password = message.field.add(name="password", number=1, type=9, label=1)
    _limit(password)
    nested = message.field.add(name="inner", number=2, type=11, label=1, type_name=".certmanager.test.Inner")
    password.options.debug_redact = nested.options.debug_redact = True
    entry = message.nested_type.add(name="NamedEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=9, label=1)
    entry.field.add(name="value", number=2, type=9, label=1)
    named = message.field.add(
        name="named", number=3, type=11, label=3, type_name=".certmanager.test.Secretive.NamedEntry"
    )
    named.options.debug_redact = True
    named.options.Extensions[_rules].map.values.string.max_len = 1
    named.options.Extensions[_rules].map.max_pairs = 2
    return _class(file, "Secretive")


def _wrong() -> Any:
    file = _file("wrong")
    message = file.message_type.add(name="Wrong")
    field = message.field.add(name="text", number=1, type=9, label=1)
    field.options.Extensions[_rules].int32.gte = 1
    return _class(file, "Wrong")


def _class(file: descriptor_pb2.FileDescriptorProto, name: str) -> Any:
    pool = descriptor_pool.Default()
    try:
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"certmanager.test.{name}"))
    except KeyError:
        pool.Add(file)
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"certmanager.test.{name}"))
