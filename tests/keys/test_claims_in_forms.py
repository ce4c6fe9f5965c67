"""Keys that were issued late, claimed in each form; and what cannot be had so is not lost by asking."""

from __future__ import annotations

from threading import current_thread
from typing import Any
from uuid import uuid4

import grpc
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidTag

from certmanager.v1 import profile_pb2, x509_pb2
from server.ra.keys.delivery import handed_out
from tests.keys.counter import CLAIMABLE, DELIVERED, Counter, fits
from tests.keys.forms import NAMES, NUL, OTHER, P256, PASSWORD, X25519, Form, in_file
from tests.oracles import openssl_pkcs12
from tests.ordering import open_policy, order
from tests.requests.offices import FAILED, OPERATOR, Person, step
from tests.sealing import keys_in

SEALED_ONLY = profile_pb2.PRIVATE_KEY_DELIVERY_SEALED_ONLY


async def guarded(counter: Counter, **said: Any) -> str:
    """The id of a profile with an approval, and with more of its own."""
    approval = profile_pb2.ApprovalConfig(steps=[step(OPERATOR)])
    message = profile_pb2.CertificateProfile(approval_config=approval, **said)
    return await counter.live.profile(policy=open_policy(), message=message)


@pytest.mark.parametrize("name", NAMES)
async def test_a_claim_in_each_form(counter: Counter, requester: Person, name: str) -> None:
    """Of an order that asked for no other; the audit log tells the form."""
    form = Form.of(name)
    fields = form.wish() if name == "SEALED" else {}
    id_ = await counter.issued_late(requester, fields=fields)
    claimed = (await counter.claim(id_, requester, **form.claim())).certificate
    form.key(claimed, request_id=id_)
    assert await counter.key_states(id_) == (DELIVERED, DELIVERED)
    (row,) = await counter.told(id_, "privateKeys.deliver")
    assert (row.identity_id, row.details) == (requester.id, {"form": name})


async def test_the_file_holds_certificate_and_chain(sqlite_counter: Counter) -> None:
    """OpenSSL finds those of the answer, and opens nothing with another password."""
    requester = await sqlite_counter.person("REQUESTER")
    id_ = await sqlite_counter.issued_late(requester)
    claimed = (await sqlite_counter.claim(id_, requester, **in_file())).certificate
    found = x509.load_pem_x509_certificates(openssl_pkcs12(claimed.pkcs12, PASSWORD).pem.encode())
    told = (claimed.certificate + claimed.certificate_chain).encode()
    assert found == x509.load_pem_x509_certificates(told)
    assert openssl_pkcs12(claimed.pkcs12, OTHER).pem == ""


@pytest.mark.parametrize(("said", "thread"), [(in_file(), "crypto"), ({}, "MainThread")])
async def test_a_password_is_stretched_off_the_loop(
    sqlite_counter: Counter, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], thread: str
) -> None:
    """As at issuance: many claims at once would keep the loop from all its other work."""
    threads = []

    def noting(*args: Any, **named: Any) -> Any:
        threads.append(current_thread().name)
        return handed_out(*args, **named)

    monkeypatch.setattr("server.ra.keys.recall.handed_out", noting)
    requester = await sqlite_counter.person("REQUESTER")
    await sqlite_counter.claim(await sqlite_counter.issued_late(requester), requester, **said)
    assert [name.partition("_")[0] for name in threads] == [thread]


@pytest.mark.parametrize("claimed", ["PKCS8_PEM", "PKCS12"])
async def test_an_order_for_a_file_may_be_claimed_as_either(counter: Counter, claimed: str) -> None:
    """The password of the order was not kept: that of the claim is the one."""
    requester, form = await counter.person("REQUESTER"), Form.of(claimed)
    id_ = await counter.issued_late(requester, fields=in_file())
    answer = await counter.claim(id_, requester, **form.claim(OTHER))
    form.key(answer.certificate, request_id=id_, password=OTHER)


@pytest.mark.parametrize("kem", [X25519, P256])
async def test_what_was_ordered_sealed_comes_sealed(counter: Counter, requester: Person, kem: Any) -> None:
    """To the recipient of the order, for its request alone."""
    form = Form.of("SEALED", kem)
    id_, other = [await counter.issued_late(requester, fields=form.wish()) for _ in range(2)]
    claimed = (await counter.claim(id_, requester)).certificate
    form.key(claimed, request_id=id_)
    with pytest.raises(InvalidTag):
        form.recipient.octets(claimed.sealed_private_key, request_id=other)


async def test_a_sealed_key_goes_into_no_file(counter: Counter, requester: Person) -> None:
    """Nothing is lost by asking: it can be claimed as it is."""
    form = Form.of("SEALED")
    id_ = await counter.issued_late(requester, fields=form.wish())
    failure = await counter.refused_claim(id_, requester, **in_file())
    assert (failure.code, failure.fields) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        {"key_format": "KEY_SEALED"},
    )
    await prove_untouched(counter, id_)
    form.key((await counter.claim(id_, requester)).certificate, request_id=id_)


@pytest.mark.parametrize("algorithm", ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])
async def test_an_ml_dsa_key_goes_into_no_file(sqlite_counter: Counter, algorithm: str) -> None:
    """It can be claimed in clear after that, under the same ``request_id``: a refusal uses none up."""
    counter, request_id = sqlite_counter, str(uuid4())
    requester = await counter.person("REQUESTER")
    number = x509_pb2.KeyAlgorithm.Value(f"KEY_ALGORITHM_{algorithm}")
    id_ = await counter.issued_late(requester, key_algorithm=number)
    failure = await counter.refused_claim(id_, requester, request_id, **in_file())
    assert (failure.code, failure.fields) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        {"key_format": "KEY_FORMAT_IMPOSSIBLE"},
    )
    await prove_untouched(counter, id_)
    assert fits((await counter.claim(id_, requester, request_id)).certificate)


async def test_a_password_with_a_nul_gets_no_file(sqlite_counter: Counter) -> None:
    """Neither at first nor in a retry; and the retry that is mended does."""
    counter, request_id, form = sqlite_counter, str(uuid4()), Form.of("PKCS12")
    requester = await counter.person("REQUESTER")
    id_ = await counter.issued_late(requester)
    for _ in range(2):
        failure = await counter.refused_claim(id_, requester, request_id, **in_file(NUL))
        assert failure.fields == {"key_password": "NUL_CHARACTER"}
        answer = await counter.claim(id_, requester, request_id, **in_file())
        form.key(answer.certificate, request_id=id_)


@pytest.mark.parametrize(
    "said", [{"key_format": x509_pb2.KEY_FORMAT_PKCS12}, {"key_password": PASSWORD}], ids=["none", "useless"]
)
async def test_a_claim_has_a_password_if_it_needs_one(sqlite_counter: Counter, said: dict[str, Any]) -> None:
    requester = await sqlite_counter.person("REQUESTER")
    id_ = await sqlite_counter.issued_late(requester)
    failure = await sqlite_counter.refused_claim(id_, requester, **said)
    assert failure.fields == {"": "CLAIM_KEY_PASSWORD"}
    await prove_untouched(sqlite_counter, id_)


async def test_a_profile_that_only_seals(counter: Counter, requester: Person) -> None:
    """An open wish is not even taken; a sealed one waits for its approval, and is claimed sealed."""
    profile_id, form = await guarded(counter, private_key_delivery=SEALED_ONLY), Form.of("SEALED")
    request = order(profile_id, common_name="a.example.com")
    method = counter.live.certificates.IssueCertificate
    failure = await counter.live.refused(method, request, token=requester.token)
    assert failure.fields == {"generated_key.recipient_key": "RECIPIENT_KEY_REQUIRED"}
    id_ = await counter.issued_late(requester, profile_id=profile_id, fields=form.wish())
    assert (await counter.refused_claim(id_, requester, **in_file())).fields == {"key_format": "KEY_SEALED"}
    form.key((await counter.claim(id_, requester)).certificate, request_id=id_)


async def test_a_profile_that_came_to_seal_while_an_open_wish_waited(
    counter: Counter, requester: Person
) -> None:
    """The last approval judges by the rules of then: no key is made."""
    profile_id = await guarded(counter)
    id_ = await counter.waiting(profile_id, by=requester)
    await counter.update_profile(profile_id, private_key_delivery=SEALED_ONLY)
    told = await counter.approve(id_, await counter.person("OPERATOR"))
    assert (told.state, await counter.is_held(id_)) == (FAILED, False)
    assert (await counter.refused_claim(id_, requester)).reason == "STATE_CONFLICT"


async def prove_untouched(counter: Counter, id_: str) -> None:
    """A refused claim leaves the key to be claimed, and tells nobody of a delivery."""
    assert await counter.key_states(id_) == (CLAIMABLE, CLAIMABLE)
    assert await counter.told(id_, "privateKeys.deliver") == []
    assert keys_in((await counter.get(id_)).certificate) == set()
