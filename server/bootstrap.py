"""Sets up an empty database: an owner, a first project, its CAs, a policy and profiles.

It happens once per database. All of it is one unit of the store, so that of
several replicas that start at once exactly one does it, whole.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from server import keyring
from server.ca.authorities import Authorities, Charter
from server.ca.issuer import Issuer
from server.ca.places import Places
from server.ca.pool import CryptoPool
from server.ca.service import found_service_ca
from server.clock import Clock
from server.config import Settings
from server.files import write_private
from server.ids import new_id
from server.pki.algorithms import KeyAlgorithm
from server.pki.subjects import SubjectAttribute
from server.ra.access.roles import Role
from server.ra.access.tokens import hash_token, new_token, shown_prefix
from server.ra.setup.parents import arrival_of, certificate_of
from server.store import migrate
from server.store.failures import UniqueViolation
from server.store.records import (
    AuditRecord,
    AuthorityRecord,
    CertificateRecord,
    CRLRecord,
    IdentityRecord,
    MetaRecord,
    ObjectKind,
    PolicyRecord,
    ProfileRecord,
    ProjectRecord,
    RoleBindingRecord,
    TokenRecord,
)
from server.store.store import Store
from server.store.unit import Change, Insert, Unit

META_IDS = "bootstrap.ids"

_ROOT_LIFETIME = timedelta(days=20 * 365)
_ISSUING_LIFETIME = timedelta(days=10 * 365)


@dataclass(frozen=True, slots=True)
class Seeds:
    """The documents of the first policy and profiles, which the transport writes."""

    slug: str
    policy: bytes
    profile: bytes


async def migrated(settings: Settings) -> None:
    """Give an empty database its tables; one that has tables is for ``certmanager migrate``."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if await asyncio.to_thread(migrate.current, settings.database) is None:
        await asyncio.to_thread(migrate.upgrade, settings.database)


async def bootstrap(settings: Settings, store: Store, *, seeds: Seeds, clock: Clock) -> None:
    """Set the database up unless that was done before, by this process or another."""
    if await store.meta(META_IDS) is not None:
        return
    kek, facts = keyring.make(settings)
    pool = CryptoPool()
    try:
        authorities = Authorities(kek, pool, Places(settings.pki_url))
        first = await _Foundation(authorities, seeds, now=clock()).lay()
    finally:
        pool.close()
    token = new_token()
    facts |= {**found_service_ca(kek, now=clock())}
    path = settings.data_dir / "owner.token"
    write_private(path, token + "\n")  # before the commit: a token that nobody holds would be lost for good
    try:
        await store.commit(first.unit(token, facts))
    except UniqueViolation:
        path.unlink(missing_ok=True)
        if (
            await store.meta(META_IDS) is None
        ):  # else another replica was faster, and its owner's token counts
            raise


class _Foundation:
    """The first objects of a server, gathered into one unit."""

    def __init__(self, authorities: Authorities, seeds: Seeds, *, now: datetime) -> None:
        self._authorities = authorities
        self._seeds = seeds
        self._now = now
        self._cas: list[AuthorityRecord] = []
        self._crls: list[CRLRecord] = []
        self._owner = IdentityRecord(id=new_id(), name="owner", kind="PERSON", created_at=now)
        self._certificates: list[CertificateRecord] = []
        """Of the CAs that are not roots."""
        self.project = ProjectRecord(
            id=new_id(), slug="default", name="Default", created_at=now, updated_at=now
        )

    async def lay(self) -> _Foundation:
        """Make the CAs: a root, and under it one that signs with ECDSA and one that signs with RSA."""
        root = await self._found("root", KeyAlgorithm.EC_PRIME256V1, _ROOT_LIFETIME)
        parent = self._authorities.issuer(root, self._crls)
        await self._found("issuing", KeyAlgorithm.EC_PRIME256V1, _ISSUING_LIFETIME, parent)
        await self._found("issuing-rsa", KeyAlgorithm.RSA_3072, _ISSUING_LIFETIME, parent)
        return self

    async def _found(
        self, name: str, algorithm: KeyAlgorithm, lifetime: timedelta, parent: Issuer | None = None
    ) -> AuthorityRecord:
        common_name = f"certmanager default {name.replace('-', ' ')} CA"
        charter = Charter(
            project_id=self.project.id,
            name=name,
            subject=((SubjectAttribute.COMMON_NAME, common_name),),
            key_algorithm=algorithm,
            lifetime=lifetime,
            path_length=0 if parent else None,
            parent=parent,
        )
        record = await self._authorities.found(charter, now=self._now)
        self._cas.append(record)
        self._crls += self._authorities.crls(record)
        if parent is not None:
            self._certificates.append(certificate_of(record, parent, requester_id=self._owner.id))
        return record

    def unit(self, secret: str, facts: dict[str, bytes]) -> Unit:
        """Everything, to be stored together or not at all; ``secret`` is the owner's token."""
        owner = self._owner
        role = RoleBindingRecord(
            id=new_id(), identity_id=owner.id, role=Role.OWNER.name, created_at=self._now
        )
        token = TokenRecord(
            id=new_id(),
            identity_id=owner.id,
            name="bootstrap",
            prefix=shown_prefix(secret),
            hash=hash_token(secret),
            created_at=self._now,
        )
        policy = self._policy()
        root, issuing, issuing_rsa = self._cas
        profile, profile_rsa = (
            self._profile(policy, issuing),
            self._profile(policy, issuing_rsa, suffix="-rsa"),
        )
        ids = {
            "project_id": self.project.id,
            "root_ca_id": root.id,
            "ca_id": issuing.id,
            "rsa_ca_id": issuing_rsa.id,
            "certificate_policy_id": policy.id,
            "profile_id": profile.id,
            "rsa_profile_id": profile_rsa.id,
        }
        facts = {META_IDS: json.dumps(ids, indent=2).encode(), **facts}
        records = (
            *(MetaRecord(key=key, value=value) for key, value in facts.items()),
            self.project, owner, role, token, *self._cas, *self._crls, *self._certificates,
            policy, profile, profile_rsa, self._audit(owner),
        )  # fmt: skip
        return Unit(
            tuple(Insert(record) for record in records), self._changes(owner, policy, profile, profile_rsa)
        )

    def _policy(self) -> PolicyRecord:
        return PolicyRecord(
            id=new_id(),
            project_id=self.project.id,
            slug=self._seeds.slug,
            document=self._seeds.policy,
            created_at=self._now,
            updated_at=self._now,
        )

    def _profile(
        self, policy: PolicyRecord, authority: AuthorityRecord, *, suffix: str = ""
    ) -> ProfileRecord:
        return ProfileRecord(
            id=new_id(),
            project_id=self.project.id,
            slug=f"{self._seeds.slug}{suffix}",
            ca_id=authority.id,
            policy_id=policy.id,
            api_config_id=new_id(),
            document=self._seeds.profile,
            created_at=self._now,
            updated_at=self._now,
        )

    def _audit(self, owner: IdentityRecord) -> AuditRecord:
        return AuditRecord(
            id=new_id(),
            at=self._now,
            identity_id=owner.id,
            project_id=self.project.id,
            action="server.bootstrap",
            object_kind=ObjectKind.PROJECT.name,
            object_id=self.project.id,
        )

    def _changes(
        self, owner: IdentityRecord, policy: PolicyRecord, *profiles: ProfileRecord
    ) -> tuple[Change, ...]:
        project_id = self.project.id
        return (
            Change(ObjectKind.PROJECT, project_id, project_id=project_id),
            Change(ObjectKind.IDENTITY, owner.id),
            *(Change(ObjectKind.AUTHORITY, ca.id, project_id=project_id) for ca in self._cas),
            *map(arrival_of, self._certificates),
            Change(ObjectKind.POLICY, policy.id, project_id=project_id),
            *(Change(ObjectKind.PROFILE, p.id, project_id=project_id, profile_id=p.id) for p in profiles),
        )
