"""Tables, the one writer, and the feed of changes: the only package that knows SQL."""

from __future__ import annotations

from server.store.changes import Feed
from server.store.failures import (
    ForeignKeyViolation,
    GuardFailed,
    NoDatabase,
    StoreAhead,
    StoreError,
    StoreOutdated,
    StoreUnavailable,
    UniqueViolation,
    Unstorable,
)
from server.store.filters import Above, Like
from server.store.records import (
    AuditRecord,
    AuthorityRecord,
    CertificateRecord,
    ChangeRecord,
    IdentityRecord,
    MetaRecord,
    ObjectKind,
    PolicyRecord,
    ProfileRecord,
    ProjectRecord,
    Record,
    RequestRecord,
    RoleBindingRecord,
    TokenRecord,
)
from server.store.store import Store
from server.store.unit import Change, Delete, Expect, Insert, Unit, Update, Write

__all__ = [
    "Above",
    "AuditRecord",
    "AuthorityRecord",
    "CertificateRecord",
    "Change",
    "ChangeRecord",
    "Delete",
    "Expect",
    "Feed",
    "ForeignKeyViolation",
    "GuardFailed",
    "IdentityRecord",
    "Insert",
    "Like",
    "MetaRecord",
    "NoDatabase",
    "ObjectKind",
    "PolicyRecord",
    "ProfileRecord",
    "ProjectRecord",
    "Record",
    "RequestRecord",
    "RoleBindingRecord",
    "Store",
    "StoreAhead",
    "StoreError",
    "StoreOutdated",
    "StoreUnavailable",
    "TokenRecord",
    "UniqueViolation",
    "Unit",
    "Unstorable",
    "Update",
    "Write",
]
