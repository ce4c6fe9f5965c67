"""Profiles as requests state them, and merged with what is stored."""

from __future__ import annotations

from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as messages
from server.api.documents import PROFILE_GIVEN, certificate_profile, profile_document
from server.api.masks import Updatable
from server.api.texts import plain
from server.errors import Invalid, Violation
from server.ra.setup.profile_order import ProfileOrder, ProfileQuery, Revise
from server.ra.terms import ProfileRecord

_UPDATABLE = Updatable(
    field="certificate_profile",
    given=PROFILE_GIVEN,
    fixed=frozenset({"project_id", "enrollment_type"}),
    needed=frozenset({"slug", "ca_id", "certificate_policy_id"}),
)
_WITHIN = f"{_UPDATABLE.field}."
_REFERENCES = frozenset({"id", "project_id", "ca_id", "certificate_policy_id", "update_mask", ""})
"""The nameless one is the message itself, whose rules are on what it holds together."""


def created(request: messages.CreateCertificateProfileRequest, found: tuple[Violation, ...]) -> ProfileOrder:
    """The profile to create; ``found`` is what validation found.

    Raises Invalid where it cannot be said what the profile refers to.
    """
    _refuse_unreferring(found)
    return _order(_message(request), faults=found)


def revised(request: messages.UpdateCertificateProfileRequest, found: tuple[Violation, ...]) -> Revise:
    """What a stored profile is to become; raises Invalid for a wrong mask, or if it cannot be said which."""
    _refuse_unreferring(found)

    def revise(record: ProfileRecord) -> ProfileOrder:
        merged, faults = _UPDATABLE.merging(request, certificate_profile(record))
        every = tuple(dict.fromkeys((*found, *faults)))
        _refuse_unreferring(every)
        return _order(merged, within=_WITHIN, faults=every)

    return revise


def queried(request: messages.ListCertificateProfilesRequest) -> ProfileQuery:
    """Which profiles to list. All are enrolled in the one way that there is, so that filters nothing."""
    return ProfileQuery(
        project_id=request.project_id,
        ca_id=request.ca_id,
        policy_id=request.certificate_policy_id,
        name=plain("name", request.name),
        disabled=request.disabled if request.HasField("disabled") else None,
    )


def _refuse_unreferring(found: tuple[Violation, ...]) -> None:
    """Raises Invalid, with all faults, if one is of a field without which nothing else can be judged."""
    if any(each.field.removeprefix(_WITHIN) in _REFERENCES for each in found):
        raise Invalid("the request is malformed", violations=found)


def _order(
    message: profile_pb2.CertificateProfile, *, faults: tuple[Violation, ...], within: str = ""
) -> ProfileOrder:
    return ProfileOrder(
        project_id=message.project_id,
        ca_id=message.ca_id,
        policy_id=message.certificate_policy_id,
        slug=message.slug,
        disabled=message.disabled,
        document=profile_document(message),
        within=within,
        faults=faults,
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
