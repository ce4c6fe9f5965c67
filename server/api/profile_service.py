"""ProfileService: sets up certificate profiles."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import profile_service_pb2 as messages
from server.api import profile_orders
from server.api.call import current_call, current_caller
from server.api.documents import certificate_profile
from server.api.methods import collects_violations
from server.api.paging import Paging
from server.ra.setup.profiles import Profiles


class ProfileService:
    """The RPCs on certificate profiles."""

    def __init__(self, profiles: Profiles, paging: Paging) -> None:
        self._profiles = profiles
        self._paging = paging

    @collects_violations
    async def CreateCertificateProfile(
        self, request: messages.CreateCertificateProfileRequest, _: Any
    ) -> messages.CreateCertificateProfileResponse:
        """Create a profile."""
        order = profile_orders.created(request, current_call().form_violations)
        record = await self._profiles.create(current_caller(), order)
        return messages.CreateCertificateProfileResponse(certificate_profile=certificate_profile(record))

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
        return messages.GetCertificateProfileResponse(certificate_profile=certificate_profile(record))

    async def ListCertificateProfiles(
        self, request: messages.ListCertificateProfilesRequest, _: Any
    ) -> messages.ListCertificateProfilesResponse:
        """Return a page of a project's profiles."""
        query, page = profile_orders.queried(request), self._paging.page(request)
        records, last = await self._profiles.page(current_caller(), query, page)
        return messages.ListCertificateProfilesResponse(
            certificate_profiles=map(certificate_profile, records),
            next_page_token=self._paging.next_token(request, last),
        )

    @collects_violations
    async def UpdateCertificateProfile(
        self, request: messages.UpdateCertificateProfileRequest, _: Any
    ) -> messages.UpdateCertificateProfileResponse:
        """Change the fields of a profile that the mask names."""
        wanted = request.certificate_profile
        revise = profile_orders.revised(request, current_call().form_violations)
        record = await self._profiles.update(current_caller(), wanted.id, revise, etag=wanted.etag)
        return messages.UpdateCertificateProfileResponse(certificate_profile=certificate_profile(record))

    async def DeleteCertificateProfile(
        self, request: messages.DeleteCertificateProfileRequest, _: Any
    ) -> messages.DeleteCertificateProfileResponse:
        """Remove a profile that nothing uses."""
        await self._profiles.delete(current_caller(), request.id, etag=request.etag)
        return messages.DeleteCertificateProfileResponse()
