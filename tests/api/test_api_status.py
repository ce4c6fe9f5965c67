"""Domain errors as statuses: codes, details, sizes."""

from __future__ import annotations

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certmanager.v1 import errors_pb2
from server import errors
from server.api.status import STATUS_OCTETS, code_of, to_rpc_status
from server.errors import CAError, Nature, Reason, Resource, Violation
from tests.api.echoing import detail, detail_names

CODES = {
    errors.Invalid: "INVALID_ARGUMENT",
    errors.Unauthenticated: "UNAUTHENTICATED",
    errors.Denied: "PERMISSION_DENIED",
    errors.NotFound: "NOT_FOUND",
    errors.AlreadyExists: "ALREADY_EXISTS",
    errors.Refused: "FAILED_PRECONDITION",
    errors.Stale: "ABORTED",
    errors.OutOfRange: "OUT_OF_RANGE",
    errors.Exhausted: "RESOURCE_EXHAUSTED",
    errors.Unavailable: "UNAVAILABLE",
    errors.TooLate: "DEADLINE_EXCEEDED",
    errors.Unsupported: "UNIMPLEMENTED",
    CAError: "INTERNAL",
}


@pytest.mark.parametrize(("kind", "code"), CODES.items(), ids=CODES.values())
def test_kind_of_error_decides_the_code(kind: type[CAError], code: str) -> None:
    """Each kind has the code that errors.py and the contract promise."""
    assert code_of(kind("why")).name == code


def test_no_kind_of_error_lacks_a_code() -> None:
    """A new kind cannot be forgotten here."""
    assert {*CAError.__subclasses__(), CAError} == set(CODES)


def test_kind_derived_from_a_kind_has_its_code() -> None:
    """A more special error answers like its parent."""

    class Special(errors.Stale):
        pass

    assert code_of(Special("why")) is grpc.StatusCode.ABORTED


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_every_reason_makes_a_status_with_one_error_info(reason: Reason) -> None:
    """Domain and reason are those of the contract, which knows each of them."""
    status = to_rpc_status(errors.Refused("why", reason=reason), trace_id="t")
    info = detail(status, "ErrorInfo")
    assert (info.domain, info.reason) == ("certmanager.v1", reason.value)
    assert f"ERROR_REASON_{reason.value}" in errors_pb2.ErrorReason.keys()  # noqa: SIM118 - not a dictionary
    assert detail(status, "RequestInfo").request_id == "t"
    assert len(set(detail_names(status))) == len(status.details)


def test_metadata_keys_are_lower_camel_case() -> None:
    """snake_case inside, lowerCamelCase on the wire."""
    error = errors.Refused("why", ca_id="1", max_lifetime="60s")
    assert dict(detail(to_rpc_status(error), "ErrorInfo").metadata) == {"caId": "1", "maxLifetime": "60s"}


def test_violations_of_form_and_of_policy_come_together() -> None:
    """Form in BadRequest, policy and lifetime in PreconditionFailure, all of them counted."""
    found = (
        Violation(
            "alt_names[0]", "DNS_NOT_ALLOWED", "this name is not allowed", "a.example", ("*.b.example",)
        ),
        Violation("csr", "KEY_WEAK", "the key is weak", nature=Nature.CSR),
        Violation("ttl", "LIFETIME", "too long", nature=Nature.CA_LIFETIME),
        Violation("id", "STRING_UUID", "must be a UUID", "x", nature=Nature.FORM),
    )
    status = to_rpc_status(errors.Invalid("many things are wrong", violations=found))
    form = detail(status, "BadRequest").field_violations
    policy = detail(status, "PreconditionFailure").violations
    assert [(each.field, each.reason) for each in form] == [("csr", "KEY_WEAK"), ("id", "STRING_UUID")]
    assert [(each.type, each.subject, each.description) for each in policy] == [
        ("POLICY", "alt_names[0]", "DNS_NOT_ALLOWED: this name is not allowed"),
        ("CA_LIFETIME", "ttl", "LIFETIME: too long"),
    ]
    metadata = detail(status, "ErrorInfo").metadata
    assert metadata["violationCount"] == "4"
    assert [metadata[f"violation{i}Rule"] for i in range(4)] == [
        "KEY_WEAK",
        "STRING_UUID",
        "DNS_NOT_ALLOWED",
        "LIFETIME",
    ]
    assert (metadata["violation2Value"], metadata["violation2Allowed"]) == ("a.example", "*.b.example")


def test_first_twenty_ordinary_violations_are_shown() -> None:
    """Twenty violations of usual length fit together; the rest is counted."""
    found = tuple(
        Violation(
            f"attributes.alt_names[{i}].value",
            "DNS_NAME_NOT_ALLOWED",
            "the policy does not allow this DNS name",
            f"service-{i}.internal.example.com",
            ("*.acme.com", "*.acme.net"),
        )
        for i in range(25)
    )
    status = to_rpc_status(errors.Refused("the policy forbids it", violations=found), trace_id="a" * 32)
    assert len(detail(status, "PreconditionFailure").violations) == 20
    assert detail(status, "ErrorInfo").metadata["violationCount"] == "25"


_texts = st.text(max_size=700)


@given(
    message=_texts,
    violations=st.lists(
        st.builds(
            Violation,
            field=_texts,
            rule=_texts,
            message=_texts,
            value=_texts,
            allowed=st.lists(_texts, max_size=5).map(tuple),
            nature=st.sampled_from(Nature),
        ),
        max_size=40,
    ),
    metadata=st.dictionaries(
        st.from_regex(r"[a-z]{1,20}(_[a-z]{1,20})?", fullmatch=True), _texts, max_size=12
    ),
)
def test_status_is_small_and_counts_truly_whatever_is_in_it(
    message: str, violations: list[Violation], metadata: dict[str, str]
) -> None:
    """At most 6 KiB, always serializable, and the count is the true one."""
    for name in ("message", "reason", "violations", "resource", "retry_after", "self"):
        metadata.pop(name, None)
    status = to_rpc_status(errors.Refused(message, violations=tuple(violations), **metadata))  # type: ignore[arg-type]
    assert len(status.SerializeToString()) <= STATUS_OCTETS
    if violations:
        assert detail(status, "ErrorInfo").metadata["violationCount"] == str(len(violations))


@pytest.mark.parametrize(
    ("reason", "field"),
    [
        (Reason.CSR_INVALID, "csr"),
        (Reason.PAGE_TOKEN_INVALID, "page_token"),
        (Reason.RESUME_TOKEN_INVALID, "resume_token"),
    ],
)
def test_reason_about_a_known_field_names_it(reason: Reason, field: str) -> None:
    """The contract promises BadRequest with that field."""
    status = to_rpc_status(errors.Invalid("it is not one of ours", reason=reason))
    assert detail(status, "BadRequest").field_violations[0].field == field


def test_ca_not_active_is_a_precondition() -> None:
    """Without violations the reason itself is the one that failed, of that CA."""
    error = errors.Refused("the CA is off", reason=Reason.CA_NOT_ACTIVE, resource=Resource("Ca", "ca-1"))
    (broken,) = detail(to_rpc_status(error), "PreconditionFailure").violations
    assert (broken.type, broken.subject) == ("CA_NOT_ACTIVE", "ca-1")


def test_users_of_a_thing_in_use_are_listed() -> None:
    """One violation a user, of the type RESOURCE_IN_USE."""
    users = tuple(Violation(f"profile-{i}", "USES", "a profile uses it") for i in range(3))
    error = errors.Refused("it is used", reason=Reason.RESOURCE_IN_USE, violations=users)
    found = detail(to_rpc_status(error), "PreconditionFailure").violations
    assert [(each.type, each.subject) for each in found] == [
        ("RESOURCE_IN_USE", f"profile-{i}") for i in range(3)
    ]


def test_quota_tells_whose_and_when() -> None:
    """QuotaFailure and RetryInfo come with a limit that is reached."""
    status = to_rpc_status(errors.Exhausted("too many watches", retry_after=2.5, subject="identity-1"))
    assert detail(status, "QuotaFailure").violations[0].subject == "identity-1"
    assert detail(status, "RetryInfo").retry_delay.ToMilliseconds() == 2500


@pytest.mark.parametrize(
    ("reason", "least", "most"),
    [
        (Reason.REQUEST_IN_PROGRESS, 1000, 1000),
        (Reason.BACKEND_UNAVAILABLE, 1000, 1000),
        (Reason.STREAM_AGED, 0, 2000),
        (Reason.SERVER_DRAINING, 0, 2000),
    ],
)
def test_reason_that_passes_says_when_to_try_again(reason: Reason, least: int, most: int) -> None:
    """RetryInfo is there although nobody gave a delay."""
    status = to_rpc_status(errors.Unavailable("later", reason=reason))
    assert least <= detail(status, "RetryInfo").retry_delay.ToMilliseconds() <= most


def test_foreign_exception_becomes_a_fixed_sentence() -> None:
    """For bulk answers and stored errors too, no foreign text gets in."""
    status = to_rpc_status(OSError("/secret/path"))
    assert status.code == grpc.StatusCode.INTERNAL.value[0]
    assert "secret" not in str(status)
