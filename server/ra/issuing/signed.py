"""A certificate that the CA has signed, and that nobody holds yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from server.pki.certificate import Certificate
from server.pki.keys import PrivateKey
from server.pki.template import Template
from server.ra.issuing.assembly import Draft
from server.ra.issuing.fulfilment import fulfilled
from server.ra.issuing.profile import AutoRenewal, Profile
from server.ra.keys.states import KeyState
from server.ra.renewing.predecessor import Predecessor
from server.ra.renewing.terms import RenewalTerms
from server.store.records import CertificateRecord, RequestRecord
from server.store.unit import Change, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The certificate with all that it came from."""

    profile: Profile
    draft: Draft
    template: Template
    """That of the draft, with its key."""
    predecessor: Predecessor | None
    """What it renews, if it does."""
    certificate: Certificate
    key: PrivateKey | None = field(repr=False)
    at: datetime

    def handed_over(self, request: RequestRecord) -> RequestRecord:
        """The request with its certificate; a key that the server made is in the answer."""
        return fulfilled(request, key_state=KeyState.DELIVERED.name if self.key else "", now=self.at)

    def owed(self, request: RequestRecord, *, owed_for: timedelta) -> RequestRecord:
        """The request with its certificate; a key that the server made waits to be fetched."""
        if self.key is None:
            return self.handed_over(request)
        done = fulfilled(request, key_state=KeyState.CLAIMABLE.name, now=self.at)
        if self.predecessor is None:
            return replace(done, private_key_expires_at=self.at + owed_for)
        end = self.template.validity.not_after
        until = self.predecessor.claimable_until(end, now=self.at, owed_for=owed_for)
        return replace(done, private_key_expires_at=until)

    def terms(self, *, asked: bool | None) -> RenewalTerms:
        """What holds of its renewal beyond the profile: what its request says, else what was said before."""
        inherited = self.predecessor.terms if self.predecessor else RenewalTerms()
        return inherited.asked(asked)

    def plan(self, terms: RenewalTerms) -> AutoRenewal:
        """When the server renews it."""
        draft, profile = self.draft, self.profile
        reuse = profile.policy.allow_key_reuse
        return profile.rules.renewal.plan(draft.template.validity, draft.source, terms=terms, key_reuse=reuse)

    def succession(self, stored: CertificateRecord) -> tuple[tuple[Write, ...], tuple[Change, ...]]:
        """What is written and told of what it renews."""
        if self.predecessor is None:
            return (), ()
        writes = self.predecessor.succeeded(stored, self.template.certified_key, now=self.at)
        return writes, (self.predecessor.change,)
