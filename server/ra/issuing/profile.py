"""A profile, compiled: what its document says, as an object that cannot be invalid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from server.ca.issuer import Issuer
from server.errors import NotFound, not_found
from server.pki.validity import Validity
from server.ra.issuing.order import Attributes
from server.ra.policy import Policy
from server.ra.renewing.terms import RenewalTerms
from server.ra.requests.approval import ApprovalRules


class KeySource(Enum):
    """Where a subject key comes from."""

    CSR = "CSR"
    SERVER_GENERATED = "SERVER_GENERATED"


class KeyDelivery(Enum):
    """Where the private keys go that the server makes."""

    DELIVER_ONCE = "DELIVER_ONCE"
    """In clear, in the answer to who asked, once."""
    SEALED_ONLY = "SEALED_ONLY"
    """Only sealed to a key of the recipient."""
    FORBID = "FORBID"
    """Nowhere: the server makes none, requests bring a CSR."""


class RenewalReason(Enum):
    """Why the server does not renew a certificate by itself: the contract's ``AutoRenewalReason``."""

    PROFILE_OFF = "the profile does not renew unless a request asks for it"
    NOT_REQUESTED = "the request asked for no renewal"
    THRESHOLD_NOT_BEFORE_LIFETIME = "the renewal would be due before the certificate begins"
    CSR_KEY_NOT_REUSABLE = "the key is the client's, and profile or policy do not let it be certified again"
    SWITCHED_OFF = "somebody switched it off for this certificate"
    REVOKED = "the certificate is revoked, or on hold"
    RENEWED = "the certificate has been renewed, and its successor has a schedule of its own"
    EXPIRED = "the certificate ran out before it was renewed"


@dataclass(frozen=True, slots=True)
class AutoRenewal:
    """When the server renews a certificate by itself, or why it does not."""

    renews_at: datetime | None
    reason: RenewalReason | None

    @property
    def enabled(self) -> bool:
        """Whether it does."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class RenewalRule:
    """When certificates of a profile are due for renewal by the server."""

    automatic: bool = False
    before: timedelta | None = None
    """How long before the end; None: see ``percent``."""
    percent: int | None = None
    """At how many percent of the lifetime left; None as well: at a third left."""
    same_key: bool = False
    """Whether the stored CSR of a certificate may be used again."""

    def plan(
        self, validity: Validity, source: KeySource, *, terms: RenewalTerms, key_reuse: bool
    ) -> AutoRenewal:
        """The plan for one certificate.

        ``terms`` are what was said of it, if anything; ``key_reuse`` is whether
        the policy lets one key be certified twice.
        """
        left = self._left(validity.lifetime, terms)
        reason = self._obstacle(validity, source, left, terms=terms, key_reuse=key_reuse)
        return AutoRenewal(None if reason else validity.not_after - left, reason)

    def _obstacle(
        self, validity: Validity, source: KeySource, left: timedelta, *, terms: RenewalTerms, key_reuse: bool
    ) -> RenewalReason | None:
        if terms.wanted is False:
            return RenewalReason.SWITCHED_OFF if terms.switched else RenewalReason.NOT_REQUESTED
        if not (terms.wanted or self.automatic):
            return RenewalReason.PROFILE_OFF
        if source is KeySource.CSR and not (self.same_key and key_reuse):
            return RenewalReason.CSR_KEY_NOT_REUSABLE
        if left >= validity.lifetime:
            return RenewalReason.THRESHOLD_NOT_BEFORE_LIFETIME
        return None

    def _left(self, lifetime: timedelta, terms: RenewalTerms) -> timedelta:
        """How much is left of a lifetime when it is due: by the certificate's own terms, or the profile's."""
        said = terms if terms.before is not None or terms.percent is not None else self
        if said.before is not None:
            return said.before
        return lifetime * said.percent / 100 if said.percent is not None else lifetime / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRules:
    """What a profile's document says of itself, without what it refers to."""

    defaults: Attributes = field(default_factory=Attributes)
    key_delivery: KeyDelivery = KeyDelivery.DELIVER_ONCE
    renewal: RenewalRule = RenewalRule()
    strict_csr: bool = False
    truncate_to_ca: bool = False
    omit_root: bool = False
    approval: ApprovalRules = field(default_factory=ApprovalRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile with the policy and the issuer that it names, ready to judge orders."""

    id: str
    project_id: str
    slug: str
    disabled: bool
    revision: int
    rules: ProfileRules
    policy: Policy
    issuer: Issuer

    @property
    def chain_pem(self) -> str:
        """The chain that its certificates are handed out with, in PEM, from the issuer up."""
        return self.issuer.chain_without_root_pem if self.rules.omit_root else self.issuer.chain_pem


def profile_absent(id_: str) -> NotFound:
    """The answer for a profile that is not there, or not to be seen."""
    return not_found("CertificateProfile", id_, field="profile_id")
