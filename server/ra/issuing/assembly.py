"""From an order and a profile to the exact template that would be signed.

The one way from what was asked for to what is judged: issuing, approving,
renewing and bulk issuing all call ``assemble``, and all of them refuse a draft
with violations. What the profile and the policy judge is the template, never
the input; ``origins`` only says which field of the request each part came from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from server.errors import Violation
from server.pki import csr as pkcs10
from server.pki import lint
from server.pki.algorithms import signatures_of
from server.pki.keys import PublicKey
from server.pki.template import Template
from server.pki.validity import Validity
from server.ra.issuing.basics import Basics, settle_basics
from server.ra.issuing.lifetime import settle_validity
from server.ra.issuing.naming import Names, settle_names
from server.ra.issuing.order import Order
from server.ra.issuing.origins import Origins
from server.ra.issuing.profile import KeySource, Profile
from server.ra.issuing.renewed import contradictions, located, without_names
from server.ra.keys.rules import delivery_faults
from server.ra.revoking.blocked import blocked_fault
from server.ra.setup.horizon import issuer_warnings


@dataclass(frozen=True, slots=True)
class Draft:
    """A template, and everything that speaks against signing it."""

    template: Template
    """Without a public key where the server is to make the key."""
    source: KeySource
    violations: tuple[Violation, ...]
    judged_at: datetime
    warnings: tuple[str, ...] = ()
    """What the client should know although nothing forbids it, one sentence each."""

    def with_key(self, public_key: PublicKey) -> Template:
        """The template to sign, with the key that was made for it."""
        return replace(self.template, public_key=public_key)


def assemble(
    order: Order, profile: Profile, *, now: datetime, serial: int, is_blocked: Callable[[PublicKey], bool]
) -> Draft:
    """Merge the order with the profile's defaults and judge the outcome; finds all violations at once."""
    found = [*order.faults]
    origins = Origins()
    csr = _parse(order, found, is_blocked)
    if csr is not None and order.renews:
        found += contradictions(order, profile, csr)
        csr = without_names(csr)
    names = settle_names(order, profile, csr, found=found, origins=origins)
    basics = settle_basics(order, profile, csr, found=found, origins=origins)
    source = KeySource.SERVER_GENERATED if order.csr is None else KeySource.CSR
    found += delivery_faults(
        order.delivery, source, mode=profile.rules.key_delivery, algorithm=basics.key_algorithm
    )
    validity = settle_validity(order, profile, now=now, found=found, origins=origins)
    template = _template(profile, csr, names, basics, validity=validity, serial=serial)
    if order.csr is None or csr is not None:  # nothing can be said of a template whose CSR is unreadable
        found += origins.locate(_judge(template, profile))
    if order.renews:
        found = [located(violation) for violation in found]
    return Draft(template, source, tuple(dict.fromkeys(found)), now, issuer_warnings(profile, now=now))


def _parse(
    order: Order, found: list[Violation], is_blocked: Callable[[PublicKey], bool]
) -> pkcs10.CSR | None:
    if order.csr is None:
        return None
    try:
        csr = pkcs10.parse(order.csr)
    except pkcs10.CSRFault as fault:
        found += [violation.at(order.csr_field) for violation in fault.violations]
        return None
    if is_blocked(csr.public_key):
        found.append(blocked_fault(order.csr_field))
    return csr


def _judge(template: Template, profile: Profile) -> tuple[Violation, ...]:
    issuer = profile.issuer
    return (
        *lint.faults(template, issuer_validity=issuer.validity),
        *issuer.faults(template),
        *profile.policy.admit(template, issuer_signatures=signatures_of(issuer.key_algorithm)),
    )


def _template(
    profile: Profile, csr: pkcs10.CSR | None, names: Names, basics: Basics, *, validity: Validity, serial: int
) -> Template:
    return Template(
        serial=serial,
        issuer=profile.issuer.subject,
        authority_key_id=profile.issuer.key_id,
        subject=names.subject,
        alt_names=names.alt_names,
        public_key=None if csr is None else csr.public_key,
        key_algorithm=basics.key_algorithm,
        signature_algorithm=basics.signature_algorithm,
        validity=validity,
        key_usages=basics.key_usages,
        extended_key_usages=basics.extended_key_usages,
        basic_constraints=basics.basic_constraints,
        custom_extensions=basics.custom_extensions,
        crl_urls=profile.issuer.crl_urls(serial),
        ocsp_urls=profile.issuer.ocsp_urls,
        issuer_urls=profile.issuer.issuer_urls,
    )
