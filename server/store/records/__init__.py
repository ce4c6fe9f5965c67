"""The rows, one frozen dataclass a table; the fields are the columns, in the same order.

Times are aware UTC datetimes with microseconds, ids are UUIDv7 as text, and what
the store need not understand (policies, profiles, orders) is opaque bytes.
``revision`` is that of the newest change about the row; the writer fills it in.
No ``repr`` shows a key, a hash or an encoding.
"""

from __future__ import annotations

from server.store.records.issuing import (
    AttemptRecord,
    CertificateRecord,
    CertificateTermRecord,
    DecisionRecord,
    HeldSecretRecord,
    RequestRecord,
)
from server.store.records.kinds import ObjectKind, Record
from server.store.records.revoking import (
    BlockedKeyRecord,
    CRLBodyRecord,
    CRLRecord,
    GenerationRecord,
    ResponderRecord,
)
from server.store.records.setup import (
    AuthorityRecord,
    IdentityRecord,
    MetaRecord,
    PolicyRecord,
    ProfileRecord,
    ProjectRecord,
    RoleBindingRecord,
    TokenRecord,
)
from server.store.records.telling import AuditRecord, ChangeRecord

__all__ = [
    "AttemptRecord",
    "AuditRecord",
    "AuthorityRecord",
    "BlockedKeyRecord",
    "CRLBodyRecord",
    "CRLRecord",
    "CertificateRecord",
    "CertificateTermRecord",
    "ChangeRecord",
    "DecisionRecord",
    "GenerationRecord",
    "HeldSecretRecord",
    "IdentityRecord",
    "MetaRecord",
    "ObjectKind",
    "PolicyRecord",
    "ProfileRecord",
    "ProjectRecord",
    "Record",
    "RequestRecord",
    "ResponderRecord",
    "RoleBindingRecord",
    "TokenRecord",
]
