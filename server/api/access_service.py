"""AccessService: says who may call the server, and what they may do."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import access_service_pb2 as messages
from server.api import access_answers as answers
from server.api import access_orders as orders
from server.api.audit_events import audit_event, listed_audit_events
from server.api.call import current_caller
from server.api.paging import Paging
from server.ra.access.access_tokens import AccessTokens
from server.ra.access.identities import Identities
from server.ra.access.role_bindings import RoleBindings
from server.ra.access.whoami import WhoAmI
from server.ra.audit_log import AuditLog


class AccessService:
    """The RPCs on identities, access tokens and role bindings."""

    def __init__(
        self,
        *,
        whoami: WhoAmI,
        identities: Identities,
        tokens: AccessTokens,
        bindings: RoleBindings,
        log: AuditLog,
        paging: Paging,
    ) -> None:
        self._whoami = whoami
        self._identities = identities
        self._tokens = tokens
        self._bindings = bindings
        self._log = log
        self._paging = paging

    async def WhoAmI(self, request: messages.WhoAmIRequest, _: Any) -> messages.WhoAmIResponse:
        """Return who the caller is and what it may do."""
        return answers.oneself(await self._whoami.tell(current_caller(), project_id=request.project_id))

    async def CreateIdentity(
        self, request: messages.CreateIdentityRequest, _: Any
    ) -> messages.CreateIdentityResponse:
        """Create an identity."""
        record = await self._identities.create(current_caller(), orders.new_identity(request))
        return messages.CreateIdentityResponse(identity=answers.identity(record))

    async def GetIdentity(self, request: messages.GetIdentityRequest, _: Any) -> messages.GetIdentityResponse:
        """Return one identity."""
        record = await self._identities.by_id(current_caller(), request.id)
        return messages.GetIdentityResponse(identity=answers.identity(record))

    async def ListIdentities(
        self, request: messages.ListIdentitiesRequest, _: Any
    ) -> messages.ListIdentitiesResponse:
        """Return a page of the identities."""
        page, query = self._paging.page(request), orders.listed_identities(request)
        records, last = await self._identities.page(current_caller(), query, page)
        return messages.ListIdentitiesResponse(
            identities=map(answers.identity, records), next_page_token=self._paging.next_token(request, last)
        )

    async def RevokeIdentity(
        self, request: messages.RevokeIdentityRequest, _: Any
    ) -> messages.RevokeIdentityResponse:
        """Revoke an identity, with all its tokens and role bindings."""
        record = await self._identities.revoke(current_caller(), request.id)
        return messages.RevokeIdentityResponse(identity=answers.identity(record))

    async def CreateAccessToken(
        self, request: messages.CreateAccessTokenRequest, _: Any
    ) -> messages.CreateAccessTokenResponse:
        """Create an access token; the one answer that holds a secret."""
        made = await self._tokens.create(current_caller(), orders.new_access_token(request))
        return messages.CreateAccessTokenResponse(
            access_token=answers.access_token(made.record), secret=made.secret
        )

    async def GetAccessToken(
        self, request: messages.GetAccessTokenRequest, _: Any
    ) -> messages.GetAccessTokenResponse:
        """Return one access token, without its secret."""
        record = await self._tokens.by_id(current_caller(), request.id)
        return messages.GetAccessTokenResponse(access_token=answers.access_token(record))

    async def ListAccessTokens(
        self, request: messages.ListAccessTokensRequest, _: Any
    ) -> messages.ListAccessTokensResponse:
        """Return a page of access tokens, without their secrets."""
        page, ended = self._paging.page(request), request.include_ended
        records, last = await self._tokens.page(
            current_caller(), page, identity_id=request.identity_id, include_ended=ended
        )
        return messages.ListAccessTokensResponse(
            access_tokens=map(answers.access_token, records),
            next_page_token=self._paging.next_token(request, last),
        )

    async def RevokeAccessToken(
        self, request: messages.RevokeAccessTokenRequest, _: Any
    ) -> messages.RevokeAccessTokenResponse:
        """Revoke an access token."""
        record = await self._tokens.revoke(current_caller(), request.id)
        return messages.RevokeAccessTokenResponse(access_token=answers.access_token(record))

    async def CreateRoleBinding(
        self, request: messages.CreateRoleBindingRequest, _: Any
    ) -> messages.CreateRoleBindingResponse:
        """Give an identity a role."""
        record = await self._bindings.create(current_caller(), orders.new_role_binding(request))
        return messages.CreateRoleBindingResponse(role_binding=answers.role_binding(record))

    async def GetRoleBinding(
        self, request: messages.GetRoleBindingRequest, _: Any
    ) -> messages.GetRoleBindingResponse:
        """Return one role binding."""
        record = await self._bindings.by_id(current_caller(), request.id)
        return messages.GetRoleBindingResponse(role_binding=answers.role_binding(record))

    async def ListRoleBindings(
        self, request: messages.ListRoleBindingsRequest, _: Any
    ) -> messages.ListRoleBindingsResponse:
        """Return a page of the role bindings that the caller may read."""
        page, query = self._paging.page(request), orders.listed_role_bindings(request)
        records, last = await self._bindings.page(current_caller(), query, page)
        return messages.ListRoleBindingsResponse(
            role_bindings=map(answers.role_binding, records),
            next_page_token=self._paging.next_token(request, last),
        )

    async def RevokeRoleBinding(
        self, request: messages.RevokeRoleBindingRequest, _: Any
    ) -> messages.RevokeRoleBindingResponse:
        """Take a role away."""
        record = await self._bindings.revoke(current_caller(), request.id)
        return messages.RevokeRoleBindingResponse(role_binding=answers.role_binding(record))

    async def ListAuditEvents(
        self, request: messages.ListAuditEventsRequest, _: Any
    ) -> messages.ListAuditEventsResponse:
        """Return a page of what happened."""
        page, wanted = self._paging.page(request), listed_audit_events(request)
        records, last = await self._log.page(
            current_caller(), wanted, page, project_id=request.project_id.lower()
        )
        return messages.ListAuditEventsResponse(
            audit_events=map(audit_event, records), next_page_token=self._paging.next_token(request, last)
        )
