"""ProfileService beyond creation: lists and changes of profiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from certmanager.v1 import profile_service_pb2 as profiles
from server.pki.algorithms import KeyAlgorithm
from server.store.records import (
    ProfileRecord,
)
from tests.operators.setting_up import Desk, Json
from tests.serving import Live

NOBODY = "018f0000-0000-7000-8000-000000000000"


def deletion(id_: str, etag: str = "") -> profiles.DeleteCertificateProfileRequest:
    return profiles.DeleteCertificateProfileRequest(id=id_, etag=etag)


async def listed(desk: Desk, **filters: Any) -> list[str]:
    request = profiles.ListCertificateProfilesRequest(project_id=desk.project, **filters)
    answer = await desk.call(desk.profiles.ListCertificateProfiles, request)
    return [profile.slug for profile in answer.certificate_profiles]


async def test_profiles_are_listed_by_every_filter(live: Live) -> None:
    """Each filter narrows the list, several narrow it together, newest first."""
    desk = Desk(live, project_id=await live.project("shelf"))
    one, two = [await live.authority(project_id=desk.project) for _ in range(2)]
    web, mail = await desk.policy("web"), await desk.policy("mail")
    await desk.profile("a-web", web.id, caId=one)
    await desk.profile("b-web", web.id, caId=two, disabled=True)
    await desk.profile("a-mail", mail.id, caId=one)
    found = {
        "all": await listed(desk),
        "ca": await listed(desk, ca_id=one),
        "policy": await listed(desk, certificate_policy_id=web.id),
        "begin": await listed(desk, name="a-*"),
        "end": await listed(desk, name="*-web"),
        "exact": await listed(desk, name="a-web"),
        "disabled": await listed(desk, disabled=True),
        "enabled": await listed(desk, disabled=False),
        "enrollment": await listed(desk, enrollment_type="ENROLLMENT_TYPE_API"),
        "together": await listed(desk, ca_id=one, name="*-web", disabled=False),
        "none": await listed(desk, ca_id=NOBODY),
    }
    assert found == {
        "all": ["a-mail", "b-web", "a-web"],
        "ca": ["a-mail", "a-web"],
        "policy": ["b-web", "a-web"],
        "begin": ["a-mail", "a-web"],
        "end": ["b-web", "a-web"],
        "exact": ["a-web"],
        "disabled": ["b-web"],
        "enabled": ["a-mail", "a-web"],
        "enrollment": ["a-mail", "b-web", "a-web"],
        "together": ["a-web"],
        "none": [],
    }


async def test_pages_of_a_list_meet(live: Live) -> None:
    """Every profile stands on exactly one page."""
    desk = Desk(live, project_id=await live.project("pages"))
    ca, policy = await live.authority(project_id=desk.project), await desk.policy("web")
    made = [(await desk.profile(f"p{number}", policy.id, caId=ca)).slug for number in range(5)]
    request = profiles.ListCertificateProfilesRequest(project_id=desk.project, page_size=2)
    sizes, seen = [], []
    while True:
        answer = await desk.call(desk.profiles.ListCertificateProfiles, request)
        sizes.append(len(answer.certificate_profiles))
        seen += [profile.slug for profile in answer.certificate_profiles]
        request.page_token = answer.next_page_token
        if not request.page_token:
            break
    assert (sizes, seen) == ([2, 2, 1], made[::-1])


@pytest.mark.parametrize(
    ("mask", "said", "after"),
    [
        (None, {"description": "new"}, {"description": "new"}),
        (None, {"slug": "renamed", "disabled": True}, {"slug": "renamed", "disabled": True}),
        ("disabled", {"disabled": True}, {"disabled": True}),
        ("strict_csr", {}, {"strict_csr": False}),
        ("private_key_delivery", {"privateKeyDelivery": "PRIVATE_KEY_DELIVERY_FORBID"},
         {"private_key_delivery": 3}),
        ("api_config.auto_renew", {"apiConfig": {"autoRenew": True}}, {"api_config.auto_renew": True}),
        ("defaults.ttl", {"defaults": {"ttl": "2h"}}, {"defaults.ttl": "2h", "defaults.organization": "O"}),
        ("defaults", {"defaults": {"ttl": "2h"}}, {"defaults.ttl": "2h", "defaults.organization": ""}),
        ("defaults", {}, {"defaults.ttl": "", "defaults.organization": ""}),
    ],
)  # fmt: skip
async def test_a_mask_says_what_changes(live: Live, mask: str | None, said: Json, after: Json) -> None:
    """What it names is replaced or cleared, and the rest stays."""
    desk = Desk(live)
    policy = await desk.policy("web")
    defaults = {"ttl": "1h", "organization": "O"}
    made = await desk.profile("shop", policy.id, strictCsr=True, description="old", defaults=defaults)
    changed = await desk.reprofiled(made.id, mask, **said)
    for path, value in after.items():
        part: Any = changed
        for name in path.split("."):
            part = getattr(part, name)
        assert part == value, path
    kept = {"slug", "description", "ca_id", "strict_csr"} - {path.partition(".")[0] for path in after}
    assert {name: getattr(changed, name) for name in kept} == {name: getattr(made, name) for name in kept}
    assert changed.revision > made.revision
    assert changed.api_config_id == made.api_config_id


@pytest.mark.parametrize(
    ("mask", "said", "field", "rule"),
    [
        ("nonsense", {}, "update_mask", "UPDATE_MASK_UNKNOWN"),
        ("enrollment_type", {}, "update_mask", "FIELD_IMMUTABLE"),
        ("project_id", {}, "update_mask", "FIELD_IMMUTABLE"),
        ("api_config_id", {}, "update_mask", "FIELD_IMMUTABLE"),
        ("created_at", {}, "update_mask", "FIELD_IMMUTABLE"),
        (None, {"projectId": NOBODY}, "certificate_profile.project_id", "FIELD_IMMUTABLE"),
        ("ca_id", {}, "certificate_profile.ca_id", "FIELD_REQUIRED"),
        ("certificate_policy_id", {}, "certificate_profile.certificate_policy_id", "FIELD_REQUIRED"),
        ("*", {}, "certificate_profile.slug", "FIELD_REQUIRED"),
    ],
)
async def test_a_wrong_update_is_refused_by_name(
    sqlite_live: Live, mask: str | None, said: Json, field: str, rule: str
) -> None:
    """Unknown and immutable fields are named, and nothing changes."""
    desk = Desk(sqlite_live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    failure = await desk.not_reprofiled(made.id, mask, **said)
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert failure.fields[field] == rule
    stored = await sqlite_live.app.store.get(ProfileRecord, id=made.id)
    assert stored is not None
    assert stored.revision == made.revision


async def test_what_was_read_can_be_sent_back(live: Live) -> None:
    """Nothing changed is no change: the etag stays."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id, defaults={"ttl": "1h"})
    update = profiles.UpdateCertificateProfileRequest(certificate_profile=made)
    same = await desk.call(desk.profiles.UpdateCertificateProfile, update)
    assert same.certificate_profile == made


async def test_an_old_etag_is_refused_with_the_present_one(live: Live) -> None:
    """For updates and for removal."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    changed = await desk.reprofiled(made.id, description="of somebody else")
    failure = await desk.not_reprofiled(made.id, etag=made.etag, description="mine")
    removal = await desk.refused(desk.profiles.DeleteCertificateProfile, deletion(made.id, made.etag))
    for told in (failure, removal):
        assert (told.code, told.reason) == (grpc.StatusCode.ABORTED, "VERSION_MISMATCH")
        assert told.metadata["etag"] == changed.etag


async def test_a_slug_that_is_taken_cannot_be_renamed_to(live: Live) -> None:
    """The holder is named, and the field."""
    desk = Desk(live)
    policy = await desk.policy("web")
    holder, made = await desk.profile("taken", policy.id), await desk.profile("shop", policy.id)
    failure = await desk.not_reprofiled(made.id, slug="taken")
    assert failure.reason == "SLUG_TAKEN"
    assert failure.details["ResourceInfo"].resource_name == holder.id


async def test_a_profile_moves_to_another_ca_and_policy(live: Live) -> None:
    """The next certificate is by the new ones."""
    desk = Desk(live)
    policy, other = await desk.policy("web"), await desk.policy("other")
    made = await desk.profile("shop", policy.id)
    await desk.issue(made.id)
    ca = await live.authority(KeyAlgorithm.EC_SECP384R1)
    await desk.reprofiled(made.id, caId=ca, certificatePolicyId=other.id)
    issued = (await desk.issue(made.id)).certificate
    assert (issued.ca_id, issued.certificate_policy_id) == (ca, other.id)


@pytest.mark.parametrize(
    ("name", "field"), [("caId", "ca_id"), ("certificatePolicyId", "certificate_policy_id")]
)
@pytest.mark.parametrize("where", ["nowhere", "elsewhere"])
async def test_a_profile_refers_to_its_own_project_only(
    live: Live, name: str, field: str, where: str
) -> None:
    """What is of another project is as little there as what does not exist; the field is named."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    project = await live.project("elsewhere")
    foreign = {
        "caId": await live.authority(project_id=project),
        "certificatePolicyId": (await Desk(live, project_id=project).policy("web")).id,
    }
    id_ = foreign[name] if where == "elsewhere" else NOBODY
    failure = await desk.not_reprofiled(made.id, **{name: id_})
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
    assert failure.fields == {f"certificate_profile.{field}": "RESOURCE_NOT_FOUND"}


CALLS: dict[str, Callable[[Desk, Any], tuple[str, Any]]] = {
    "list": lambda desk, made: (
        "ListCertificateProfiles",
        profiles.ListCertificateProfilesRequest(project_id=desk.project),
    ),
    "update": lambda desk, made: (
        "UpdateCertificateProfile",
        profiles.UpdateCertificateProfileRequest(certificate_profile=made),
    ),
    "delete": lambda desk, made: ("DeleteCertificateProfile", deletion(made.id)),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_profile_of_a_foreign_project_is_not_there(live: Live, call: str) -> None:
    """An admin of one project cannot tell another project's profiles from none."""
    owner = Desk(live)
    made = await owner.profile("shop", (await owner.policy("web")).id)
    roles = {await live.project("elsewhere"): "ADMIN"}
    desk = Desk(live, token=await live.token("eve", roles=roles))
    method, request = CALLS[call](desk, made)
    failure = await desk.refused(getattr(desk.profiles, method), request)
    assert failure.code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("call", ["update", "delete"])
@pytest.mark.parametrize("role", ["OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_only_an_admin_changes_profiles(sqlite_live: Live, role: str, call: str) -> None:
    """Whoever may look is told that it is a right that they lack."""
    owner = Desk(sqlite_live)
    made = await owner.profile("shop", (await owner.policy("web")).id)
    desk = Desk(sqlite_live, token=await sqlite_live.token("joe", roles={owner.project: role}))
    method, request = CALLS[call](desk, made)
    failure = await desk.refused(getattr(desk.profiles, method), request)
    assert failure.code is grpc.StatusCode.PERMISSION_DENIED
