"""Targets, literals and pauses of the client library."""

from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import access_pb2, certificate_pb2, certificate_service_pb2, x509_pb2
from certmanager_client import Target, literals, retries

KEY = x509_pb2.KeyAlgorithm.DESCRIPTOR
ROLE = access_pb2.Role.DESCRIPTOR


@pytest.mark.parametrize(
    "address", ["", "here", "here:", ":1", "here:0", "here:65536", "here:a", "here:\uff11"]
)
def test_an_address_is_host_and_port(address: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        Target(address)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"])
def test_without_tls_this_machine_is_called(address: str) -> None:
    assert Target(address, insecure=True).insecure


@pytest.mark.parametrize(
    "address", ["10.0.0.1:1", "ca.example:1", "localhost.example:1", "[::2]:1", "0.0.0.0:1"]
)
def test_without_tls_no_other_is_called(address: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Target(address, insecure=True)


def test_a_target_does_not_show_its_token() -> None:
    assert "cm_secret" not in repr(Target("a:1", token="cm_secret"))


def test_a_token_that_no_header_takes_is_refused_unquoted() -> None:
    with pytest.raises(ValueError, match="no token has") as caught:
        Target("a:1", token="cm_secret\r\nx: y")
    assert "cm_secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("enum", "text", "number"),
    [
        (KEY, "EC_secp384r1", x509_pb2.KEY_ALGORITHM_EC_SECP384R1),
        (KEY, "ec_SECP384R1", x509_pb2.KEY_ALGORITHM_EC_SECP384R1),
        (KEY, "KEY_ALGORITHM_EC_SECP384R1", x509_pb2.KEY_ALGORITHM_EC_SECP384R1),
        (ROLE, "owner", access_pb2.ROLE_OWNER),
        (ROLE, "OWNER", access_pb2.ROLE_OWNER),
        (x509_pb2.AltNameType.DESCRIPTOR, "dns_name", x509_pb2.ALT_NAME_TYPE_DNS),
        (x509_pb2.RevocationReason.DESCRIPTOR, "unspecified", 0),
    ],
)
def test_a_literal_is_read(enum: Any, text: str, number: int) -> None:
    """By its spelling, an alias, its name, and whatever the case."""
    assert literals.number(enum, text) == number


@pytest.mark.parametrize("text", ["", "ROLE_UNSPECIFIED", "boss", "1"])
def test_a_literal_that_is_none_is_told_what_would_be(text: str) -> None:
    with pytest.raises(literals.UnknownLiteral, match="owner, admin, operator, requester, viewer, auditor"):
        literals.number(ROLE, text)


def test_every_value_of_the_contract_is_read_as_it_is_spelled() -> None:
    """Each enum of the contract, there and back."""
    files = (access_pb2, certificate_pb2, x509_pb2)
    enums = [enum for file in files for enum in file.DESCRIPTOR.enum_types_by_name.values()]
    assert enums
    for enum in enums:
        for value in enum.values:
            if value.number:
                assert literals.number(enum, literals.spelling(enum, value.number)) == value.number


def test_a_number_that_is_yet_unknown_stays_one() -> None:
    assert literals.spelling(ROLE, 99) == "99"


def test_a_message_is_plain_to_its_depth() -> None:
    """Enum values in lists and in messages within messages."""
    attributes = certificate_pb2.CertificateAttributes(
        alt_names=[{"type": x509_pb2.ALT_NAME_TYPE_DNS, "value": "a"}],
        key_usages=[x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE],
        key_algorithm=x509_pb2.KEY_ALGORITHM_EC_PRIME256V1,
        not_after={"seconds": 0},
    )
    request = certificate_service_pb2.IssueCertificateRequest(attributes=attributes)
    assert literals.plain(request) == {
        "attributes": {
            "altNames": [{"type": "DNS", "value": "a"}],
            "keyUsages": ["digital_signature"],
            "keyAlgorithm": "EC_prime256v1",
            "notAfter": "1970-01-01T00:00:00Z",
        }
    }


def test_pauses_grow_and_end() -> None:
    made = [list(retries.pauses()) for _ in range(50)]
    assert {len(each) for each in made} == {retries.ATTEMPTS - 1}
    assert all(0.1 <= first <= 0.2 <= second <= 0.4 <= third <= 0.8 for first, second, third in made)
