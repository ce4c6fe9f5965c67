"""The routes are the contract's, all of them, and no GET changes anything."""

from __future__ import annotations

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import MethodOptions

from server.web.rest.bindings import Binding, bindings, services
from server.web.rest.paths import Paths

PATHS = Paths(bindings())
ALL = [method for service in services() for method in service.methods]


def test_every_rpc_without_a_client_stream_has_a_route() -> None:
    served = {each.method.full_name for each in bindings()}
    assert {method.full_name for method in ALL} - served == {
        method.full_name for method in ALL if method.client_streaming
    }


def test_every_annotation_is_a_route() -> None:
    rules = [m.GetOptions().Extensions[annotations_pb2.http] for m in ALL if not m.client_streaming]
    assert len(bindings()) == sum(1 + len(rule.additional_bindings) for rule in rules)


def test_a_get_leads_to_what_has_no_side_effects_only() -> None:
    levels = {each.method.GetOptions().idempotency_level for each in bindings() if each.verb == "GET"}
    assert levels == {MethodOptions.NO_SIDE_EFFECTS}


@pytest.mark.parametrize("binding", bindings(), ids=lambda each: f"{each.verb} {each.path}")
def test_a_path_with_values_leads_to_its_binding(binding: Binding) -> None:
    path = binding.path
    values = tuple(f"v{index}" for index, _ in enumerate(binding.variables))
    for name, value in zip(binding.variables, values, strict=True):
        path = path.replace(f"{{{name}}}", value)
    first = next(each for each in PATHS.matches(path) if each.binding.verb == binding.verb)
    assert first == (binding, values)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (
            "/api/v1/cert-manager/certificate-requests/watch",
            ["WatchCertificateRequests", "GetCertificateRequest"],
        ),
        ("/api/v1/cert-manager/certificates/a%2Fb", ["GetCertificate"]),
        ("/api/v1/cert-manager/certificates/", []),
        ("/api/v1/cert-manager/projects/slug/", []),
        ("/api/v1/cert-manager", []),
    ],
)
def test_a_path_means_what_its_literals_say_first(path: str, names: list[str]) -> None:
    assert [each.binding.method.name for each in PATHS.matches(path)] == names


def test_a_slash_in_a_value_is_a_value() -> None:
    [match] = PATHS.matches("/api/v1/cert-manager/certificates/a%2Fb")
    assert match.values == ("a/b",)
