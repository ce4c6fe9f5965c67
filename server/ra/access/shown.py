"""Certificates of ours that callers show instead of a token, and the little that each of them allows.

The transport has proven that the caller has the key, and that some CA of this
server signed the certificate. Here is decided whether it is one that this
server has issued to somebody, whether it is in force, and what it allows: the
use of its own profile by the identity that requested it, as far as the identity
itself may do that now, for what the identity itself asked for. It is no way to
tokens, to other profiles, or to what others asked for.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.clock import Clock
from server.errors import unauthenticated
from server.pki.describe import describe
from server.pki.usages import ExtendedKeyUsage
from server.ra.access.caller import Principal
from server.ra.access.rights import rights_of
from server.store.records import CertificateRecord, ChangeRecord, ObjectKind
from server.store.store import Store

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_CACHED = 10_000
_CACHED_FOR = timedelta(seconds=60)
_GONE: Final = frozenset({ObjectKind.CERTIFICATE, ObjectKind.IDENTITY})


@dataclass(frozen=True, slots=True)
class _Seen:
    """A principal as the store told it at some instant."""

    principal: Principal
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may still be relied on; not if the clock was set back, which hides its age."""
        return timedelta() <= now - self.at < _CACHED_FOR


class ShownCertificates:
    """Knows the principals of certificates, by fingerprint; those seen lately without a query.

    The feed tells of every revocation and every change of a right. Should it
    ever fail to, what is known ends when it is too old.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[str, _Seen] = OrderedDict()
        """Those used longest ago come first."""
        self._by_object: dict[str, set[str]] = {}
        """By the id of a certificate or an identity, the fingerprints that hang on it."""
        self._heard = 0
        """How many changes of such were told: what was read before one of them is not kept."""
        store.feed.subscribe(self._drop)

    def cached(self, fingerprint: str) -> Principal | None:
        """The principal of a certificate that was shown lately. Raises Unauthenticated."""
        seen, now = self._known.get(fingerprint), self._clock()
        if seen is None or not seen.is_fresh(now):
            return None
        if seen.principal.expires_at is None or seen.principal.expires_at <= now:
            raise unauthenticated()
        self._known.move_to_end(fingerprint)
        return seen.principal

    async def authenticate(self, fingerprint: str) -> Principal:
        """The principal of the certificate with this SHA-256, in hexadecimal. Raises Unauthenticated."""
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise unauthenticated()
        heard, now = self._heard, self._clock()
        record = await self._store.get(CertificateRecord, fingerprint=fingerprint)
        if record is None or not _is_for_clients(record, now):
            raise unauthenticated()
        principal = await rights_of(self._store, record)
        if heard == self._heard:  # else it may have been revoked while we read it
            self._remember(fingerprint, _Seen(principal, now))
        return principal

    def _remember(self, fingerprint: str, seen: _Seen) -> None:
        self._known[fingerprint] = seen
        self._known.move_to_end(fingerprint)
        for object_id in (seen.principal.identity_id, seen.principal.certificate_id):
            self._by_object.setdefault(object_id, set()).add(fingerprint)
        if len(self._known) > _CACHED:
            self._forget(next(iter(self._known)))

    def _forget(self, fingerprint: str) -> None:
        seen = self._known.pop(fingerprint, None)
        if seen is None:
            return
        for object_id in (seen.principal.identity_id, seen.principal.certificate_id):
            others = self._by_object.get(object_id, set())
            others.discard(fingerprint)
            if not others:
                self._by_object.pop(object_id, None)

    def _drop(self, changes: Sequence[ChangeRecord]) -> None:
        for change in changes:
            if change.kind in _GONE:
                self._heard += 1
                for fingerprint in tuple(self._by_object.get(change.object_id, ())):
                    self._forget(fingerprint)


def _is_for_clients(record: CertificateRecord, now: datetime) -> bool:
    """Whether it authenticates its requester now: in force, for clients, of a profile, and no CA's."""
    if record.revoked_at is not None or not record.not_before <= now <= record.not_after:
        return False
    if record.certified_ca_id is not None or record.profile_id is None:
        return False
    if record.key_from_id is not None:
        return False  # it is in the requester's name, but the requester has not the key
    told = describe(record.der)
    return not told.basic_constraints.is_ca and ExtendedKeyUsage.CLIENT_AUTH.value in told.extended_key_usages
