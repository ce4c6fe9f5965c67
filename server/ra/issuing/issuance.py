"""From a draft that nothing speaks against to a certificate that is stored: the one way to sign.

    at once   the request and its certificate are stored together, and the key is in the answer
    late      the request's last approval, its certificate and the key that is owed are
              stored together: there is no half-way state that a crash could leave

A renewal says in the same unit that its predecessor is renewed. Its key is owed, too, if it
is not its requester who asks: to an operator, and to the server itself, none is handed over.

The key is made only here, and nothing that was signed leaves before its row is durable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from server.ca.pool import CryptoPool
from server.ca.signing import Signing
from server.clock import Clock
from server.pki.keys import PrivateKey
from server.pki.pem import certificate_pem
from server.pki.template import Template
from server.ra.access.caller import Caller
from server.ra.audit import audited
from server.ra.issuing.assembly import Draft
from server.ra.issuing.entries import certificate_record, issuance, judged
from server.ra.issuing.fulfilment import changes_of, grounds
from server.ra.issuing.order import Order
from server.ra.issuing.profile import KeySource, Profile, profile_absent
from server.ra.issuing.signed import Signed
from server.ra.keys.custody import Custody
from server.ra.keys.delivery import Delivered, delivered, owed, repeatable, without_stall
from server.ra.keys.telling import delivery_audited
from server.ra.renewing.predecessor import Predecessor
from server.ra.requests.progress import Progress
from server.ra.requests.steps import ISSUED, moved
from server.ra.retries import recorded
from server.ra.revoking.blocked import BlockedKeys
from server.store.failures import ForeignKeyViolation, GuardFailed
from server.store.records import CertificateRecord, DecisionRecord, ObjectKind, RequestRecord
from server.store.store import Store
from server.store.unit import Insert, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What came of an order that was issued."""

    request: RequestRecord
    certificate: CertificateRecord
    certificate_pem: str
    chain_pem: str
    issuing_ca_pem: str
    at: datetime
    """When it is told: what is derived from the time is as it is then."""
    warnings: tuple[str, ...] = ()
    private_key: Delivered | None = None
    """Set where this answer delivers the key that the server made."""
    progress: Progress = field(default_factory=Progress)
    """The approvals that it had."""


class Issuance:
    """Makes keys, has the CA sign, and stores what came of it."""

    def __init__(
        self,
        store: Store,
        pool: CryptoPool,
        *,
        custody: Custody,
        blocked: BlockedKeys,
        clock: Clock,
        observe: Callable[[Issued], None],
    ) -> None:
        self._store = store
        self._pool = pool
        self._signing = Signing(pool)
        self._custody = custody
        self._blocked = blocked
        self._clock = clock
        self._observe = observe

    async def at_once(
        self,
        caller: Caller,
        order: Order,
        request: RequestRecord,
        *,
        profile: Profile,
        draft: Draft,
        predecessor: Predecessor | None = None,
    ) -> Issued:
        """The certificate of a request that has just arrived. Raises ``GuardFailed`` as ``late``."""
        signed = await self._signed(profile, draft, predecessor)
        if not caller.speaks_for(request.requester_id):
            issued = self._outcome(order, signed.owed(request, owed_for=self._custody.owed_for), signed)
            kept = (*recorded(caller, request.id, signed.at), *self._owed(order, issued.request, signed))
            return await self._stored(caller, request, issued, Insert(issued.request), *kept, signed=signed)
        issued = self._outcome(order, signed.handed_over(request), signed)
        if signed.key:  # before the commit, lest a certificate be stored without its key
            issued = replace(issued, private_key=await self._delivered(signed.key, order, issued, signed))
        writes = (Insert(issued.request), *self._handed_over(caller, issued, signed))
        return await self._stored(caller, request, issued, *writes, signed=signed)

    async def late(
        self,
        caller: Caller,
        order: Order,
        request: RequestRecord,
        *,
        decision: DecisionRecord,
        profile: Profile,
        draft: Draft,
        guards: Sequence[Write],
        predecessor: Predecessor | None = None,
    ) -> Issued:
        """The certificate of a request that waited, with its last approval. Raises ``GuardFailed``.

        That means that the request, or what it was judged by, changed meanwhile: what was
        signed is thrown away.
        """
        signed = await self._signed(profile, draft, predecessor)
        known = replace(request, **judged(profile, draft.template))
        issued = self._outcome(order, signed.owed(known, owed_for=self._custody.owed_for), signed)
        details = {"state": ISSUED, "step": decision.step}
        writes = (
            moved(request, changes_of(issued.request), now=signed.at),
            Insert(decision),
            *self._owed(order, issued.request, signed),
            audited(caller, ObjectKind.REQUEST, request.id, now=signed.at, details=details),
        )
        return await self._stored(caller, request, issued, *guards, *writes, signed=signed)

    async def _signed(self, profile: Profile, draft: Draft, predecessor: Predecessor | None) -> Signed:
        template, key = await self._keyed(draft)
        return Signed(
            profile=profile,
            draft=draft,
            template=template,
            predecessor=predecessor,
            certificate=await self._signing.sign(profile.issuer.signer, template),
            key=key,
            at=self._clock(),
        )

    async def _keyed(self, draft: Draft) -> tuple[Template, PrivateKey | None]:
        """The template complete: the key is made only now that nothing speaks against the order."""
        if draft.source is KeySource.CSR:
            return draft.template, None
        key = await self._pool.generate(draft.template.key_algorithm)
        return draft.with_key(key.public_key()), key

    def _outcome(self, order: Order, done: RequestRecord, signed: Signed) -> Issued:
        profile, draft, before = signed.profile, signed.draft, signed.predecessor
        terms = signed.terms(asked=order.auto_renew)
        stored = certificate_record(
            order, done, profile=profile, template=draft.template, certificate=signed.certificate,
            renewal=signed.plan(terms), terms=terms, predecessor=before.certificate if before else None,
            private_key_state=done.private_key_state, now=signed.at,
        )  # fmt: skip
        return Issued(
            request=replace(done, certificate_id=stored.id),
            certificate=stored,
            certificate_pem=certificate_pem(signed.certificate),
            chain_pem=profile.chain_pem,
            issuing_ca_pem=profile.issuer.certificate_pem,
            at=signed.at,
            warnings=draft.warnings,
        )

    async def _delivered(self, key: PrivateKey, order: Order, issued: Issued, signed: Signed) -> Delivered:
        work = partial(
            delivered,
            key,
            order.delivery,
            certificate=signed.certificate,
            chain=issued.chain_pem,
            request_id=issued.request.id,
        )
        return await without_stall(self._pool, order.delivery, work)

    def _handed_over(self, caller: Caller, issued: Issued, signed: Signed) -> tuple[Write, ...]:
        """What is stored because the answer may be repeated, and because it delivers a key."""
        request, told = issued.request, issued.private_key
        known = recorded(caller, request.id, signed.at)
        if signed.key is None or told is None:
            return known
        row = delivery_audited(caller, request.id, told.form, now=signed.at)
        if caller.attempt is None:
            return (*known, row)
        secret = repeatable(signed.key, told)
        return (*known, *self._custody.repeatable(caller, request.id, secret, now=signed.at), row)

    def _owed(self, order: Order, request: RequestRecord, signed: Signed) -> tuple[Write, ...]:
        """The key that its requester, who is not here, is to fetch."""
        if signed.key is None or request.private_key_expires_at is None:
            return ()
        return (
            self._custody.hold(
                request.id,
                owed(signed.key, order.delivery, request_id=request.id),
                identity_id=request.requester_id,
                until=request.private_key_expires_at,
            ),
        )

    async def _stored(
        self, caller: Caller, before: RequestRecord, issued: Issued, *writes: Write, signed: Signed
    ) -> Issued:
        held = grounds(signed.profile, signed.draft.template)
        succession, changes = signed.succession(issued.certificate)
        unit = issuance(
            caller, before, issued.certificate, *writes, *succession, grounds=held, changes=changes
        )
        try:
            revision = await self._store.commit(unit)
        except GuardFailed:
            await self._blocked.learn(signed.draft.template)  # before this is tried again
            raise
        except ForeignKeyViolation:  # the profile went while the CA signed
            raise profile_absent(before.profile_id) from None
        known = replace(
            issued,
            request=replace(issued.request, revision=revision - 1),
            certificate=replace(issued.certificate, revision=revision),
        )
        self._observe(known)
        return known
