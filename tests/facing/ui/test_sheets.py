"""The forms of policies and profiles, without a server: nothing is lost, and faults find their fields."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.profile_pb2 import CertificateProfile
from server.web.refusals import Broken
from server.web.ui.editing.parts import Incomplete
from server.web.ui.editing.sheet import Sheet, changed
from server.web.ui.editing.spans import read_span, told_span, written_span
from server.web.ui.policies.sheet import SHEET as POLICY
from server.web.ui.profiles.sheet import SHEET as PROFILE
from tests.facing.ui import rich

_NOT_IN_FORMS = {"id", "project_id", "revision", "created_at", "updated_at", "etag"}
_OF_PROFILES = {"enrollment_type", "api_config_id"}
DOCUMENTS = [
    (POLICY, rich.policy()),
    (POLICY, rich.any_policy()),
    (POLICY, CertificatePolicy(slug="bare")),
    (PROFILE, rich.profile()),
    (PROFILE, rich.profile(apiConfig={"renewBeforePercent": 33}, defaults={"ttl": "1y"})),
    (PROFILE, CertificateProfile(slug="bare", api_config={"renew_before_days": 7})),
]


@pytest.mark.parametrize(("sheet", "message"), DOCUMENTS)
def test_what_a_form_shows_it_reads_into_an_equal_document(sheet: Sheet, message: Any) -> None:
    read = sheet.filled(sheet.shown(message), sheet.message())
    assert read.unreadable == ()
    assert _plain(read.message) == _plain(message)


@pytest.mark.parametrize(("sheet", "message"), DOCUMENTS)
def test_a_form_that_is_not_touched_leaves_every_byte(sheet: Sheet, message: Any) -> None:
    read = sheet.filled(sheet.shown(message), message)
    assert read.message.SerializeToString(deterministic=True) == message.SerializeToString(deterministic=True)
    assert changed(message, read.message) == []


def test_what_no_form_can_write_stays() -> None:
    odd = rich.policy(altNameRules={"rules": [
        {"type": "ALT_NAME_TYPE_IP", "allowWildcardNames": True, "allowed": ["10.0.0.0/8"]},
    ]}, subjectRules={"rules": [
        {"type": "SUBJECT_ATTRIBUTE_TYPE_STATE", "allowed": [" two\nlines "]},
    ]})  # fmt: skip
    values = POLICY.shown(odd) | {"alt_name_rules.rules.IP.denied": ["10.1.0.0/16"]}
    read = POLICY.filled(values, odd).message
    assert read.subject_rules == odd.subject_rules
    assert read.alt_name_rules.rules[0].allow_wildcard_names
    assert changed(odd, read) == ["alt_name_rules"]


@pytest.mark.parametrize(
    ("sheet", "skipped"), [(POLICY, _NOT_IN_FORMS), (PROFILE, _NOT_IN_FORMS | _OF_PROFILES)]
)
def test_every_field_of_the_contract_has_its_place(sheet: Sheet, skipped: set[str]) -> None:
    message = rich.policy() if sheet is POLICY else rich.profile()
    values = sheet.shown(message)
    filled = sheet.filled(values, message)
    for path in _paths(sheet.message.DESCRIPTOR, skipped):
        (told,) = sheet.told(filled, [Broken(path, "RULE", "is wrong")], values)
        assert told.field in _names(sheet, values), f"{path} is told at '{told.field}'"


def test_a_fault_of_an_item_names_the_item_of_the_right_rule() -> None:
    values = POLICY.shown(rich.policy())
    filled = POLICY.filled(values, rich.policy())
    found = Broken("alt_name_rules.rules[1].allowed[1]", "PATTERN_MALFORMED", "has no meaning")
    (told,) = POLICY.told(filled, [found], values)
    assert (told.field, told.message) == (
        "alt_name_rules.rules.DNS.allowed",
        "'*.example.net': has no meaning",
    )


def test_a_fault_of_a_later_step_is_told_there_though_an_earlier_one_was_emptied() -> None:
    values = PROFILE.shown(rich.profile())
    values = {
        name: [] if name.startswith("approval_config.steps.0.") else said for name, said in values.items()
    }
    filled = PROFILE.filled(values, rich.profile())
    assert [step.name for step in filled.message.approval_config.steps] == ["security"]
    found = Broken("approval_config.steps[0].identity_ids[0]", "IDENTITY_UNKNOWN", "there is none")
    (told,) = PROFILE.told(filled, [found], values)
    assert told.field == "approval_config.steps.1.identity_ids"


def test_what_is_of_no_field_says_where_it_is() -> None:
    values = POLICY.shown(rich.policy())
    found = Broken('certificate_profiles["web"].defaults.ttl', "LIFETIME_TOO_LONG", "is too long")
    (told,) = POLICY.told(POLICY.filled(values, rich.policy()), [found], values)
    assert (told.field, told.message) == ("", 'certificate_profiles["web"].defaults.ttl: is too long')


@pytest.mark.parametrize(
    ("sheet", "name", "text"),
    [
        (POLICY, "validity.min_lifetime", "ninety days"),
        (POLICY, "validity.backdate", "-1s"),
        (POLICY, "ca.max_path_length", "two"),
        (POLICY, "key_usage_rules.allowed", "no_usage"),
        (POLICY, "common_name_mode", "sometimes"),
        (POLICY, "custom_extension_rules.rules", "1.2.3 perhaps"),
        (PROFILE, "api_config.renew_before", ""),
        (PROFILE, "approval_config.max_wait", "1.5d"),
        (PROFILE, "approval_config.steps.0.approvals_required", "many"),
        (PROFILE, "private_key_delivery", "twice"),
    ],
)
def test_what_cannot_be_read_is_told_and_would_be_refused(sheet: Sheet, name: str, text: str) -> None:
    message = rich.policy() if sheet is POLICY else rich.profile()
    filled = sheet.filled(sheet.shown(message) | {name: [text]}, message)
    assert [broken.field for broken in filled.unreadable] == [name]
    assert filled.message != message


def test_a_form_without_a_choice_is_not_read() -> None:
    values = POLICY.shown(rich.policy())
    del values["key_algorithms"]
    with pytest.raises(Incomplete):
        POLICY.filled(values, rich.policy())


@pytest.mark.parametrize("section", ["subject", "alt_names", "key_usages", "custom_extensions"])
@pytest.mark.parametrize("choice", ["none", "any"])
def test_another_choice_leaves_nothing_of_the_rules(section: str, choice: str) -> None:
    chosen = "none" if choice == "none" else f"any_{section}"
    read = POLICY.filled(POLICY.shown(rich.policy()) | {section: [chosen]}, rich.policy()).message
    assert read.WhichOneof(section) == (None if choice == "none" else chosen)


def test_differences_name_the_field_and_both_texts() -> None:
    theirs, mine = POLICY.shown(rich.policy()), POLICY.shown(rich.policy(validity={"maxLifetime": "3600s"}))
    told = {each.label: (each.mine, each.theirs) for each in POLICY.differences(mine, theirs)}
    assert told["Longest lifetime"] == ("1h", "7776001s")
    assert set(told) == {"Longest lifetime", "Shortest lifetime", "Usual lifetime", "Set back by"}


@pytest.mark.parametrize(
    ("seconds", "text", "words"),
    [
        (7_776_000, "90d", "90 days"),
        (86_400, "1d", "1 day"),
        (5_400, "90m", "90 minutes"),
        (61, "61s", "61 seconds"),
        (0, "0s", "0 seconds"),
    ],
)
def test_durations_are_written_so_that_nothing_is_lost(seconds: int, text: str, words: str) -> None:
    span = Duration(seconds=seconds)
    assert (written_span(span), told_span(span)) == (text, words)
    assert read_span(text) == span


@pytest.mark.parametrize("text", ["", "90", "d", "1.5d", "-1d", "90 days", "090d", "1d2h", "99999999999s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        read_span(text)


def _paths(descriptor: Any, skipped: Container[str] = (), at: str = "") -> Iterator[str]:
    """Every field that holds a value, in the first item of each list."""
    for field in descriptor.fields:
        if field.name in skipped or (field.name == "type" and at.endswith("].")):
            continue
        name = f"{at}{field.name}" + ("[0]" if field.is_repeated else "")
        inner = field.message_type
        if inner is None or inner.full_name.startswith("google."):
            yield name
        else:
            yield from _paths(inner, at=f"{name}.") if inner.fields else [name]


def _names(sheet: Sheet, values: Any) -> set[str]:
    parts = [part for section in sheet.drawn(values) for part in section.parts]
    return {leaf.name for part in parts for _, leaf in part.leaves()}


def _plain(message: Any) -> Any:
    """The document as a form writes it that begins from nothing: in its order, and in one of two ways."""
    same = type(message)()
    same.CopyFrom(message)
    if isinstance(same, CertificateProfile):
        if same.defaults.HasField("lifetime"):
            same.defaults.ttl = written_span(same.defaults.lifetime)
        if not same.defaults.common_name:
            same.defaults.ClearField("common_name")
        return same
    for rules in filter(same.HasField, ("subject_rules", "alt_name_rules")):
        getattr(same, rules).rules.sort(key=lambda rule: rule.type)
    if not same.validity.ListFields():
        same.ClearField("validity")
    return same
