"""Refuses a draft that anything speaks against, with all violations in one error."""

from __future__ import annotations

from server.errors import Invalid, Nature, Reason, Refused
from server.pki.validity import SECOND
from server.ra.issuing.assembly import Draft
from server.ra.issuing.profile import Profile

_FORM = frozenset({Nature.FORM, Nature.CSR})


def refuse(draft: Draft, profile: Profile) -> None:
    """Raise the error that tells all violations; return if there are none.

    Invalid if any is of form (CSR_INVALID if those are all the CSR's), else
    Refused (LIFETIME_EXCEEDS_CA if that is all that is wrong).
    """
    violations = draft.violations
    if not violations:
        return
    of_form = {violation.nature for violation in violations} & _FORM
    if of_form:
        reason = Reason.CSR_INVALID if of_form == {Nature.CSR} else Reason.INVALID_FIELD
        raise Invalid("the request is malformed", reason=reason, violations=violations)
    if all(violation.nature is Nature.CA_LIFETIME for violation in violations):
        raise _outlives(draft, profile)
    raise Refused("the request breaks the policy", violations=violations, policy_id=profile.policy.id)


def _outlives(draft: Draft, profile: Profile) -> Refused:
    """Tells a lifetime that is granted if it is asked for within the backdate from now."""
    end = profile.issuer.not_after
    start = max(draft.template.validity.not_before, draft.judged_at)
    longest = max(int((end - start + SECOND).total_seconds()), 0)
    return Refused(
        f"the certificate would outlive its certificate authority; at most {longest}s are left",
        reason=Reason.LIFETIME_EXCEEDS_CA,
        violations=draft.violations,
        max_lifetime=f"{longest}s",
        ca_not_after=end.isoformat(),
    )
