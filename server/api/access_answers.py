"""Projects, identities, access tokens and role bindings in the contract's messages; never a secret."""

from __future__ import annotations

from certmanager.v1 import access_pb2, project_pb2
from certmanager.v1 import access_service_pb2 as messages
from server.api.attributes import timestamp
from server.api.enums import IDENTITY_KIND, ROLE
from server.ra.access.identities import IdentityKind
from server.ra.access.roles import Role
from server.ra.access.whoami import Oneself
from server.ra.revisions import etag_of
from server.ra.terms import IdentityRecord, ProjectRecord, RoleBindingRecord, TokenRecord

_ROLES = {role.name: role for role in Role}


def project(record: ProjectRecord) -> project_pb2.Project:
    """A project."""
    return project_pb2.Project(
        id=record.id,
        slug=record.slug,
        name=record.name,
        description=record.description,
        created_at=timestamp(record.created_at),
        updated_at=timestamp(record.updated_at),
        etag=etag_of(record),
    )


def identity(record: IdentityRecord) -> access_pb2.Identity:
    """An identity."""
    return access_pb2.Identity(
        id=record.id,
        name=record.name,
        kind=IDENTITY_KIND.number(IdentityKind[record.kind]),
        description=record.description,
        created_at=timestamp(record.created_at),
        revoked_at=timestamp(record.revoked_at),
    )


def access_token(record: TokenRecord) -> access_pb2.AccessToken:
    """An access token, without its secret."""
    return access_pb2.AccessToken(
        id=record.id,
        identity_id=record.identity_id,
        description=record.name,
        prefix=record.prefix,
        created_at=timestamp(record.created_at),
        expires_at=timestamp(record.expires_at),
        last_used_at=timestamp(record.last_used_at),
        revoked_at=timestamp(record.revoked_at),
    )


def role_binding(record: RoleBindingRecord) -> access_pb2.RoleBinding:
    """A role binding; a role of a later program has no number here, and grants nothing."""
    role = _ROLES.get(record.role)
    return access_pb2.RoleBinding(
        id=record.id,
        identity_id=record.identity_id,
        role=ROLE.number(role) if role else access_pb2.ROLE_UNSPECIFIED,
        project_id=record.project_id or "",
        profile_id=record.profile_id or "",
        created_at=timestamp(record.created_at),
        created_by_identity_id=record.created_by_id or "",
        revoked_at=timestamp(record.revoked_at),
    )


def oneself(told: Oneself) -> messages.WhoAmIResponse:
    """Who the caller is, and what it may do."""
    return messages.WhoAmIResponse(
        identity=identity(told.identity),
        access_token=access_token(told.token) if told.token else None,
        role_bindings=map(role_binding, told.bindings),
        permissions=told.permissions,
    )
