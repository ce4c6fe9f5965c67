"""Wishes for a private key that are not granted: refused before anything is made, with all that is wrong."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import profile_pb2, x509_pb2
from server.pki.algorithms import KeyAlgorithm
from tests import rfc9180
from tests.ordering import DNS, csr_pem, open_policy, order
from tests.sealing import P256, X25519, Recipient, generated
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

PASSWORD = "correct horse"
PKCS12 = {"key_format": x509_pb2.KEY_FORMAT_PKCS12, "key_password": PASSWORD}
POINT = rfc9180.public_octets(ec.derive_private_key(7, ec.SECP256R1()))
PUBLIC_KEY = "generated_key.recipient_key.public_key"
Code = grpc.StatusCode


@pytest.mark.parametrize(
    ("kem", "public_key", "rule"),
    [
        (X25519, bytes(32), "RECIPIENT_KEY_SMALL_ORDER"),
        (X25519, (1).to_bytes(32, "little"), "RECIPIENT_KEY_SMALL_ORDER"),
        (P256, POINT[:-1] + bytes((POINT[-1] ^ 1,)), "RECIPIENT_KEY_MALFORMED"),
        (P256, b"\x02" + POINT[1:], "RECIPIENT_KEY_MALFORMED"),
        (P256, bytes(65), "RECIPIENT_KEY_MALFORMED"),
    ],
    ids=["all zero", "order one", "off the curve", "not uncompressed", "infinity"],
)
async def test_a_recipients_key_that_is_none(
    standing: Standing, kem: Any, public_key: bytes, rule: str
) -> None:
    """It is of form, and told together with everything else that is wrong."""
    profile_id = await standing.profile(open_policy(any_subject=None))
    fields = {"generated_key": generated(kem, public_key)}
    request = order(profile_id, fields=fields, organization="Acme", names=[(DNS, "a_b.example.com")])
    failure = await standing.refused(request)
    assert failure.code is Code.INVALID_ARGUMENT
    assert failure.fields == {
        PUBLIC_KEY: rule,
        "attributes.organization": "SUBJECT_ATTRIBUTE_NOT_ALLOWED",
        "attributes.alt_names[0].value": "DNS_CHARACTER",
    }


@pytest.mark.parametrize("size", [31, 33, 65, 66])
async def test_a_recipients_key_of_the_wrong_length(standing_sqlite: Standing, size: int) -> None:
    """The contract's own rule."""
    profile_id = await standing_sqlite.profile(open_policy())
    fields = {"generated_key": generated(X25519, bytes(range(size)))}
    failure = await standing_sqlite.refused(order(profile_id, fields=fields, common_name="a.example.com"))
    assert failure.code is Code.INVALID_ARGUMENT
    assert failure.fields["generated_key.recipient_key"] == "RECIPIENT_KEY_LENGTH"


@pytest.mark.parametrize("kem", [0, 3, 2**31 - 1])
async def test_a_mechanism_that_is_none(standing_sqlite: Standing, kem: int) -> None:
    """The key is not handed out in clear for that."""
    profile_id = await standing_sqlite.profile(open_policy())
    fields = {"generated_key": generated(kem, POINT)}
    failure = await standing_sqlite.refused(order(profile_id, fields=fields, common_name="a.example.com"))
    assert failure.code is Code.INVALID_ARGUMENT
    assert "generated_key.recipient_key.kem" in failure.fields


@pytest.mark.parametrize("algorithm", ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])
@pytest.mark.parametrize("by_default", [False, True])
async def test_ml_dsa_in_a_pkcs12_file(
    standing_sqlite: Standing, algorithm: str, *, by_default: bool
) -> None:
    """Whoever chose the algorithm: the answer names the format, and what it can hold."""
    number: Any = x509_pb2.KeyAlgorithm.Value(f"KEY_ALGORITHM_{algorithm}")
    defaults = profile_pb2.CertificateDefaults(key_algorithm=number if by_default else None)
    profile_id = await standing_sqlite.profile(open_policy(), defaults=defaults)
    request = order(profile_id, fields=PKCS12, common_name="a.example.com")
    if not by_default:
        request.attributes.key_algorithm = number
    failure = await standing_sqlite.refused(request)
    assert (failure.code, failure.fields) == (
        Code.FAILED_PRECONDITION,
        {"key_format": "KEY_FORMAT_IMPOSSIBLE"},
    )
    assert failure.metadata["violation0Value"] == algorithm
    allowed = failure.metadata["violation0Allowed"]
    assert all(each.name in allowed for each in KeyAlgorithm if not each.name.startswith("ML_DSA"))
    assert "ML_DSA" not in allowed


async def test_a_csr_in_a_pkcs12_file(standing: Standing) -> None:
    """The server has no key to put into it."""
    request = order(
        await standing.profile(open_policy()), fields=PKCS12, csr=csr_pem(), common_name="a.example.com"
    )
    failure = await standing.refused(request)
    assert (failure.code, failure.fields) == (
        Code.INVALID_ARGUMENT,
        {"key_format": "PRIVATE_KEY_ABSENT"},
    )


async def test_a_sealed_pkcs12_file(standing_sqlite: Standing) -> None:
    """The contract knows none."""
    profile_id = await standing_sqlite.profile(open_policy())
    fields = {**PKCS12, "generated_key": Recipient.fresh(P256).wish}
    failure = await standing_sqlite.refused(order(profile_id, fields=fields, common_name="a.example.com"))
    assert failure.code is Code.INVALID_ARGUMENT
    assert list(failure.fields.values()) == ["ISSUE_SEALED_KEY_FORMAT"]


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"key_format": x509_pb2.KEY_FORMAT_PKCS12}, {"": "ISSUE_KEY_PASSWORD"}),
        ({"key_password": PASSWORD}, {"": "ISSUE_KEY_PASSWORD"}),
        ({**PKCS12, "key_password": "x" * 257}, {"key_password": "STRING_MAX_LEN"}),
        ({**PKCS12, "key_password": f"{PASSWORD}\0"}, {"key_password": "NUL_CHARACTER"}),
    ],
    ids=["none", "without a file", "too long", "NUL"],
)
async def test_a_password_that_is_no_use(
    standing: Standing, fields: dict[str, Any], broken: dict[str, str]
) -> None:
    """And no word of it in what is answered."""
    profile_id = await standing.profile(open_policy())
    failure = await standing.refused(order(profile_id, fields=fields, common_name="a.example.com"))
    assert (failure.code, failure.fields) == (Code.INVALID_ARGUMENT, broken)
    told = failure.message + str(failure.metadata) + str(failure.details)
    assert PASSWORD not in told
    assert "xxx" not in told


async def test_asking_without_issuing_tells_the_same(standing_sqlite: Standing) -> None:
    """``validate_only`` lists what a wish breaks, and what a profile has against it."""
    delivery = profile_pb2.PRIVATE_KEY_DELIVERY_SEALED_ONLY
    profile_id = await standing_sqlite.profile(open_policy(), private_key_delivery=delivery)
    request = order(
        profile_id,
        fields={**PKCS12, "validate_only": True},
        common_name="a.example.com",
        key_algorithm=x509_pb2.KEY_ALGORITHM_ML_DSA_44,
    )
    before = standing_sqlite.rows()
    answer: messages.IssueCertificateResponse = await standing_sqlite.issue(request)
    assert [(one.field, one.rule) for one in answer.violations] == [
        ("generated_key.recipient_key", "RECIPIENT_KEY_REQUIRED"),
        ("key_format", "KEY_FORMAT_IMPOSSIBLE"),
    ]
    assert standing_sqlite.rows() == before
    assert not answer.HasField("certificate")
