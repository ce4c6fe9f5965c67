"""ProfileService: sets up certificate profiles."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as messages
from server.api import answers
from server.api.call import current_caller
from server.errors import Unsupported
from server.ra.profiles import ProfileOrder, Profiles


class ProfileService:
    """The RPCs on certificate profiles."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    async def CreateCertificateProfile(
        self, request: messages.CreateCertificateProfileRequest, _: Any
    ) -> messages.CreateCertificateProfileResponse:
        """Create a profile."""
        record = await self._profiles.create(current_caller(), _order(request))
        return messages.CreateCertificateProfileResponse(
            certificate_profile=answers.certificate_profile(record)
        )

    async def GetCertificateProfile(
        self, request: messages.GetCertificateProfileRequest, _: Any
    ) -> messages.GetCertificateProfileResponse:
        """Return one profile, by id or by slug."""
        if request.WhichOneof("key") == "id":
            record = await self._profiles.by_id(current_caller(), request.id)
        else:
            record = await self._profiles.by_slug(
                current_caller(), request.slug.project_id, request.slug.slug
            )
        return messages.GetCertificateProfileResponse(certificate_profile=answers.certificate_profile(record))


def _order(request: messages.CreateCertificateProfileRequest) -> ProfileOrder:
    if request.request_id:
        raise Unsupported("this server does not know request_id yet; leave it out", field="request_id")
    return ProfileOrder(
        project_id=request.project_id,
        ca_id=request.ca_id,
        policy_id=request.certificate_policy_id,
        slug=request.slug,
        disabled=request.disabled,
        document=_document(request),
    )


def _document(request: messages.CreateCertificateProfileRequest) -> bytes:
    """The profile that the request states: the fields that both messages have, by name."""
    document = profile_pb2.CertificateProfile()
    for field, value in request.ListFields():
        if field.name not in document.DESCRIPTOR.fields_by_name:
            continue
        if field.message_type is None:
            setattr(document, field.name, value)
        else:
            getattr(document, field.name).CopyFrom(value)
    return document.SerializeToString(deterministic=True)
