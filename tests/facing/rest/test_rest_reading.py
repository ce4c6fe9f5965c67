"""JSON goes in and out of every message of the contract; whatever goes in, the reader only tells faults."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from hypothesis import strategies as st

from certmanager.v1 import certificate_pb2, certificate_service_pb2, profile_pb2, x509_pb2
from server.web.literals import UnknownLiteral, number, spelling, spellings
from server.web.rest.asked import asked
from server.web.rest.bindings import Binding, bindings
from server.web.rest.documents import document
from server.web.rest.faults import Faults, Malformed
from server.web.rest.reading import read
from server.web.rest.writing import encoded, plain

ENUMS = [
    enum
    for module in (certificate_pb2, x509_pb2, profile_pb2)
    for enum in module.DESCRIPTOR.enum_types_by_name.values()
]
TAKEN = sorted({each.takes.full_name for each in bindings()})
BY_NAME = {each.takes.full_name: each.takes for each in bindings()}
BODIES = [each for each in bindings() if each.body]
PATCH = next(each for each in bindings() if each.method.name == "UpdateCertificateProfile")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


def messages(descriptor: Descriptor, depth: int = 0) -> st.SearchStrategy[Message]:
    """Messages of a type, with any values that JSON can spell."""

    @st.composite
    def made(draw: st.DrawFn) -> Message:
        empty = GetMessageClass(descriptor)()
        message: Any = empty
        for field in (
            draw(st.lists(st.sampled_from(list(descriptor.fields)), max_size=6)) if descriptor.fields else ()
        ):
            if field.containing_oneof and message.WhichOneof(field.containing_oneof.name):
                continue
            if field.is_repeated:
                message.ClearField(field.name)
            one = _value(field, depth)
            value = draw(st.lists(one, max_size=2) if field.is_repeated else one)
            if value is None:
                continue
            if field.is_repeated:
                getattr(message, field.name).extend(each for each in value if each is not None)
            elif field.message_type:
                getattr(message, field.name).CopyFrom(value)
            else:
                setattr(message, field.name, value)
        return empty

    return made()


def _value(field: Any, depth: int) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        name = field.message_type.full_name
        if name == "google.protobuf.Timestamp":
            kind = GetMessageClass(field.message_type)
            millis = st.integers(-62_135_596_800, 253_402_300_799)
            return st.builds(lambda s, n: kind(seconds=s, nanos=n * 10**6), millis, st.integers(0, 999))
        if name == "google.protobuf.Duration":
            return st.builds(lambda s: GetMessageClass(field.message_type)(seconds=s), st.integers(0, 10**9))
        if name.startswith("google.") or depth > 3:
            return st.none()
        return messages(field.message_type, depth + 1)
    if field.enum_type is not None:
        return st.sampled_from([each.number for each in field.enum_type.values if each.number])
    return {
        "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        "bool": st.booleans(),
        "bytes": st.binary(max_size=5),
        "int32": st.integers(-(2**31), 2**31 - 1),
        "int64": st.integers(-(2**63), 2**63 - 1),
    }[_KINDS[field.type]]


_KINDS = {9: "string", 8: "bool", 12: "bytes", 5: "int32", 3: "int64"}


@pytest.mark.parametrize("name", TAKEN)
def test_a_message_comes_back_from_its_json(name: str) -> None:
    """Nothing is lost, and nothing is taken for another thing."""

    @settings(max_examples=8, deadline=None)
    @given(messages(BY_NAME[name]))
    def proven(message: Message) -> None:
        faults, again = Faults(), type(message)()
        read(document(encoded(message)), again, faults)
        assert faults.shown == []
        assert again == message

    proven()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BODIES), st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_sent_is_read_or_refused(binding: Binding, body: bytes) -> None:
    _read_or_refuse(binding, body)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BODIES), st.data())
def test_any_value_in_any_field_is_read_or_refused(binding: Binding, data: st.DataObject) -> None:
    fields = data.draw(st.lists(st.sampled_from(list(binding.takes.fields)), max_size=3))
    body = json.dumps({field.json_name: data.draw(JSON) for field in fields}).encode()
    _read_or_refuse(binding, body)


def _read_or_refuse(binding: Binding, body: bytes) -> None:
    """Fails by any other exception."""
    with suppress(Malformed):
        asked(binding, path=["x"] * len(binding.variables), query=[], document=document(body))


@pytest.mark.parametrize("enum", ENUMS, ids=lambda each: each.name)
def test_a_value_is_read_in_all_its_spellings(enum: EnumDescriptor) -> None:
    for value in enum.values[1:]:
        assert number(enum, spelling(enum, value.number)) == number(enum, value.name) == value.number
    assert len(spellings(enum)) == len(enum.values) - (not spelling(enum, 0))


@pytest.mark.parametrize(
    ("enum", "text", "name"),
    [
        (profile_pb2.EnrollmentType.DESCRIPTOR, "api", "ENROLLMENT_TYPE_API"),
        (profile_pb2.EnrollmentType.DESCRIPTOR, "API", "ENROLLMENT_TYPE_API"),
        (x509_pb2.AltNameType.DESCRIPTOR, "dns_name", "ALT_NAME_TYPE_DNS"),
        (x509_pb2.AltNameType.DESCRIPTOR, "DNS", "ALT_NAME_TYPE_DNS"),
        (x509_pb2.KeyAlgorithm.DESCRIPTOR, "EC_prime256v1", "KEY_ALGORITHM_EC_PRIME256V1"),
        (x509_pb2.KeyAlgorithm.DESCRIPTOR, "RSA_2048", "KEY_ALGORITHM_RSA_2048"),
        (x509_pb2.SignatureAlgorithm.DESCRIPTOR, "SHA256-RSA", "SIGNATURE_ALGORITHM_RSA_SHA256"),
        (x509_pb2.SignatureAlgorithm.DESCRIPTOR, "RSA-SHA256", "SIGNATURE_ALGORITHM_RSA_SHA256"),
    ],
)
def test_the_page_and_its_family_are_understood(enum: EnumDescriptor, text: str, name: str) -> None:
    assert number(enum, text) == enum.values_by_name[name].number


def test_a_text_that_spells_nothing_is_told_what_would() -> None:
    with pytest.raises(UnknownLiteral, match="RSA_2048, RSA_3072"):
        number(x509_pb2.KeyAlgorithm.DESCRIPTOR, "RSA")


@pytest.mark.parametrize(
    ("body", "query", "paths"),
    [
        ({"description": "x"}, [], ["description"]),
        ({"description": None, "strictCsr": False}, [], ["description", "strict_csr"]),
        ({"apiConfig": {"renewBeforeDays": 3}}, [], ["api_config.renew_before_days"]),
        ({"defaults": {}}, [], ["defaults"]),
        ({"id": "x", "etag": "1", "slug": "a"}, [], ["slug"]),
        (
            {"slug": "a"},
            [("updateMask", "apiConfig.renewBeforeDays,slug")],
            ["api_config.renew_before_days", "slug"],
        ),
    ],
)
def test_a_patch_changes_what_its_body_names(
    body: dict[str, Any], query: list[tuple[str, str]], paths: list[str]
) -> None:
    made: Any = asked(PATCH, path=["x"], query=query, document=document(json.dumps(body).encode()))
    assert list(made.update_mask.paths) == paths
    assert made.certificate_profile.id == "x"


def test_an_answer_has_null_for_what_is_not_set_and_times_with_milliseconds() -> None:
    answer = certificate_service_pb2.IssueCertificateResponse(certificate_request_id="r")
    answer.certificate_request.created_at.seconds = 1
    written = plain(answer)
    assert list(written)[:3] == ["certificate", "certificateRequestId", "certificateRequest"]
    assert written["certificate"] is written["effectiveAttributes"] is None
    assert written["warnings"] == written["violations"] == []
    assert written["certificateRequest"]["createdAt"] == "1970-01-01T00:00:01.000Z"
    assert written["certificateRequest"]["revision"] == "0"
    assert not {"state", "attributes", "id"} & written["certificateRequest"].keys()
