"""Policies as requests state them: checked as documents, and merged with what is stored."""

from __future__ import annotations

from certmanager.v1 import policy_pb2
from certmanager.v1 import policy_service_pb2 as messages
from server.api.documents import POLICY_GIVEN, certificate_policy, policy_document
from server.api.masks import Updatable
from server.api.policies import PolicyReader
from server.errors import Invalid, Violation
from server.ra.setup.policies import PolicyOrder, Revise
from server.ra.terms import PolicyRecord

_UPDATABLE = Updatable(
    field="certificate_policy",
    given=POLICY_GIVEN,
    fixed=frozenset({"project_id"}),
    needed=frozenset({"slug"}),
)


def created(request: messages.CreateCertificatePolicyRequest, found: tuple[Violation, ...]) -> PolicyOrder:
    """The policy to create; ``found`` is what validation found. Raises Invalid with all faults."""
    _refuse(request.certificate_policy, found)
    return _order(request.certificate_policy)


def revised(request: messages.UpdateCertificatePolicyRequest, found: tuple[Violation, ...]) -> Revise:
    """What a stored policy is to become. Raises Invalid with all faults of the request itself."""
    _refuse(request.certificate_policy, found)

    def revise(record: PolicyRecord) -> PolicyOrder:
        merged, faults = _UPDATABLE.merging(request, certificate_policy(record))
        _refuse(merged, faults)
        return _order(merged)

    return revise


def _order(message: policy_pb2.CertificatePolicy) -> PolicyOrder:
    return PolicyOrder(project_id=message.project_id, slug=message.slug, document=policy_document(message))


def _refuse(message: policy_pb2.CertificatePolicy, found: tuple[Violation, ...]) -> None:
    """Raises Invalid with what validation found and all that contradicts itself besides."""
    reader = PolicyReader(message)
    reader.read()
    told = {violation.field for violation in found}
    faults = (each for each in _below(tuple(reader.violations)) if each.field not in told)
    if every := (*found, *faults):
        raise Invalid("the policy breaks rules of form", violations=every)


def _below(faults: tuple[Violation, ...]) -> tuple[Violation, ...]:
    """The faults of a policy, told of the request that holds it."""
    return tuple(each.at(".".join(filter(None, (_UPDATABLE.field, each.field)))) for each in faults)
