from __future__ import annotations

import json
from typing import Any

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

from buf.validate import validate_pb2
from certmanager.v1 import errors_pb2
from server.api.descriptors import rules
from server.errors import Nature, Reason
from tests.contract.walk import PACKAGE, PROTOS, methods, services


def test_the_reasons_are_those_of_the_server() -> None:
    """ErrorReason without prefix and zero equals the domain's Reason, one for one."""
    assert contract_names(errors_pb2.ErrorReason.DESCRIPTOR, "ERROR_REASON_") == {
        reason.name for reason in Reason
    }


def test_a_reason_is_spelled_as_it_is_named() -> None:
    """What goes into ErrorInfo.reason is the contract's name."""
    assert [reason for reason in Reason if reason.name != reason.value] == []


def test_the_natures_are_those_of_the_server() -> None:
    """ViolationNature without prefix and zero equals the domain's Nature."""
    assert contract_names(errors_pb2.ViolationNature.DESCRIPTOR, "VIOLATION_NATURE_") == {
        nature.name for nature in Nature
    }


def contract_names(enum: EnumDescriptor, prefix: str) -> set[str]:
    return {value.name.removeprefix(prefix) for value in enum.values} - {"UNSPECIFIED"}


def configured() -> list[dict[str, object]]:
    """The entries of the client service configuration."""
    return list(json.loads((PROTOS / "service_config.json").read_text())["methodConfig"])


def named(entry: dict[str, object]) -> set[tuple[str, str | None]]:
    found = entry["name"]
    assert isinstance(found, list)
    return {(name["service"], name.get("method")) for name in found}


def test_the_service_config_names_every_service() -> None:
    """Clients retry on every service."""
    assert named(configured()[0]) == {(service.full_name, None) for service in services()}


def test_the_service_config_sets_no_deadline_on_streams() -> None:
    """Every stream has the entry that waits for readiness and has no timeout."""
    endless = next(entry for entry in configured() if entry.get("waitForReady"))
    streams = {(m.containing_service.full_name, m.name) for m in methods() if m.server_streaming}
    assert named(endless) == streams
    assert "timeout" not in endless


def test_the_service_config_watches_a_service_that_exists() -> None:
    """The health check asks for a service of the contract."""
    name = json.loads((PROTOS / "service_config.json").read_text())["healthCheckConfig"]["serviceName"]
    assert name.startswith(PACKAGE)
    assert name in {service.full_name for service in services()}


def test_the_service_config_retries_nothing_that_a_retry_would_do_twice() -> None:
    """It cannot know which calls have a ``request_id``: of those that create, it retries those that must."""
    creating = {
        (method.containing_service.full_name, method.name): _needs_request_id(method)
        for method in methods()
        if method.GetOptions().idempotency_level == MethodOptions.IDEMPOTENCY_UNKNOWN
        and not method.server_streaming
    }
    unrepeated = set().union(*(named(entry) for entry in configured() if "retryPolicy" not in entry))
    assert {call: call not in unrepeated for call in creating} == creating


def _needs_request_id(method: Any) -> bool:
    field = method.input_type.fields_by_name.get("request_id")
    return field is not None and rules(field).ignore != validate_pb2.IGNORE_IF_ZERO_VALUE
