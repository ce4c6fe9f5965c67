"""A watch on the lineage of a certificate: which of its certificates is to be used now."""

from __future__ import annotations

from collections.abc import Sequence

from server.errors import not_found
from server.ra.access.caller import Caller
from server.ra.hub import Topic
from server.ra.issuing.certificates import Certificates, Found
from server.ra.keys.states import KeyState
from server.ra.renewing.lineage import current_of
from server.ra.watching.level import Level, Part
from server.ra.watching.tokens import Question
from server.store.records import CertificateRecord, ObjectKind
from server.store.store import Store


class OneLineage:
    """The certificate to use, and a successor whose key waits to be claimed.

    Whoever may read the certificate that the watch was asked for may watch its
    lineage, whoever asked for the others. The watch follows the certificate to use
    and its successors: each renewal is a change of the certificate that it replaces,
    told before that of the new one, so none is missed.
    """

    def __init__(self, store: Store, certificates: Certificates, certificate_id: str) -> None:
        self._store = store
        self._certificates = certificates
        self._id = certificate_id
        self._asked: CertificateRecord | None = None

    @property
    def question(self) -> Question:
        """That of the lineage: a token goes on whichever of its certificates is asked for."""
        return Question(b"lineage\0" + self._entered.lineage_id.encode())

    @property
    def home(self) -> frozenset[Topic]:
        """The certificate that was asked for: as a rule it is the one to use."""
        return frozenset({Topic(ObjectKind.CERTIFICATE, object_id=self._id)})

    async def enter(self, caller: Caller) -> None:
        """Proves that the caller may read the certificate. Raises NotFound, Denied."""
        absent = not_found("Certificate", self._id)
        self._asked = asked = self._asked or await self._store.get(CertificateRecord, id=self._id)
        if asked is None:
            raise absent
        caller.enter(
            asked.project_id,
            absent=absent,
            requester_id=asked.requester_id,
            profile_id=asked.profile_id or "",
        )

    async def look(self) -> Level[Found]:
        """The certificates that are told of the lineage now, the one to use first."""
        seen = self._store.feed.latest  # what comes later may be in one of the queries, but not in another
        current = await current_of(self._store, self._entered.lineage_id) or self._entered
        later = await self._after(current)
        owed = [one for one in later[-1:] if one.private_key_state == KeyState.CLAIMABLE.name]
        told = [Part(one.revision, await self._certificates.told(one)) for one in (current, *owed)]
        return Level(
            told,
            min(max(one.revision for one in (current, *later)), seen),
            frozenset(Topic(ObjectKind.CERTIFICATE, object_id=one.id) for one in (current, *later)),
        )

    async def _after(self, current: CertificateRecord) -> Sequence[CertificateRecord]:
        """The successors of the certificate to use, oldest first; their keys were not handed over."""
        found: list[CertificateRecord] = []
        id_ = current.renewed_by_id
        while id_ and (one := await self._store.get(CertificateRecord, id=id_)):
            found.append(one)
            id_ = one.renewed_by_id
        return found

    @property
    def _entered(self) -> CertificateRecord:
        assert self._asked is not None, "entered before anything is told"
        return self._asked
