"""What relying parties are served, put together: the plain listener and the OCSP responders behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from server.api.startup import StartupError
from server.ca.authorities import Authorities
from server.ca.responding import Delegation
from server.config import Address
from server.parts import Parts
from server.ra.revoking.admission import Admission
from server.ra.revoking.issuing_keys import IssuingKeys
from server.ra.revoking.lists import CRLs
from server.ra.revoking.ocsp import OCSPResponder
from server.ra.revoking.responders import Responders
from server.ra.setup.generations import generation_of
from server.store.records import ChangeRecord, ObjectKind
from server.store.store import Store
from server.web.patience import PatientProtocol
from server.web.pki import pki_app
from server.web.serving import serve

_KEEP_ALIVE_SECONDS = 5
_HEAD_OCTETS = 16 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """Octets that a CA signed, as the listener serves them."""

    der: bytes = field(repr=False)
    sha256: str
    made_at: datetime
    next_at: datetime | None = None


async def publish(parts: Parts, address: Address) -> dict[str, str]:
    """Serve until the application ends; tells where. Raises StartupError if the address is taken."""
    admission = Admission()
    published = _Published(parts.store, parts.crls, admission)
    responder = await _responder(parts, admission)
    parts.metrics.sample("pki", lambda: {"turned_away_total": admission.turned_away})
    app = pki_app(
        crl=published.crl, certificate=published.certificate, ocsp=responder.answer, clock=parts.clock
    )
    try:
        web = await serve(
            app,
            address.host,
            address.port,
            http=PatientProtocol,
            ws="none",
            # Whatever anybody may send is nothing that a log should tell.
            log_level="error",
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=_HEAD_OCTETS,
        )
    except OSError:
        raise StartupError(f"cannot listen on '{address}'") from None
    parts.stack.push_async_callback(web.stop)
    return {"pki": f"http://{address.at(web.port)}"}


async def _responder(parts: Parts, admission: Admission) -> OCSPResponder:
    """The OCSP responder, its chore taken on and its numbers shown."""
    store, metrics = parts.store, parts.metrics
    pool = parts.pool
    keys = IssuingKeys(store)
    await keys.load()
    authorities, delegation = Authorities(parts.kek, pool), Delegation(parts.kek, pool)
    responders = Responders(store, keys, authorities, delegation, clock=parts.clock)
    answering = OCSPResponder(
        store,
        keys,
        responders,
        pool,
        admission=admission,
        clock=parts.clock,
        observe=lambda status: metrics.ocsp_answers.labels(status).inc(),
    )
    metrics.sample("ocsp", lambda: {"told_again_total": answering.told_again})
    metrics.sample_by_all("ocsp_responder_seconds_left", ("ca_id", "key_generation"), responders.seconds_left)
    parts.upkeep.take_on("responders_renewed", responders.renew_due)
    parts.stack.callback(store.feed.subscribe(lambda changes: _wake(parts, changes)))
    parts.upkeep.wake()
    return answering


def _wake(parts: Parts, changes: Sequence[ChangeRecord]) -> None:
    """A new key gets its responder before anybody asks."""
    if any(change.kind is ObjectKind.AUTHORITY for change in changes):
        parts.upkeep.wake()


class _Published:
    """What is looked up for the listener; only so much of it at a time."""

    def __init__(self, store: Store, crls: CRLs, admission: Admission) -> None:
        self._store = store
        self._crls = crls
        self._admission = admission

    async def crl(self, id_: str) -> Document | None:
        """The CRL of an id; None if there is none, or none yet. Raises Unavailable."""
        found = self._crls.held(id_)
        if found is None:
            async with self._admission.place():
                found = await self._crls.crl_der(id_)
        if found is None or found.der is None:
            return None
        return Document(found.der, found.sha256, found.this_update, found.next_update)

    async def certificate(self, ca_id: str, number: int) -> Document | None:
        """The certificate of a CA's generation; it never changes. Raises Unavailable."""
        async with self._admission.place():
            found = await generation_of(self._store, ca_id, number)
        if found is None or found.certificate is None or found.not_before is None:
            return None
        return Document(found.certificate, sha256(found.certificate).hexdigest(), found.not_before)
