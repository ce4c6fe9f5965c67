"""Rows to store: each call makes a new one, with every column filled unless it says otherwise."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from server.store import (
    AuditRecord,
    AuthorityRecord,
    CertificateRecord,
    Change,
    IdentityRecord,
    Insert,
    MetaRecord,
    ObjectKind,
    PolicyRecord,
    ProfileRecord,
    ProjectRecord,
    Record,
    RequestRecord,
    RoleBindingRecord,
    TokenRecord,
    Unit,
)

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
ODD = "Zürich ✓ 'quoted' \\ %s ? 🔑"
BYTES = bytes(range(256))


def clock() -> datetime:
    return NOW


def new_id() -> str:
    return str(uuid4())


@dataclass
class Rows:
    """The foundation that the other rows refer to, by id."""

    project_id: str = field(default_factory=new_id)
    ca_id: str = field(default_factory=new_id)
    policy_id: str = field(default_factory=new_id)
    profile_id: str = field(default_factory=new_id)
    identity_id: str = field(default_factory=new_id)

    def foundation(self) -> Unit:
        made: tuple[Record, ...] = (
            self.project(id_=self.project_id),
            self.identity(id_=self.identity_id),
            self.authority(id_=self.ca_id),
            self.policy(id_=self.policy_id),
            self.profile(id_=self.profile_id),
        )
        return Unit(tuple(Insert(row) for row in made), (Change(ObjectKind.PROJECT, self.project_id),))

    def project(self, *, id_: str = "", slug: str = "") -> ProjectRecord:
        id_ = id_ or new_id()
        return ProjectRecord(
            id=id_, slug=slug or id_, name=ODD, description=ODD, created_at=NOW, updated_at=NOW, revision=0
        )

    def identity(self, *, id_: str = "", name: str = "") -> IdentityRecord:
        id_ = id_ or new_id()
        return IdentityRecord(
            id=id_, name=name or id_, kind="PERSON", description=ODD, revoked_at=NOW, created_at=NOW
        )

    def authority(self, *, id_: str = "") -> AuthorityRecord:
        return AuthorityRecord(
            id=id_ or new_id(),
            project_id=self.project_id,
            name=ODD,
            type="ROOT",
            state="ACTIVE",
            key_algorithm="EC_PRIME256V1",
            subject=ODD,
            serial="0a",
            certificate=BYTES,
            chain="PEM\n",
            sealed_key=BYTES,
            not_before=NOW,
            not_after=NOW + timedelta(days=3650),
            crl_shards=16,
            created_at=NOW,
            updated_at=NOW,
        )

    def policy(self, *, id_: str = "") -> PolicyRecord:
        id_ = id_ or new_id()
        return PolicyRecord(
            id=id_, project_id=self.project_id, slug=id_, document=BYTES, created_at=NOW, updated_at=NOW
        )

    def profile(self, *, id_: str = "", slug: str = "") -> ProfileRecord:
        id_ = id_ or new_id()
        return ProfileRecord(
            id=id_,
            project_id=self.project_id,
            slug=slug or id_,
            ca_id=self.ca_id,
            policy_id=self.policy_id,
            api_config_id=new_id(),
            document=BYTES,
            disabled=True,
            created_at=NOW,
            updated_at=NOW,
        )

    def binding(
        self, *, role: str = "admin", profile_id: str | None = None, revoked_at: datetime | None = None
    ) -> RoleBindingRecord:
        return RoleBindingRecord(
            id=new_id(),
            identity_id=self.identity_id,
            project_id=self.project_id,
            role=role,
            profile_id=profile_id,
            created_at=NOW,
            created_by_id=ODD,
            revoked_at=revoked_at,
        )

    def owner(self) -> RoleBindingRecord:
        return replace(self.binding(role="OWNER"), project_id=None)

    def token(self, *, digest: bytes = b"") -> TokenRecord:
        id_ = new_id()
        return TokenRecord(
            id=id_,
            identity_id=self.identity_id,
            name=ODD,
            prefix=ODD,
            hash=digest or hashlib.sha256(id_.encode()).digest(),
            created_at=NOW,
            expires_at=NOW,
            revoked_at=NOW,
            last_used_at=NOW,
        )

    def request(self, *, state: str = "PENDING") -> RequestRecord:
        return RequestRecord(
            id=new_id(),
            project_id=self.project_id,
            profile_id=self.profile_id,
            requester_id=self.identity_id,
            state=state,
            key_source="CSR",
            order=BYTES,
            certificate_id=new_id(),
            policy_revision=2**40,
            profile_revision=3,
            private_key_state="NONE",
            error=BYTES,
            created_at=NOW,
            updated_at=NOW,
            expires_at=NOW,
        )

    def certificate(self, *, serial: str = "") -> CertificateRecord:
        id_ = new_id()
        return CertificateRecord(
            id=id_,
            project_id=self.project_id,
            profile_id=self.profile_id,
            ca_id=self.ca_id,
            request_id=new_id(),
            requester_id=self.identity_id,
            serial=serial or id_.replace("-", ""),
            fingerprint=hashlib.sha256(id_.encode()).hexdigest(),
            der=BYTES,
            subject=ODD,
            common_name=ODD,
            names=(ODD.lower(), "a.example.com"),
            key_algorithm="ML_DSA_65",
            not_before=NOW,
            not_after=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
            lineage_id=id_,
            renewed_from_id=new_id(),
            renewed_by_id=new_id(),
            metadata={"b": ODD, "a": "", "nul": "\x00"},
            auto_renewal_enabled=True,
            auto_renewal_reason=ODD,
            renews_at=NOW,
            revoked_at=NOW,
            revocation_reason="KEY_COMPROMISE",
            invalidity_at=datetime(1969, 7, 20, 20, 17, 40, 5, tzinfo=UTC),
            policy_revision=2,
            profile_revision=3,
            created_at=NOW,
            updated_at=NOW,
        )

    def audit(self) -> AuditRecord:
        return AuditRecord(
            id=new_id(),
            at=NOW,
            identity_id=self.identity_id,
            token_id=new_id(),
            project_id=self.project_id,
            action="issue",
            object_kind="CERTIFICATE",
            object_id=new_id(),
            trace_id="0af7651916cd43dd8448eb211c80319c",
            details={"count": 3, "list": [1, None, ODD]},
        )

    def meta(self) -> MetaRecord:
        return MetaRecord(key=new_id(), value=BYTES)

    def submitted(self, request: RequestRecord | None = None) -> Unit:
        """A unit with one request and the change that it is."""
        request = request or self.request()
        return Unit((Insert(request),), (self.change_of(request),))

    def change_of(self, request: RequestRecord) -> Change:
        return Change(
            ObjectKind.REQUEST,
            request.id,
            project_id=self.project_id,
            profile_id=self.profile_id,
            requester_id=self.identity_id,
            new_state=request.state,
        )
