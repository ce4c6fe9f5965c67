"""Documents of policies and profiles: texts stay texts, all faults are told, what is written reads back."""

from __future__ import annotations

from io import StringIO

import pytest
from google.protobuf.duration_pb2 import Duration
from hypothesis import given
from hypothesis import strategies as st

from certmanager.v1 import policy_pb2, profile_pb2, x509_pb2
from certmanager_client.cli.documents.diff import difference, show_difference
from certmanager_client.cli.documents.read import read_document
from certmanager_client.cli.documents.tree import GREATEST_DEPTH, GREATEST_SIZE, DocumentFault
from certmanager_client.cli.documents.write import plain, to_yaml
from certmanager_client.cli.terminal.times import read_span, write_span

POLICY, PROFILE = policy_pb2.CertificatePolicy, profile_pb2.CertificateProfile


def policy(text: str) -> policy_pb2.CertificatePolicy:
    return read_document(text, POLICY).message  # type: ignore[no-any-return]


def faults(text: str) -> list[str]:
    with pytest.raises(DocumentFault) as caught:
        read_document(text, POLICY)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    "text", ["NO", "no", "on", "y", "12:30", "0755", "1e3", "0x10", "2030-01-31", "1_000", ".5"]
)
def test_a_text_is_taken_as_it_stands(text: str) -> None:
    """YAML 1.1 would make a truth, a number or a date of it; Norway's country code is the known one."""
    said = policy(f"subject_rules: {{rules: [{{type: country, allowed: [{text}]}}]}}")
    assert said.subject_rules.rules[0].allowed == [text]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_text_reads_back_as_itself(text: str) -> None:
    """Whatever a pattern or a description holds, YAML keeps it."""
    said = POLICY(description=text)
    assert policy(to_yaml(plain(said))) == said


def test_lines_are_written_as_lines() -> None:
    """A description of several is edited as it is read."""
    assert to_yaml({"description": "one\ntwo"}) == "description: |-\n  one\n  two\n"


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("RSA_2048", x509_pb2.KEY_ALGORITHM_RSA_2048),
        ("EC_prime256v1", x509_pb2.KEY_ALGORITHM_EC_PRIME256V1),
        ("EC_PRIME256V1", x509_pb2.KEY_ALGORITHM_EC_PRIME256V1),
        ("ML-DSA-44", x509_pb2.KEY_ALGORITHM_ML_DSA_44),
        ("KEY_ALGORITHM_ED25519", x509_pb2.KEY_ALGORITHM_ED25519),
    ],
)
def test_a_literal_has_all_its_spellings(spelling: str, expected: int) -> None:
    """The contract's own, its aliases, and the canonical name."""
    assert policy(f"key_algorithm_rules: {{allowed: [{spelling}]}}").key_algorithm_rules.allowed == [expected]


def test_keys_are_taken_in_both_cases() -> None:
    """JSON that was made for the API is a document too."""
    assert policy('{"validity": {"maxLifetime": "90d"}}') == policy("validity: {max_lifetime: 90d}")


def test_a_section_without_fields_counts() -> None:
    """That it is there is all that ``any_subject`` says."""
    assert policy("any_subject: {}").WhichOneof("subject") == "any_subject"


def test_json_writes_characters_as_surrogate_pairs() -> None:
    """JSON's escapes mean one character, not two halves of it."""
    assert policy('{"description": "\\ud83d\\ude00"}').description == "😀"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("slug: web\nslgu: x", ["line 2: slgu: there is no such field; 'slug' perhaps?"]),
        ("ca:\n  required: yes", ["line 2: ca.required: 'yes' is neither true nor false: write true"]),
        ("ca: {max_path_length: one}", ["line 1: ca.max_path_length: 'one' is not a whole number"]),
        ("ca: {max_path_length: 9999999999}", ["line 1: ca.max_path_length: '9999999999' is out of range"]),
        ("any_subject:", ["line 1: any_subject: there is no value; leave the field out, or write {}"]),
        ("slug: null", ["line 1: slug: there is no value; leave the field out"]),
        ("slug: [a]", ["line 1: slug: a single value is expected"]),
        ("ca: 3", ["line 1: ca: a mapping of fields is expected"]),
        ("key_usage_rules:\n  allowed: x", ["line 2: key_usage_rules.allowed: a list is expected"]),
        ("slug: a\nslug: b", ["line 2: slug: there is 'slug' already"]),
        ("any_subject: {}\nsubjectRules: {}", ["line 2: subjectRules: there is 'any_subject' already"]),
        ("- slug", ["line 1: a mapping of fields is expected"]),
        ("", ["the document is empty"]),
        ("a: 1\n---\nb: 2", ["line 2: a file holds one document, not several"]),
        ("slug: &a x", ["line 1: anchors and aliases are not understood"]),
        ("slug: *a", ["line 1: anchors and aliases are not understood"]),
        ("slug: !python x", ["line 1: the tag '!python' is not understood"]),
        ("slug: 'x", ["line 1: no YAML: found unexpected end of stream"]),
        ('{\n\t"slug": "a",\n\t"slug": "b"}', ["slug: there is 'slug' already"]),
        ('{\n\t"slug": }', ["line 2: no JSON: Expecting value"]),
        ("slug: \x07", ["no YAML: there is a character that may not be in it"]),
        ("updated_at: now", ["line 1: updated_at: 'now' is no time like 2030-01-31 or 2030-01-31T15:00:00Z"]),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_its_place(text: str, told: list[str]) -> None:
    """The path of the field, its line, and what is wrong."""
    assert faults(text) == told


def test_all_faults_are_told_at_once() -> None:
    """Nobody mends a file line by line."""
    found = faults("slgu: x\nvalidity: {min_lifetime: 1mo}\nkey_usage_rules: {allowed: [sign]}")
    assert [fault.split(": ")[1] for fault in found] == [
        "slgu",
        "validity.min_lifetime",
        "key_usage_rules.allowed[0]",
    ]


def test_an_unknown_literal_is_told_the_known_ones() -> None:
    """The answer is in the error."""
    assert "digital_signature" in faults("key_usage_rules: {allowed: [sign]}")[0]


@pytest.mark.parametrize(
    "text",
    [
        "x" * (GREATEST_SIZE + 1),
        "[" * (GREATEST_DEPTH + 2),
        "{\t" + '"a":[' * 100_000,
    ],
    ids=["long", "deep", "deep JSON"],
)
def test_size_and_depth_are_bounded(text: str) -> None:
    """A hostile file ends in a sentence."""
    assert len(faults(text)) == 1


def test_a_profile_names_its_ca_and_policy() -> None:
    """Further keys stand for the fields that hold ids."""
    said = read_document("ca: issuing", PROFILE, aliases={"ca": "ca_id"})
    assert said.message.ca_id == "issuing"
    assert set(said.named) == {"ca_id"}


FULL = POLICY(
    slug="full",
    subject_rules=policy_pb2.SubjectRules(
        rules=[
            policy_pb2.SubjectRule(
                type="SUBJECT_ATTRIBUTE_TYPE_COUNTRY", required=True, allowed=["NO", "SE"], denied=["on"]
            )
        ]
    ),
    any_alt_names=policy_pb2.AnyAllowed(),
    key_usage_rules=policy_pb2.KeyUsageRules(),
    validity=policy_pb2.ValidityRule(max_lifetime=Duration(seconds=7776000), backdate=Duration()),
    ca=policy_pb2.CaRule(max_path_length=0),
    common_name_mode=policy_pb2.COMMON_NAME_MODE_REQUIRE,
    custom_extension_rules=policy_pb2.CustomExtensionRules(
        rules=[policy_pb2.CustomExtensionRule(oid="1.2.3", allow_critical=True)]
    ),
    etag="12",
)


def test_a_policy_reads_back_as_itself() -> None:
    """Zero that is said, an empty section and an empty list of rules stay what they are."""
    assert policy(to_yaml(plain(FULL))) == FULL


@pytest.mark.parametrize(
    ("text", "seconds", "shown"),
    [("90d", 7776000, "90d"), ("52w", 31449600, "364d"), ("365d", 31536000, "1y"), ("24h", 86400, "1d"),
     ("90m", 5400, "90m"), ("61s", 61, "61s"), ("0s", 0, "0s"), ("1261440000s", 1261440000, "40y")],
)  # fmt: skip
def test_a_span_is_shown_in_the_unit_that_fits(text: str, seconds: int, shown: str) -> None:
    """And means the same number of seconds as before."""
    assert (read_span(text).seconds, write_span(Duration(seconds=seconds))) == (seconds, shown)


@pytest.mark.parametrize("text", ["", "90", "d", "-1d", "1.5h", "1mo", "1 d", "01d", "1D", "٣d"])
def test_a_text_that_is_no_span_is_refused(text: str) -> None:
    """One grammar everywhere (behaviour.md)."""
    with pytest.raises(ValueError, match="is no duration like 90d"):
        read_span(text)


def test_documents_that_are_the_same_have_no_difference() -> None:
    """An empty diff is what scripts look for."""
    assert difference("a\n", "a\n", name="web") == ()


class Terminal(StringIO):
    """A stream that people read."""

    def isatty(self) -> bool:
        return True


def test_a_difference_has_no_colours_in_a_pipe() -> None:
    """What a program reads is a diff."""
    out = StringIO()
    show_difference(difference("a\n", "b\n", name="web"), out)
    assert out.getvalue().splitlines()[-2:] == ["-a", "+b"]


def test_a_difference_has_colours_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red for what goes, green for what comes."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show_difference(difference("a\n", "b\n", name="web"), out := Terminal())
    assert out.getvalue().splitlines()[-2:] == ["\x1b[31m-a\x1b[0m", "\x1b[32m+b\x1b[0m"]
