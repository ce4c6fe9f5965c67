"""What requests of AccessService ask for, in the domain's terms."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import access_service_pb2 as messages
from server.api.attributes import span
from server.api.enums import IDENTITY_KIND, ROLE
from server.api.instants import instant
from server.api.texts import plain
from server.errors import Invalid, Nature, Violation
from server.ra.access.identities import IdentityKind, IdentityOrder, IdentityQuery
from server.ra.access.role_bindings import BindingOrder, BindingQuery
from server.ra.access.roles import Role
from server.ra.access.token_order import TokenOrder


def new_identity(request: messages.CreateIdentityRequest) -> IdentityOrder:
    """The identity to make."""
    return IdentityOrder(name=request.name, kind=_kind(request), description=_description(request))


def listed_identities(request: messages.ListIdentitiesRequest) -> IdentityQuery:
    """The identities to list."""
    return IdentityQuery(
        name=plain("name", request.name),
        kind=IDENTITY_KIND.member(request.kind),
        project_id=request.project_id,
        include_revoked=request.include_revoked,
    )


def new_access_token(request: messages.CreateAccessTokenRequest) -> TokenOrder:
    """The access token to make."""
    return TokenOrder(
        identity_id=request.identity_id,
        description=_description(request),
        lifetime=span(request.lifetime) if request.HasField("lifetime") else None,
        expires_at=instant(request, "expires_at"),
    )


def new_role_binding(request: messages.CreateRoleBindingRequest) -> BindingOrder:
    """The role binding to make."""
    return BindingOrder(
        identity_id=request.identity_id,
        role=_role(request),
        project_id=request.project_id,
        profile_id=request.profile_id,
    )


def listed_role_bindings(request: messages.ListRoleBindingsRequest) -> BindingQuery:
    """The role bindings to list."""
    return BindingQuery(
        identity_id=request.identity_id,
        project_id=request.project_id,
        role=ROLE.member(request.role),
        include_revoked=request.include_revoked,
    )


def _description(request: Any) -> str:
    return plain("description", request.description)


def _kind(request: messages.CreateIdentityRequest) -> IdentityKind:
    kind = IDENTITY_KIND.member(request.kind)
    if kind is None:
        raise _malformed("kind", "ENUM_DEFINED_ONLY", "this server does not know the kind")
    return kind


def _role(request: messages.CreateRoleBindingRequest) -> Role:
    role = ROLE.member(request.role)
    if role is None:
        raise _malformed("role", "ENUM_DEFINED_ONLY", "this server does not know the role")
    return role


def _malformed(field: str, rule: str, message: str) -> Invalid:
    broken = Violation(field, rule, message, nature=Nature.FORM)
    return Invalid("the request breaks rules of form", violations=(broken,))
