"""What is held of a key that was ordered sealed: what its recipient alone can open, at any time."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from server import keyring
from server.pki.hpke import Sealed
from server.store.records import HeldSecretRecord
from tests.e2e.secrets_search import files, found, key_spellings, rows
from tests.keys.counter import Counter
from tests.keys.forms import BOTH_KEMS, Form
from tests.ordering import order
from tests.requests.offices import Person


async def held(counter: Counter, id_: str, by: Person, attempt: str = "") -> bytes:
    """What the server itself can make of what it holds for somebody, or for a retry of theirs."""
    live = counter.live
    kek = await keyring.find(live.settings, live.app.store)
    record = await live.app.store.get(HeldSecretRecord, object_id=id_)
    assert record is not None
    told = f"/{attempt}" if attempt else ""
    return kek.open(record.sealed, context=f"held_secret/{id_}/{by.id}{told}")


def prove_sealed(octets: bytes, form: Form, id_: str) -> None:
    """They are what the recipient opens, and nothing besides: no PKCS #8, nor any of its numbers."""
    sealed = Sealed.of(octets)
    assert octets == sealed.octets
    plain = form.recipient.octets(sealed, request_id=id_)
    key = load_der_private_key(plain, None)
    assert key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) == plain
    secrets = {"key": key_spellings(key)}  # type: ignore[arg-type]
    assert found(secrets, [("plain", plain), ("held", octets)]) == {"key": {"plain"}}
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own
        load_der_private_key(octets, None)


@pytest.mark.parametrize("kem", BOTH_KEMS)
async def test_until_it_is_claimed_and_for_its_retries(counter: Counter, requester: Person, kem: int) -> None:
    """The same octets first and last: they are those of the answer."""
    form, request_id = Form.of("SEALED", kem), str(uuid4())
    id_ = await counter.issued_late(requester, fields=form.wish())
    owed = await held(counter, id_, requester)
    prove_sealed(owed, form, id_)
    told = (await counter.claim(id_, requester, request_id)).certificate.sealed_private_key
    kept = await held(counter, id_, requester, _attempt("Request", "ClaimPrivateKey", request_id))
    assert kept == owed
    assert owed.endswith(told.enc + told.ciphertext)


async def test_of_an_issuance_that_may_be_repeated(counter: Counter, requester: Person) -> None:
    """And nothing at all without a ``request_id``."""
    form, profile_id = Form.of("SEALED"), await counter.live.profile()
    request = order(profile_id, common_name="a.example.com", fields=form.wish())
    assert not await counter.is_held((await counter.send(request, requester)).certificate_request_id)
    request.request_id = str(uuid4())
    id_ = (await counter.send(request, requester)).certificate_request_id
    attempt = _attempt("", "IssueCertificate", request.request_id)
    prove_sealed(await held(counter, id_, requester, attempt), form, id_)


async def test_its_plaintext_is_nowhere(sqlite_counter: Counter) -> None:
    """Neither in a row nor in a file: while it is owed, once it was delivered, and after its time."""
    counter, form = sqlite_counter, Form.of("SEALED")
    requester = await counter.person("REQUESTER")
    waiting = asyncio.create_task(counter.awaited(requester, str(uuid4()), **form.wish()))
    id_ = await counter.arrived(requester)
    await counter.approve(id_, await counter.person("OPERATOR"))
    key = form.key((await waiting).certificate, request_id=id_)
    for _ in range(2):
        settings = counter.live.settings
        places = [*rows(settings.database), *files(settings.data_dir)]
        assert found({"key": key_spellings(key)}, places) == {"key": set()}
        await counter.pass_by(minutes=11)
    assert not await counter.is_held(id_)


def _attempt(service: str, method: str, request_id: str) -> str:
    return f"certmanager.v1.Certificate{service}Service/{method}/{request_id}"
