"""Subjects: bounds, characters, order and encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pki.names import NameFault, SubjectAttribute, rfc4514, subject_name, subject_of, subject_value

CN, O, OU, C, ST, L = (  # noqa: E741 - the field's own letters
    SubjectAttribute.COMMON_NAME,
    SubjectAttribute.ORGANIZATION,
    SubjectAttribute.ORGANIZATIONAL_UNIT,
    SubjectAttribute.COUNTRY,
    SubjectAttribute.STATE,
    SubjectAttribute.LOCALITY,
)


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        (CN, "a" * 64, "a" * 64),
        (ST, "a" * 128, "a" * 128),
        (CN, "漢" * 21, "漢" * 21),
        (CN, "e\u0301", "é"),
        (C, "de", "DE"),
        (O, 'Acme "Q", {{x}} + Söhne', 'Acme "Q", {{x}} + Söhne'),
    ],
)
def test_a_value_gets_its_canonical_form(attribute: SubjectAttribute, text: str, value: str) -> None:
    """Sound values are composed, and otherwise left alone."""
    assert subject_value(attribute, text) == value


@pytest.mark.parametrize(
    ("attribute", "text", "rule"),
    [
        (CN, "", "SUBJECT_EMPTY"),
        (CN, "a" * 65, "SUBJECT_TOO_LONG"),
        (CN, "漢" * 22, "SUBJECT_TOO_LONG"),
        (O, "a" * 65, "SUBJECT_TOO_LONG"),
        (OU, "a" * 65, "SUBJECT_TOO_LONG"),
        (ST, "a" * 129, "SUBJECT_TOO_LONG"),
        (L, "a" * 100_000, "SUBJECT_TOO_LONG"),
        (CN, "a\x00b", "SUBJECT_CHARACTER"),
        (CN, "a\nb", "SUBJECT_CHARACTER"),
        (CN, "a\u202eb", "SUBJECT_CHARACTER"),
        (CN, "a\ud800", "SUBJECT_CHARACTER"),
        (CN, " a", "SUBJECT_SPACE"),
        (CN, "a ", "SUBJECT_SPACE"),
        (C, "D", "COUNTRY_CODE"),
        (C, "DEU", "COUNTRY_CODE"),
        (C, "D1", "COUNTRY_CODE"),
        (C, "ÄÖ", "COUNTRY_CODE"),
    ],
)
def test_a_malformed_value_is_refused_by_its_rule(attribute: SubjectAttribute, text: str, rule: str) -> None:
    """Each malformed value is refused, and for the right reason."""
    with pytest.raises(NameFault) as refused:
        subject_value(attribute, text)
    assert refused.value.rule == rule


def test_a_subject_is_in_x500_order() -> None:
    """Whatever order the values come in, the country is first and the common name last."""
    subject = subject_of([(CN, "a"), (L, "Bonn"), (C, "de"), (OU, "x"), (ST, "NRW"), (O, "Acme")])
    assert rfc4514(subject) == "CN=a,OU=x,O=Acme,L=Bonn,ST=NRW,C=DE"


def test_an_attribute_has_one_value() -> None:
    """Two values of one attribute are refused."""
    with pytest.raises(NameFault) as refused:
        subject_of([(CN, "a"), (CN, "b")])
    assert refused.value.rule == "SUBJECT_REPEATED"


def test_the_country_is_a_printable_string_and_the_rest_utf8() -> None:
    """The string types of RFC 5280, 4.1.2.4, read off the octets."""
    encoded = subject_name(((C, "DE"), (L, "Bonn"))).public_bytes()
    assert b"\x13\x02DE" in encoded
    assert b"\x0c\x04Bonn" in encoded


@given(st.sampled_from(SubjectAttribute), st.text(max_size=70))
def test_a_canonical_value_is_its_own_canonical_form(attribute: SubjectAttribute, text: str) -> None:
    """Any text is refused by NameFault, or has a form that stays as it is and can be encoded."""
    try:
        value = subject_value(attribute, text)
    except NameFault:
        return
    assert subject_value(attribute, value) == value
    assert subject_name(((attribute, value),)).public_bytes()
