"""Identities of every role, projects apart, and objects in both, on a standing server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc.aio

from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as profiles
from server.clock import utc_now
from server.ids import new_id
from server.ra.tokens import hash_token, new_token
from server.store.records import ObjectKind, TokenRecord
from server.store.unit import Change, Unit, Update
from tests.access.matrix import ROLES
from tests.ordering import open_policy, order
from tests.serving import Live, failure_of
from tests.standing import Standing

ABSENT = "0195e1a0-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class People:
    """Who calls, by role in the first project, and what there is to be called for."""

    live: Live
    tokens: dict[str, str]
    bad_tokens: dict[str, str]
    away: str
    """A project that nobody but the owner has a role in."""
    away_ca: str
    away_policy: str
    away_profile: str
    theirs: certificates.IssueCertificateResponse
    """A certificate of the first project that the owner asked for."""
    far: certificates.IssueCertificateResponse
    """A certificate of the other project."""

    async def outcome(self, what: str, role: str) -> str:
        """The code of a call."""
        rpc, request = self._call(what)
        method = getattr(self.live.profiles, rpc, None) or getattr(self.live.certificates, rpc)
        try:
            await method(request, metadata=self.live.auth(self.tokens[role]), timeout=60)
        except grpc.aio.AioRpcError as error:
            failure_of(error)
            return error.code().name
        return "OK"

    def _call(self, what: str) -> tuple[str, Any]:
        action, _, place = what.partition(", ")
        away, ids = place == "away", self.live.ids
        certificate = (self.far if away else self.theirs).certificate
        profile_id = self.away_profile if away else ids["profile_id"]
        match action:
            case "create profile":
                return "CreateCertificateProfile", self.new_profile(away=away)
            case "get profile":
                return "GetCertificateProfile", profiles.GetCertificateProfileRequest(id=profile_id)
            case "get profile by slug":
                key = profiles.ProfileSlug(
                    project_id=self.away if away else ids["project_id"],
                    slug=f"profile-{profile_id}" if away else "tls-server",
                )
                return "GetCertificateProfile", profiles.GetCertificateProfileRequest(slug=key)
            case "issue" | "validate only":
                only = {"validate_only": action == "validate only"}
                return "IssueCertificate", order(profile_id, common_name="a.example.com", fields=only)
            case "get certificate":
                id_ = ABSENT if place == "absent" else certificate.certificate_id
                return "GetCertificate", certificates.GetCertificateRequest(certificate_id=id_)
            case "get certificate by serial":
                serial = certificates.SerialKey(
                    ca_id=certificate.ca_id, serial_number=certificate.serial_number
                )
                return "GetCertificate", certificates.GetCertificateRequest(serial_key=serial)
            case _:
                raise AssertionError(what)

    def new_profile(self, *, away: bool = False, **changes: Any) -> profiles.CreateCertificateProfileRequest:
        """A request for a new profile in one of the projects, all of it there."""
        ids = self.live.ids
        said: dict[str, Any] = {
            "project_id": self.away if away else ids["project_id"],
            "ca_id": self.away_ca if away else ids["ca_id"],
            "certificate_policy_id": self.away_policy if away else ids["certificate_policy_id"],
            "slug": f"p-{new_id()}",
        }
        return profiles.CreateCertificateProfileRequest(
            **(said | changes),
            enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
            api_config=profile_pb2.ApiEnrollmentConfig(),
        )


async def gathered(standing: Standing) -> People:
    """Everybody, made on a server."""
    live = standing.live
    home, away = live.ids["project_id"], await live.project(f"away-{new_id()}")
    tokens = {
        name: await live.token(f"{name}-{new_id()}", roles={} if name == "nobody" else {home: name.upper()})
        for name in ROLES.values()
        if name != "owner"
    }
    ca_id = await live.authority(project_id=away, parent=None, path_length=None)
    policy_id = await live.policy(open_policy(), project_id=away)
    profile_id = await live.profile(ca_id=ca_id, policy_id=policy_id, project_id=away)
    return People(
        live=live,
        tokens={"owner": live.owner, **tokens},
        bad_tokens=await _bad_tokens(live),
        away=away,
        away_ca=ca_id,
        away_policy=policy_id,
        away_profile=profile_id,
        theirs=await standing.issue(order(live.ids["profile_id"], common_name="a.example.com")),
        far=await standing.issue(order(profile_id, common_name="a.example.com")),
    )


async def _bad_tokens(live: Live) -> dict[str, str]:
    revoked = await live.token(f"revoked-{new_id()}", roles={live.ids["project_id"]: "ADMIN"})
    await revoke(live, revoked)
    return {
        "unknown": new_token(),
        "malformed": live.owner[:-1],
        "expired": await live.token(f"late-{new_id()}", lifetime=timedelta(seconds=-1)),
        "revoked": revoked,
    }


async def revoke(live: Live, token: str) -> None:
    """Revoke a token as the service will: by a row and its change."""
    record = await live.app.store.get(TokenRecord, hash=hash_token(token))
    assert record is not None
    update = Update(TokenRecord, {"id": record.id}, {"revoked_at": utc_now()})
    await live.app.store.commit(Unit((update,), (Change(ObjectKind.IDENTITY, record.identity_id),)))
