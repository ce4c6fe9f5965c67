"""PolicyService: sets up certificate policies."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import policy_service_pb2 as messages
from server.api import policy_orders
from server.api.call import current_call, current_caller
from server.api.documents import certificate_policy
from server.api.methods import collects_violations
from server.api.paging import Paging
from server.api.texts import plain
from server.ra.setup.policies import Policies


class PolicyService:
    """The RPCs on certificate policies."""

    def __init__(self, policies: Policies, paging: Paging) -> None:
        self._policies = policies
        self._paging = paging

    @collects_violations
    async def CreateCertificatePolicy(
        self, request: messages.CreateCertificatePolicyRequest, _: Any
    ) -> messages.CreateCertificatePolicyResponse:
        """Create a policy."""
        order = policy_orders.created(request, current_call().form_violations)
        record = await self._policies.create(current_caller(), order)
        return messages.CreateCertificatePolicyResponse(certificate_policy=certificate_policy(record))

    async def GetCertificatePolicy(
        self, request: messages.GetCertificatePolicyRequest, _: Any
    ) -> messages.GetCertificatePolicyResponse:
        """Return one policy, by id or by slug."""
        if request.WhichOneof("key") == "id":
            record = await self._policies.by_id(current_caller(), request.id)
        else:
            record = await self._policies.by_slug(
                current_caller(), request.slug.project_id, request.slug.slug
            )
        return messages.GetCertificatePolicyResponse(certificate_policy=certificate_policy(record))

    async def ListCertificatePolicies(
        self, request: messages.ListCertificatePoliciesRequest, _: Any
    ) -> messages.ListCertificatePoliciesResponse:
        """Return a page of a project's policies."""
        page, name = self._paging.page(request), plain("name", request.name)
        records, last = await self._policies.page(current_caller(), request.project_id, page, name=name)
        return messages.ListCertificatePoliciesResponse(
            certificate_policies=map(certificate_policy, records),
            next_page_token=self._paging.next_token(request, last),
        )

    @collects_violations
    async def UpdateCertificatePolicy(
        self, request: messages.UpdateCertificatePolicyRequest, _: Any
    ) -> messages.UpdateCertificatePolicyResponse:
        """Change the fields of a policy that the mask names."""
        wanted, revise = (
            request.certificate_policy,
            policy_orders.revised(request, current_call().form_violations),
        )
        record = await self._policies.update(current_caller(), wanted.id, revise, etag=wanted.etag)
        return messages.UpdateCertificatePolicyResponse(certificate_policy=certificate_policy(record))

    async def DeleteCertificatePolicy(
        self, request: messages.DeleteCertificatePolicyRequest, _: Any
    ) -> messages.DeleteCertificatePolicyResponse:
        """Remove a policy that no profile uses."""
        await self._policies.delete(current_caller(), request.id, etag=request.etag)
        return messages.DeleteCertificatePolicyResponse()
