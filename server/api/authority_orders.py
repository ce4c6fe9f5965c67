"""What clients ask of CAs: from the contract's messages to the domain."""

from __future__ import annotations

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_authority_pb2
from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.api import authority_answers
from server.api.attributes import read_attributes, span
from server.api.enums import ALT_NAME_TYPE, stored_name
from server.api.instants import instant
from server.api.masks import Updatable
from server.api.texts import plain
from server.errors import Invalid, Violation
from server.ra.setup.authorities import AuthorityFilter, AuthorityTerms
from server.ra.setup.authority_order import AuthorityOrder, Named
from server.ra.setup.charters import name_faults
from server.ra.setup.rotation_order import RotationOrder
from server.ra.setup.standing import Standing

_TYPES = certificate_authority_pb2.CertificateAuthorityType
_STATES = certificate_authority_pb2.CertificateAuthorityState
_USUAL_CRL_VALIDITY = timedelta(days=7)
_UPDATABLE = Updatable(
    field="certificate_authority",
    given=frozenset(
        {
            "id",
            "state",
            "subject",
            "serial_number",
            "certificate",
            "certificate_chain",
            "not_before",
            "not_after",
            "created_at",
            "updated_at",
            "etag",
            "generation",
            "signature_algorithms",
            "fingerprint_sha256",
            "warnings",
            "revision",
        }
    ),
    fixed=frozenset(
        {
            "project_id",
            "type",
            "parent_ca_id",
            "key_algorithm",
            "path_length",
            "name_constraints",
            "crl_shards",
        }
    ),
    needed=frozenset(),
)


def read_order(
    request: messages.CreateCertificateAuthorityRequest, violations: tuple[Violation, ...]
) -> AuthorityOrder:
    """The order of a request; ``violations`` are those that validation found. Raises Unsupported."""
    constraints = request.name_constraints if request.HasField("name_constraints") else None
    return AuthorityOrder(
        project_id=request.project_id,
        type=stored_name(_TYPES, request.type),
        parent_id=request.parent_ca_id,
        name=request.name,
        attributes=read_attributes(request.attributes),
        name_constraints=_constraints(constraints) if constraints else None,
        crl_shards=request.crl_shards,
        crl_validity=_seconds(request.crl_validity) if request.HasField("crl_validity") else None,
        faults=violations,
    )


def read_rotation(
    request: messages.RotateCertificateAuthorityRequest, violations: tuple[Violation, ...]
) -> RotationOrder:
    """The order of a rotation; ``violations`` are those that validation found. Raises Unsupported."""
    return RotationOrder(
        ca_id=request.id,
        keep_key=request.keep_key,
        attributes=read_attributes(request.attributes),
        crl_shards=request.crl_shards,
        etag=request.etag,
        faults=violations,
    )


def read_filter(request: messages.ListCertificateAuthoritiesRequest) -> AuthorityFilter:
    """Which CAs a list is to show. Raises Invalid for a time that does not exist."""
    return AuthorityFilter(
        states=frozenset(stored_name(_STATES, state) for state in request.states),
        type=stored_name(_TYPES, request.type),
        parent_id=request.parent_ca_id,
        name=plain("name", request.name),
        expires_before=instant(request, "expires_before"),
    )


def read_terms(request: messages.UpdateCertificateAuthorityRequest, present: Standing) -> AuthorityTerms:
    """What an update makes of a CA; what it clears is as usual again. Raises Invalid."""
    wanted = _UPDATABLE.merged(request, authority_answers.certificate_authority(present))
    faults = tuple(name_faults(wanted.name, at="certificate_authority.name"))
    if faults:
        raise Invalid("the request is malformed", violations=faults)
    validity = span(wanted.crl_validity) if wanted.HasField("crl_validity") else _USUAL_CRL_VALIDITY
    return AuthorityTerms(wanted.name or present.common_name, validity)


def _constraints(
    message: certificate_authority_pb2.NameConstraints,
) -> dict[str, tuple[Named, ...]]:
    """The subtrees; those of an unknown kind are passed over, for validation has reported them."""
    return {
        part: tuple(
            (kind, name.value) for name in getattr(message, part) if (kind := ALT_NAME_TYPE.member(name.type))
        )
        for part in ("permitted", "excluded")
    }


def _seconds(message: Duration) -> timedelta | None:
    """The duration in whole seconds; None for one that validation has reported."""
    try:
        return span(message)
    except OverflowError:
        return None
