"""When a certificate is valid: from request, profile, policy and the CA's own end.

The rules are those of the design page "decisions" ("Time"): the backdate lies
inside the lifetime, nothing outlives its CA, and nothing is silently cut.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from server.errors import Nature, Violation
from server.pki.faults import TimeFault
from server.pki.validity import Validity, window, window_between, window_from, window_until
from server.ra.issuing.order import Order
from server.ra.issuing.origins import DEFAULTS, Origins
from server.ra.issuing.profile import Profile

FALLBACK = timedelta(days=90)
"""The lifetime where request, profile and policy name none, brought between the policy's bounds."""


def settle_validity(
    order: Order, profile: Profile, *, now: datetime, found: list[Violation], origins: Origins
) -> Validity:
    """The window of the order; what is wrong with it is added to ``found``."""
    field = _field(order, profile)
    origins.note("validity", field)
    try:
        validity = _window(order, profile, now=now)
    except TimeFault as fault:
        found.append(Violation(field, "TIME_OUT_OF_RANGE", str(fault), nature=Nature.FORM))
        validity = _of_lifetime(FALLBACK, profile, now=now)
    found += _start_faults(order, profile, validity, now=now)
    if profile.rules.truncate_to_ca and validity.not_after > profile.issuer.not_after:
        validity = replace(validity, not_after=profile.issuer.not_after)
    if validity.not_before <= validity.not_after <= now:
        message = "the certificate would have ended before anybody could use it"
        found.append(Violation(field, "ALREADY_EXPIRED", message, value=validity.not_after.isoformat()))
    return validity


def _field(order: Order, profile: Profile) -> str:
    """The field that decides when the certificate ends."""
    if order.attributes.not_after is not None:
        return "attributes.not_after"
    if order.attributes.lifetime is None and profile.rules.defaults.lifetime is not None:
        return f"{DEFAULTS}{profile.rules.defaults.lifetime_field}"
    return f"attributes.{order.attributes.lifetime_field}"


def _window(order: Order, profile: Profile, *, now: datetime) -> Validity:
    begin, end = order.attributes.not_before, order.attributes.not_after
    if begin is not None and end is not None:
        return window_between(begin, end)
    if begin is not None:
        return window_from(begin, lifetime=_lifetime(order, profile))
    if end is not None:
        issuer, rule = profile.issuer, profile.policy.lifetime
        return window_until(end, now=now, backdate=rule.backdate, issuer_not_before=issuer.not_before)
    return _of_lifetime(_lifetime(order, profile), profile, now=now)


def _of_lifetime(lifetime: timedelta, profile: Profile, *, now: datetime) -> Validity:
    backdate, begin = profile.policy.lifetime.backdate, profile.issuer.not_before
    return window(now=now, lifetime=lifetime, backdate=backdate, issuer_not_before=begin)


def _lifetime(order: Order, profile: Profile) -> timedelta:
    rule = profile.policy.lifetime
    chosen = order.attributes.lifetime or profile.rules.defaults.lifetime or rule.default
    return chosen or max(rule.minimum, min(FALLBACK, rule.maximum or FALLBACK))


def _start_faults(order: Order, profile: Profile, validity: Validity, *, now: datetime) -> list[Violation]:
    """A certificate that claims to be older than the server would make it by itself would be a lie."""
    begin = order.attributes.not_before
    back = min(profile.policy.lifetime.backdate, max(validity.lifetime / 10, timedelta()))
    earliest = (now - back).replace(microsecond=0)
    if begin is None or begin >= earliest:
        return []
    field, value = "attributes.not_before", begin.isoformat()
    message = "the certificate would begin earlier than the policy lets it be backdated"
    return [Violation(field, "NOT_BEFORE_TOO_EARLY", message, value=value, allowed=(earliest.isoformat(),))]
