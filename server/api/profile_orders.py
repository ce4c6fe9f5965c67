"""Profiles as requests state them, and merged with what is stored."""

from __future__ import annotations

from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as messages
from server.api.documents import PROFILE_GIVEN, certificate_profile, profile_document
from server.api.masks import Updatable
from server.api.retries import refuse_request_id
from server.api.validation import violations
from server.errors import Invalid
from server.ra.profiles import ProfileOrder, ProfileQuery, Revise
from server.ra.terms import ProfileRecord

_UPDATABLE = Updatable(
    field="certificate_profile",
    given=PROFILE_GIVEN,
    fixed=frozenset({"project_id", "enrollment_type"}),
    needed=frozenset({"slug", "ca_id", "certificate_policy_id"}),
)
_WITHIN = f"{_UPDATABLE.field}."


def created(request: messages.CreateCertificateProfileRequest) -> ProfileOrder:
    """The profile to create. Raises Unsupported for a ``request_id``."""
    refuse_request_id(request)
    return _order(_message(request))


def revised(request: messages.UpdateCertificateProfileRequest) -> Revise:
    """What a stored profile is to become; raises Invalid where the two do not fit together."""

    def revise(record: ProfileRecord) -> ProfileOrder:
        merged = _UPDATABLE.merged(request, certificate_profile(record))
        if found := violations(merged):
            faults = tuple(each.at(_WITHIN + each.field) for each in found)
            raise Invalid("the profile would break rules of form", violations=faults)
        return _order(merged, within=_WITHIN)

    return revise


def queried(request: messages.ListCertificateProfilesRequest) -> ProfileQuery:
    """Which profiles to list. All are enrolled in the one way that there is, so that filters nothing."""
    return ProfileQuery(
        project_id=request.project_id,
        ca_id=request.ca_id,
        policy_id=request.certificate_policy_id,
        name=request.name,
        disabled=request.disabled if request.HasField("disabled") else None,
    )


def _order(message: profile_pb2.CertificateProfile, *, within: str = "") -> ProfileOrder:
    return ProfileOrder(
        project_id=message.project_id,
        ca_id=message.ca_id,
        policy_id=message.certificate_policy_id,
        slug=message.slug,
        disabled=message.disabled,
        document=profile_document(message),
        within=within,
    )


def _message(request: messages.CreateCertificateProfileRequest) -> profile_pb2.CertificateProfile:
    """The profile that the request states: the fields that both messages have, by name."""
    message = profile_pb2.CertificateProfile()
    for field, value in request.ListFields():
        if field.name not in message.DESCRIPTOR.fields_by_name:
            continue
        if field.message_type is None:
            setattr(message, field.name, value)
        else:
            getattr(message, field.name).CopyFrom(value)
    return message
