"""Takes orders for certificates: judges them, and has the CA sign those that pass.

This is the one path (design page "architecture"): whatever asks for a certificate
goes through ``assemble``, ``refuse`` and ``_issue``, and nothing that was signed
leaves the process before its row is durable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from server.ca.issuer import not_active
from server.ca.pool import CryptoPool
from server.ca.signing import Signing
from server.clock import Clock
from server.errors import Invalid, NotFound, Reason, Refused, Unsupported, not_found
from server.ids import new_id
from server.pki.certificate import Certificate
from server.pki.keys import PrivateKey
from server.pki.pem import certificate_pem
from server.pki.serial import new_serial
from server.pki.template import Template
from server.ra.access import Caller
from server.ra.assembly import Draft, assemble
from server.ra.catalog import Catalog
from server.ra.delivery import Delivered, delivered, is_slow
from server.ra.entries import certificate_record, issuance_unit, request_record
from server.ra.order import Order
from server.ra.profile import KeySource, Profile
from server.ra.refusal import refuse
from server.ra.tasks import Tasks
from server.store.failures import ForeignKeyViolation, GuardFailed
from server.store.records import CertificateRecord, RequestRecord
from server.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What came of an order that was issued at once."""

    request: RequestRecord
    certificate: CertificateRecord
    certificate_pem: str
    chain_pem: str
    issuing_ca_pem: str
    warnings: tuple[str, ...] = ()
    private_key: Delivered | None = None
    """Set for a key that the server made."""


class Registration:
    """The registration authority: decides which orders become certificates."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        pool: CryptoPool,
        *,
        tasks: Tasks,
        clock: Clock,
        observe: Callable[[Issued], None],
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._pool = pool
        self._signing = Signing(pool)
        self._tasks = tasks
        self._clock = clock
        self._observe = observe

    async def judge(self, caller: Caller, order: Order) -> Draft:
        """What the order would become, with all that speaks against it; nothing is signed or stored."""
        return self._draft(order, await self._profile(caller, order))

    async def issue(self, caller: Caller, order: Order) -> Issued:
        """The certificate of an order, stored before it is told. Raises what ``refuse`` raises."""
        profile = await self._profile(caller, order)
        draft = self._draft(order, profile)
        refuse(draft, profile)
        if profile.rules.needs_approval:
            raise Unsupported("this server does not take requests that need an approval yet")
        return await self._tasks.own(self._issue(caller, order, profile=profile, draft=draft))

    def _draft(self, order: Order, profile: Profile) -> Draft:
        return assemble(order, profile, now=self._clock(), serial=new_serial())

    async def _profile(self, caller: Caller, order: Order) -> Profile:
        absent = _absent(order)
        if any(fault.field == "profile_id" for fault in order.faults):
            raise Invalid("the request is malformed", violations=order.faults)
        project_id = await self._catalog.project_of(order.profile_id)
        if project_id is None:
            raise absent
        caller.enter(
            project_id,
            absent=absent,
            requester_id=caller.principal.identity_id,
            profile_id=order.profile_id,
        )
        profile = await self._catalog.profile(order.profile_id)
        if profile is None:
            raise absent
        if profile.disabled:
            message = f"the certificate profile '{profile.slug}' is disabled"
            raise Refused(message, reason=Reason.PROFILE_DISABLED, profile_id=profile.id)
        profile.issuer.ensure_active(self._clock())
        return profile

    async def _issue(self, caller: Caller, order: Order, *, profile: Profile, draft: Draft) -> Issued:
        template, key = await self._keyed(draft)
        certificate = await self._signing.sign(profile.issuer.signer, template)
        issued = self._entries(caller, order, profile=profile, draft=draft, certificate=certificate)
        if key is not None:
            issued = replace(issued, private_key=await self._delivered(key, order, issued, certificate))
        form = issued.private_key.form if issued.private_key else None
        try:
            await self._store.commit(issuance_unit(caller, issued.request, issued.certificate, key_form=form))
        except ForeignKeyViolation:  # the profile went while the CA signed
            raise _absent(order) from None
        except GuardFailed:  # the CA was disabled meanwhile: what it signed is thrown away
            raise not_active(profile.issuer.id, "DISABLED") from None
        self._observe(issued)
        return issued

    async def _keyed(self, draft: Draft) -> tuple[Template, PrivateKey | None]:
        """The template complete: the key is made only now that nothing speaks against the order."""
        if draft.source is KeySource.CSR:
            return draft.template, None
        key = await self._pool.generate(draft.template.key_algorithm)
        return draft.with_key(key.public_key()), key

    async def _delivered(
        self, key: PrivateKey, order: Order, issued: Issued, certificate: Certificate
    ) -> Delivered:
        """The key as the client wants it; before the commit, lest a certificate be stored without one."""
        work = partial(
            delivered,
            key,
            order.delivery,
            certificate=certificate,
            chain=issued.chain_pem,
            request_id=issued.request.id,
        )
        return await self._pool.run(work) if is_slow(order.delivery) else work()

    def _entries(
        self, caller: Caller, order: Order, *, profile: Profile, draft: Draft, certificate: Certificate
    ) -> Issued:
        now, request_id = self._clock(), new_id()
        renewal = profile.rules.renewal.plan(
            draft.template.validity,
            draft.source,
            wanted=order.auto_renew,
            key_reuse=profile.policy.allow_key_reuse,
        )
        stored = certificate_record(
            caller, order, profile=profile, template=draft.template, certificate=certificate,
            request_id=request_id, source=draft.source, renewal=renewal, now=now,
        )  # fmt: skip
        request = request_record(
            caller, order, profile=profile, source=draft.source, certificate=stored, now=now
        )
        return Issued(
            request=request,
            certificate=stored,
            certificate_pem=certificate_pem(certificate),
            chain_pem=profile.chain_pem,
            issuing_ca_pem=profile.issuer.certificate_pem,
            warnings=draft.warnings,
        )


def _absent(order: Order) -> NotFound:
    return not_found("CertificateProfile", order.profile_id, field="profile_id")
