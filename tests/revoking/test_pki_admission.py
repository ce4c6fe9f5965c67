"""Whoever floods the plain listener keeps neither the database nor memory from anybody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPResponseStatus

from server.ca.places import Places
from server.errors import Unavailable
from server.ra.revoking import lists
from server.ra.revoking.admission import Admission
from server.ra.revoking.lists import CRLs
from server.ra.revoking.ocsp import OCSPResponder
from server.store.records import CertificateRecord, CRLBodyRecord, ObjectKind
from server.store.unit import Change, Unit
from tests.revoking.pki_paths import ca_path, crl_path
from tests.revoking.relying import Party, question, question_of

T = TypeVar("T")

_FLOOD = 300
_NOWHERE = Places("")


async def test_some_come_in_some_wait_and_the_others_are_turned_away() -> None:
    admission, door = Admission(at_once=2, waiting=3), asyncio.Event()
    inside = 0

    async def come() -> bool:
        nonlocal inside
        try:
            async with admission.place():
                inside += 1
                await door.wait()
        except Unavailable:
            return False
        return True

    coming = [asyncio.create_task(come()) for _ in range(9)]
    await asyncio.sleep(0)
    assert (inside, admission.turned_away) == (2, 4)
    coming[0].cancel()  # whoever leaves makes place
    door.set()
    came = await asyncio.gather(*coming, return_exceptions=True)
    assert Counter(came[1:]) == {True: 4, False: 4}
    assert await come()


async def test_a_flood_of_questions_takes_few_readers(
    relying_sqlite: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four are in work, some wait, the rest are told to try later; what is known is told all the same."""
    known, held = await relying_sqlite.issue(), await relying_sqlite.issue()
    await relying_sqlite.ask(known)
    at_once, door = _counted(relying_sqlite, monkeypatch)
    responder = _listening(relying_sqlite, OCSPResponder)
    flood = [
        asyncio.create_task(responder.answer(question_of(held, serial))) for serial in range(1, _FLOOD + 1)
    ]
    await asyncio.sleep(0)
    assert (await relying_sqlite.ask(known)).certificate_status is ocsp.OCSPCertStatus.GOOD
    refused = await relying_sqlite.http.get(ca_path(relying_sqlite))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    door.set()
    answers = await asyncio.gather(*flood)
    told = Counter(ocsp.load_der_ocsp_response(answer.der).response_status for answer in answers)
    assert told == {OCSPResponseStatus.SUCCESSFUL: 204, OCSPResponseStatus.TRY_LATER: _FLOOD - 204}
    assert max(at_once) == 4


async def test_the_same_question_of_many_costs_one_look(
    relying_sqlite: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await relying_sqlite.issue()
    at_once, door = _counted(relying_sqlite, monkeypatch)
    door.set()
    asked = (relying_sqlite.http.post("/ocsp", content=question(held)) for _ in range(40))
    await asyncio.gather(*asked)
    assert len(at_once) <= 4


async def test_a_crl_of_any_size_is_read_once(relying_sqlite: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that alone is more than is held otherwise: all who fetch it share its octets."""
    monkeypatch.setattr(lists, "_HELD", 1)
    path, crls = await crl_path(relying_sqlite), CRLs(relying_sqlite.live.app.store, _NOWHERE)
    id_ = path.removeprefix("/crl/").removesuffix(".crl")
    first = await crls.crl_der(id_)
    assert first is not None
    assert await crls.crl_der(id_) is first


async def test_news_of_another_crl_keep_none_from_being_held(
    relying_sqlite: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many are published, some change is always told while one is read."""
    store, path = relying_sqlite.live.app.store, await crl_path(relying_sqlite)
    crls, get = CRLs(store, _NOWHERE), store.get

    async def told(record: type[Any], /, **where: object) -> Any:
        if record is CRLBodyRecord:
            await store.commit(Unit((), (Change(ObjectKind.CRL, "another"),)))
        return await get(record, **where)

    monkeypatch.setattr(store, "get", told)
    id_ = path.removeprefix("/crl/").removesuffix(".crl")
    assert await crls.crl_der(id_)
    assert crls.held(id_)


async def test_the_crls_are_in_memory_once(relying_sqlite: Party) -> None:
    """For the listener, the API and the watches."""
    assert _listening(relying_sqlite, CRLs)


def _listening(relying: Party, kind: type[T]) -> T:
    """The one of its kind that the server has."""
    listeners = [getattr(one, "__self__", None) for one in relying.live.app.store.feed._listeners]
    (found,) = [one for one in listeners if isinstance(one, kind)]
    return found


def _counted(relying: Party, monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], asyncio.Event]:
    """How many looks for a certificate there were at each; they wait for the event."""
    store, door = relying.live.app.store, asyncio.Event()
    get: Callable[..., Any] = store.get
    at_once: list[int] = []
    running = 0

    async def counted(record: type[Any], /, **where: object) -> Any:
        nonlocal running
        if record is not CertificateRecord:
            return await get(record, **where)
        running += 1
        at_once.append(running)
        try:
            await door.wait()
            return await get(record, **where)
        finally:
            running -= 1

    monkeypatch.setattr(store, "get", counted)
    return at_once, door
