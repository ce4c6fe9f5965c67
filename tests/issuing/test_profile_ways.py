"""What a profile does with keys, chains, metadata and renewals, and what is told of them later."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_pb2, profile_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from tests.ordering import DAY, csr_pem, lasting, open_policy, order
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION


async def test_a_profile_may_make_no_keys(standing: Standing) -> None:
    """FORBID takes a CSR only."""
    delivery = profile_pb2.PRIVATE_KEY_DELIVERY_FORBID
    profile_id = await standing.profile(open_policy(), private_key_delivery=delivery)
    failure = await standing.refused(order(profile_id, common_name="a.example.com"))
    assert failure.fields == {"csr": "KEY_GENERATION_FORBIDDEN"}
    answer = await standing.issue(order(profile_id, csr=csr_pem(), common_name="a.example.com"))
    assert answer.certificate.private_key == ""


async def test_a_sealed_only_profile_hands_out_no_open_key(standing: Standing) -> None:
    """Without a recipient key there is none."""
    delivery = profile_pb2.PRIVATE_KEY_DELIVERY_SEALED_ONLY
    profile_id = await standing.profile(open_policy(), private_key_delivery=delivery)
    failure = await standing.refused(order(profile_id, common_name="a.example.com"))
    assert failure.fields == {"generated_key.recipient_key": "RECIPIENT_KEY_REQUIRED"}


@pytest.mark.parametrize("omit", [False, True])
async def test_the_chain_ends_with_or_without_its_root(standing: Standing, *, omit: bool) -> None:
    """From the issuing CA upwards; clients have the root already."""
    answer = await standing.issue(
        order(await standing.profile(open_policy(), omit_root=omit), common_name="a.example.com")
    )
    chain = x509.load_pem_x509_certificates(answer.certificate.certificate_chain.encode())
    assert len(chain) == (1 if omit else 2)
    leaf = x509.load_pem_x509_certificate(answer.certificate.certificate.encode())
    for certificate, issuer in zip([leaf, *chain], chain, strict=False):
        certificate.verify_directly_issued_by(issuer)
    assert answer.certificate.issuing_ca_certificate.encode() in answer.certificate.certificate_chain.encode()


async def test_metadata_is_kept_and_told(standing: Standing) -> None:
    """With any text in its values, the same on both databases; and no word of it in the certificate."""
    entries = [("team", "a \U0001f511 \u00fc \"'\\ %s {{x}}"), ("empty", ""), ("a/b.c_d-e", "x" * 1024)]
    fields = {"metadata": [certificate_pb2.MetadataEntry(key=k, value=v) for k, v in entries]}
    profile_id = await standing.profile(open_policy())
    answer = await standing.issue(order(profile_id, common_name="a.example.com", fields=fields))
    live = standing.live
    key = messages.GetCertificateRequest(certificate_id=answer.certificate.certificate_id)
    told = (await live.call(live.certificates.GetCertificate, key)).certificate
    assert sorted((entry.key, entry.value) for entry in told.metadata) == sorted(entries)
    assert [(entry.key, entry.value) for entry in answer.certificate_request.metadata] == entries


_AUTO = profile_pb2.ApiEnrollmentConfig(auto_renew=True)
_REASON = certificate_pb2


@pytest.mark.parametrize(
    ("config", "request_fields", "attributes", "reason"),
    [
        (profile_pb2.ApiEnrollmentConfig(), {}, {}, _REASON.AUTO_RENEWAL_REASON_PROFILE_OFF),
        (_AUTO, {"auto_renew": False}, {}, _REASON.AUTO_RENEWAL_REASON_NOT_REQUESTED),
        (
            profile_pb2.ApiEnrollmentConfig(auto_renew=True, renew_before_days=10),
            {},
            {"ttl": "10d"},
            _REASON.AUTO_RENEWAL_REASON_THRESHOLD_NOT_BEFORE_LIFETIME,
        ),
        (_AUTO, {}, {"csr": True}, _REASON.AUTO_RENEWAL_REASON_CSR_KEY_NOT_REUSABLE),
    ],
)
async def test_that_there_is_no_renewal_is_told_with_its_reason(
    standing: Standing, config: Any, request_fields: dict[str, Any], attributes: dict[str, Any], reason: int
) -> None:
    """Never silently."""
    attributes = {key: csr_pem() if key == "csr" else value for key, value in attributes.items()}
    profile_id = await standing.profile(open_policy(), api_config=config)
    request = order(profile_id, common_name="a.example.com", fields=request_fields, **attributes)
    told = (await standing.issue(request)).certificate.auto_renewal
    assert (told.enabled, told.reason, told.HasField("renews_at")) == (False, reason, False)
    assert told.message


@pytest.mark.parametrize(
    ("config", "seconds_left"),
    [
        ({}, 3 * DAY),
        ({"renew_before_days": 2}, 2 * DAY),
        ({"renew_before": Duration(seconds=3600)}, 3600),
        ({"renew_before_percent": 10}, 9 * DAY // 10),
    ],
)
async def test_a_renewal_is_told_with_its_time(
    standing: Standing, config: dict[str, Any], seconds_left: int
) -> None:
    """By days, by duration, by percent, and by default at two thirds of the lifetime."""
    api_config = profile_pb2.ApiEnrollmentConfig(auto_renew=True, **config)
    profile_id = await standing.profile(open_policy(), api_config=api_config)
    answer = (await standing.issue(order(profile_id, common_name="a.example.com", ttl="9d"))).certificate
    assert answer.auto_renewal.enabled
    left = answer.not_after.seconds - answer.auto_renewal.renews_at.seconds
    assert abs(left - seconds_left) <= 1


async def test_a_request_may_ask_for_renewal_itself(standing: Standing) -> None:
    """Also where the profile would not by itself; with a CSR where its key may be used again."""
    profile_id = await standing.profile(open_policy())
    fields = {"auto_renew": True}
    answer = await standing.issue(order(profile_id, common_name="a.example.com", fields=fields))
    assert answer.certificate.auto_renewal.enabled
    config = profile_pb2.ApiEnrollmentConfig(renew_with_same_key=True)
    reusable = await standing.profile(open_policy(allow_key_reuse=True), api_config=config)
    answer = await standing.issue(order(reusable, csr=csr_pem(), common_name="a.example.com", fields=fields))
    assert answer.certificate.auto_renewal.enabled


async def test_an_answer_and_a_later_look_tell_the_same(standing: Standing) -> None:
    """By id, and by serial number however it is written; never with a key."""
    live = standing.live
    profile_id = await standing.profile(lasting(max_lifetime=DAY))
    issued = (await standing.issue(order(profile_id, common_name="a.example.com", ttl="1d"))).certificate
    serial = issued.serial_number
    spellings = [
        serial,
        serial.upper(),
        f"0x{serial}",
        ":".join(serial[i : i + 2] for i in range(0, len(serial), 2)),
    ]
    keys = [messages.GetCertificateRequest(certificate_id=issued.certificate_id)]
    keys += [
        messages.GetCertificateRequest(
            serial_key=messages.SerialKey(ca_id=issued.ca_id, serial_number=spelling)
        )
        for spelling in spellings
    ]
    for key in keys:
        answer = await live.call(live.certificates.GetCertificate, key)
        told = answer.certificate
        assert (told.id, told.certificate, told.fingerprint_sha256) == (
            issued.certificate_id,
            issued.certificate,
            issued.fingerprint_sha256,
        )
        assert b"PRIVATE KEY" not in answer.SerializeToString()
