"""What is looked at before the rules are: how much a message holds, its ids and its times."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import grpc
import protovalidate
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import certificate_pb2, policy_service_pb2, profile_service_pb2
from certmanager.v1 import certificate_service_pb2 as certificates
from server.api.shape import prepare_shape
from server.api.startup import StartupError
from server.api.validation import violations
from server.errors import Invalid, Nature
from tests.api.echoing import UUID, Rig, asking, bearer, detail, failure
from tests.contract.walk import requests

_MEBIBYTE = 1 << 20
_STRANGE = "0195E1A0-ABCD-7000-8000-00000000000F"


def _varint(number: int) -> bytes:
    octets = b""
    while number > 127:
        octets += bytes([number & 127 | 128])
        number >>= 7
    return octets + bytes([number])


def _filled(field: FieldDescriptor, wanted: FieldDescriptor, inner: bytes) -> bytes:
    """The field on the wire: a mebibyte of items if it is the wanted one, else once around ``inner``."""
    if field is not wanted:
        return _varint(field.number << 3 | 2) + _varint(len(inner)) + inner
    if field.enum_type:
        return _varint(field.number << 3 | 2) + _varint(_MEBIBYTE) + b"\x01" * _MEBIBYTE
    item = _varint(field.number << 3 | 2) + b"\x00"
    return item * (_MEBIBYTE // len(item))


def _lists(
    start: Descriptor, above: tuple[FieldDescriptor, ...] = ()
) -> Iterator[tuple[FieldDescriptor, ...]]:
    """The way to each list that the message can hold, also to one in an item of another."""
    for field in start.fields:
        way = (*above, field)
        if field.is_repeated:
            yield way
        if field.message_type is not None and field not in above:
            yield from _lists(field.message_type, way)


_WAYS = [(request, way) for request in requests() for way in _lists(request)]


def _name(value: object) -> str:
    if isinstance(value, tuple):
        return ".".join(field.name for field in value)
    return str(getattr(value, "name", value))


@pytest.mark.parametrize(("request_type", "way"), _WAYS, ids=_name)
def test_a_mebibyte_of_items_is_refused_unread(
    request_type: Descriptor, way: tuple[FieldDescriptor, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of any list of any request: one violation, and no rule is evaluated on any item."""
    monkeypatch.setattr(protovalidate, "collect_violations", None)
    octets = b""
    for field in reversed(way):
        octets = _filled(field, way[-1], octets)
    message = GetMessageClass(request_type).FromString(octets)
    with pytest.raises(Invalid) as caught:
        violations(message)
    (found,) = caught.value.violations
    path = ".".join(f"{field.name}[0]" if field.is_repeated else field.name for field in way)
    assert (found.field, found.rule, found.nature) == (
        path.removesuffix("[0]"),
        "REPEATED_MAX_ITEMS",
        Nature.FORM,
    )


def test_a_list_as_long_as_it_may_be_is_gone_through() -> None:
    """The bound is in, one more is out."""
    name = {"type": 1, "value": "a"}
    assert violations(asking(attributes={"alt_names": [name] * 100})) == ()
    with pytest.raises(Invalid):
        violations(asking(attributes={"alt_names": [name] * 101}))


def test_all_lists_beside_each_other_that_are_too_long_are_told() -> None:
    """Counting costs nothing: the client mends them in one go."""
    with pytest.raises(Invalid) as caught:
        violations(asking(attributes={"key_usages": [1] * 10, "extended_key_usages": [1] * 7}))
    assert [(each.field, each.value) for each in caught.value.violations] == [
        ("attributes.key_usages", "10"),
        ("attributes.extended_key_usages", "7"),
    ]


@pytest.mark.parametrize("rpc", ["Unary", "Collect"])
async def test_a_message_that_holds_too_much_reaches_no_servicer(rig: Rig, rpc: str) -> None:
    """Not even one that collects violations; and the next call is served."""
    request = asking()
    for _ in range(250_000):
        request.attributes.alt_names.add()
    started = perf_counter()
    code, status = await failure(rig.method(rpc)(request, metadata=bearer()))
    assert perf_counter() - started < 5
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert [each.reason for each in detail(status, "BadRequest").field_violations] == ["REPEATED_MAX_ITEMS"]
    await rig.method(rpc)(asking(), metadata=bearer())


def test_a_list_without_a_bound_refuses_to_start() -> None:
    """A later RPC cannot forget it, however deep the list lies."""
    file = descriptor_pb2.FileDescriptorProto(
        name="certmanager/test/unbounded.proto", package="certmanager.test", syntax="proto3"
    )
    file.message_type.add(name="UnboundedInner").field.add(name="texts", number=1, type=9, label=3)
    outer = file.message_type.add(name="UnboundedOuter")
    outer.field.add(name="inner", number=1, type=11, label=1, type_name=".certmanager.test.UnboundedInner")
    outer.field.add(name="outer", number=2, type=11, label=1, type_name=".certmanager.test.UnboundedOuter")
    pool = descriptor_pool.Default()
    pool.Add(file)
    with pytest.raises(StartupError, match=r"certmanager\.test\.UnboundedInner\.texts"):
        prepare_shape(pool.FindMessageTypeByName("certmanager.test.UnboundedOuter"))


def test_a_rule_that_cannot_be_evaluated_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget of an evaluation is the client's to keep: no INTERNAL, and no text of the library."""

    def exhausted(_: object) -> list[Any]:
        raise protovalidate.EvaluationError("canary")

    monkeypatch.setattr(protovalidate, "collect_violations", exhausted)
    (found,) = violations(asking())
    assert (found.rule, found.nature) == ("RULE_NOT_EVALUABLE", Nature.FORM)
    assert "canary" not in found.message + found.value


@pytest.mark.parametrize(
    ("seconds", "nanos", "rule"),
    [
        (60, 0, None),
        (60, 1, "DURATION_FRACTION"),
        (60, 500_000_000, "DURATION_FRACTION"),
        (60, 999_999_999, "DURATION_FRACTION"),
        (60, 1_000_000_000, "TIME_OUT_OF_RANGE"),
        (60, 2**31 - 1, "TIME_OUT_OF_RANGE"),
        (60, -1, "TIME_OUT_OF_RANGE"),
    ],
)
def test_a_duration_is_whole_seconds(seconds: int, nanos: int, rule: str | None) -> None:
    """In an order, in a profile and in a policy: none is cut to what it does not say."""
    span = Duration(seconds=seconds, nanos=nanos)
    order = asking(attributes={"lifetime": span})
    profile = profile_service_pb2.CreateCertificateProfileRequest(defaults={"lifetime": span})
    profile.api_config.renew_before.CopyFrom(span)
    policy = policy_service_pb2.CreateCertificatePolicyRequest()
    policy.certificate_policy.validity.max_lifetime.CopyFrom(span)
    assert _time_rules(order) == ({"attributes.lifetime": rule} if rule else {})
    assert _time_rules(profile) == (
        {"defaults.lifetime": rule, "api_config.renew_before": rule} if rule else {}
    )
    assert _time_rules(policy) == ({"certificate_policy.validity.max_lifetime": rule} if rule else {})


def test_a_wait_may_have_a_fraction() -> None:
    """It ends in no certificate, and can be kept exactly."""
    assert violations(asking(wait=Duration(seconds=1, nanos=500_000_000))) == ()
    assert _time_rules(asking(wait=Duration(seconds=1, nanos=-1))) == {"wait": "TIME_OUT_OF_RANGE"}


@pytest.mark.parametrize("name", ["not_before", "not_after"])
@pytest.mark.parametrize(
    ("seconds", "nanos", "rule"),
    [
        (-62_135_596_800, 0, None),
        (253_402_300_799, 0, None),
        (-62_135_596_801, 0, "TIME_OUT_OF_RANGE"),
        (253_402_300_800, 0, "TIME_OUT_OF_RANGE"),
        (0, 1, "TIME_FRACTION"),
        (0, 999_999_999, "TIME_FRACTION"),
        (0, 1_000_000_000, "TIME_OUT_OF_RANGE"),
        (0, -1, "TIME_OUT_OF_RANGE"),
    ],
)
def test_a_time_in_a_certificate_is_whole_seconds(
    name: str, seconds: int, nanos: int, rule: str | None
) -> None:
    """What cannot be, or would have to be cut, is refused."""
    request = asking(attributes={name: Timestamp(seconds=seconds, nanos=nanos)})
    assert _time_rules(request) == ({f"attributes.{name}": rule} if rule else {})


def test_a_time_to_search_by_may_have_a_fraction() -> None:
    """It is compared, not written into a certificate."""
    stamp = Timestamp(seconds=1, nanos=5)
    assert violations(certificates.ListCertificatesRequest(project_id=UUID, expires_before=stamp)) == ()


def _time_rules(message: Any) -> dict[str, str]:
    """The violations of times by field; what the rest of the contract says is left out."""
    times = ("TIME_OUT_OF_RANGE", "TIME_FRACTION", "DURATION_FRACTION")
    return {each.field: each.rule for each in violations(message) if each.rule in times}


@pytest.mark.parametrize("seconds", [1, 59])
def test_a_lifetime_below_a_minute_is_the_policy_s_affair(seconds: int) -> None:
    """As it is where the lifetime is told as a ttl."""
    span = Duration(seconds=seconds)
    assert violations(asking(attributes={"lifetime": span})) == ()
    assert violations(asking(attributes={"lifetime": Duration(seconds=0)})) != ()


def test_ids_are_spelled_in_lower_case() -> None:
    """Alone, nested and in lists: capitals name the same thing."""
    request = profile_service_pb2.CreateCertificateProfileRequest(project_id=_STRANGE)
    request.approval_config.steps.add().identity_ids.append(_STRANGE)
    violations(request)
    assert request.project_id == _STRANGE.lower()
    assert list(request.approval_config.steps[0].identity_ids) == [_STRANGE.lower()]


def test_what_is_no_id_is_not_respelled() -> None:
    """The violation quotes what was sent, and an oneof that says nothing goes on saying nothing."""
    (found,) = violations(asking("NOT-AN-ID"))
    assert found.value == "NOT-AN-ID"
    request = certificates.GetCertificateRequest()
    violations(request)
    assert request.WhichOneof("key") is None


def test_other_texts_keep_their_capitals() -> None:
    """Only ids have one spelling."""
    request = asking(attributes=certificate_pb2.CertificateAttributes(common_name=_STRANGE))
    violations(request)
    assert request.attributes.common_name == _STRANGE
