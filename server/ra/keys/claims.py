"""Hands over the keys of certificates that were issued late: to their requesters alone, once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from server.clock import Clock
from server.errors import not_found
from server.pki.algorithms import KeyAlgorithm
from server.ra.access.caller import Caller
from server.ra.issuing.catalog import Documents
from server.ra.issuing.issuance import Issued
from server.ra.keys.custody import Custody
from server.ra.keys.delivery import SealedTo, Wish
from server.ra.keys.recall import Recall
from server.ra.keys.rules import prove_claim
from server.ra.keys.states import KeyState, KeyStep, is_claimable, refuse_claim
from server.ra.keys.telling import delivery_audited
from server.ra.retries import Retries, recorded
from server.ra.revisions import settled
from server.ra.tasks import Tasks
from server.store.failures import GuardFailed
from server.store.records import RequestRecord
from server.store.store import Store
from server.store.unit import Unit, Write

_TYPE = "CertificateRequest"


class Claims:
    """The keys that are owed."""

    def __init__(
        self,
        store: Store,
        recall: Recall,
        documents: Documents,
        *,
        custody: Custody,
        retries: Retries,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        self._store = store
        self._recall = recall
        self._documents = documents
        self._custody = custody
        self._retries = retries
        self._tasks = tasks
        self._clock = clock

    async def claim(self, caller: Caller, id_: str, wish: Wish) -> Issued:
        """A request's certificate with its key; the call that got it may be repeated for ten minutes.

        A key whose order named a recipient is sealed, whatever is wished for
        now. Raises NotFound for all but the requester, Denied, Invalid or
        Refused for a wish that cannot be, and Refused if there is no key to be had.
        """
        make = partial(settled, partial(self._claimed, caller, id_, wish))
        return await self._retries.once(caller, make, partial(self._again, caller, wish))

    async def claim_for_wait(self, caller: Caller, id_: str, wish: Wish) -> Issued:
        """What came of an issued request, for a caller that was let in and has waited for it.

        With the key if the caller is its requester and nobody has fetched it:
        that is its delivery. A retry of the call that delivered it gets it too.
        """
        return await settled(partial(self._waited, caller, id_, wish))

    async def told_again(self, caller: Caller, id_: str, wish: Wish) -> Issued:
        """What came of an issued request, for a caller that was let in; with a key that this call delivered.

        The request is read after the key: it is never told with one that it says is still to be claimed.
        """
        secret = await self._custody.repeated(caller, id_)
        request = await self._request(id_)
        return await self._recall.delivered(request, secret, self._settled(request, wish))

    async def _claimed(self, caller: Caller, id_: str, wish: Wish) -> Issued:
        request, now = await self._own(caller, id_), self._clock()
        refuse_claim(request, now=now)
        form = await self._form(request, wish)
        secret = await self._custody.open(id_, identity_id=request.requester_id)
        if secret is None:  # between the two looks somebody was faster, or its time came
            refuse_claim(await self._own(caller, id_), now=self._clock())
            raise GuardFailed("held_secret", expected=1, met=0)
        return await self._delivered(caller, request, secret, form, *recorded(caller, id_, now))

    async def _again(self, caller: Caller, wish: Wish, id_: str) -> Issued:
        request = await self._own(caller, id_)
        secret = await self._custody.repeated(caller, id_)
        if secret is None:
            refuse_claim(request, now=self._clock())
        return await self._recall.delivered(request, secret, await self._form(request, wish))

    async def _form(self, request: RequestRecord, wish: Wish) -> Wish:
        """The form that the key is handed out in. Raises Invalid, Refused."""
        asked = self._documents.order(request.order).delivery
        certificate = await self._recall.certificate(request)
        prove_claim(wish, asked, algorithm=KeyAlgorithm[certificate.key_algorithm])
        return self._settled(request, wish)

    def _settled(self, request: RequestRecord, wish: Wish) -> Wish:
        """The wish, unless the key is sealed to a recipient: a renewal's can be without its being said."""
        asked = self._documents.order(request.order).delivery
        return asked if isinstance(asked, SealedTo) else wish

    async def _waited(self, caller: Caller, id_: str, wish: Wish) -> Issued:
        request = await self._request(id_)
        mine = request.requester_id == caller.principal.identity_id
        if mine and is_claimable(request, now=self._clock()):
            secret = await self._custody.open(id_, identity_id=request.requester_id)
            if secret is not None:
                return await self._delivered(caller, request, secret, self._settled(request, wish))
        return await self.told_again(caller, id_, wish)

    async def _delivered(
        self, caller: Caller, request: RequestRecord, secret: bytes, wish: Wish, *writes: Write
    ) -> Issued:
        """The answer is made before the key is given up: what fails to be told stays claimable."""
        issued, now = await self._recall.delivered(request, secret, wish), self._clock()
        assert issued.private_key is not None, "a key that is held can be handed out"
        step = KeyStep(request=request, certificate=issued.certificate, to=KeyState.DELIVERED, now=now)
        kept = self._custody.handed_over(caller, request.id, secret, now=now)
        told = delivery_audited(caller, request.id, issued.private_key.form, now=now)
        revision = await self._tasks.own(self._stored(step.unit(kept, *writes, told)))
        after, certificate = step.done(revision)
        return replace(issued, request=after, certificate=certificate)

    async def _stored(self, unit: Unit) -> int:
        revision = await self._store.commit(unit)
        self._custody.has_traces = True
        return revision

    async def _own(self, caller: Caller, id_: str) -> RequestRecord:
        """The caller's own request. Raises NotFound, to owners too, and Denied."""
        absent = not_found(_TYPE, id_)
        request = await self._store.get(RequestRecord, id=id_)
        if request is None:
            raise absent
        caller.enter(
            request.project_id,
            absent=absent,
            requester_id=request.requester_id,
            profile_id=request.profile_id,
        )
        if request.requester_id != caller.principal.identity_id:
            raise absent
        return request

    async def _request(self, id_: str) -> RequestRecord:
        request = await self._store.get(RequestRecord, id=id_)
        if request is None:
            raise not_found(_TYPE, id_)
        return request
