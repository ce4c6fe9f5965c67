"""Disable, enable, update: compare-and-set, and heard of on other replicas."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.clock import utc_now
from server.config import Settings
from server.store.records import AuditRecord, ChangeRecord
from tests.operators.ca_orders import (
    authorities,
    broken,
    create,
    get,
    intermediate,
    issue,
    leaf_order,
    order,
    state,
)
from tests.serving import Live, running


async def disable(live: Live, id_: str, etag: str = "") -> Any:
    request = messages.DisableCertificateAuthorityRequest(id=id_, etag=etag)
    return (await live.call(authorities(live).DisableCertificateAuthority, request)).certificate_authority


async def enable(live: Live, id_: str, etag: str = "") -> Any:
    request = messages.EnableCertificateAuthorityRequest(id=id_, etag=etag)
    return (await live.call(authorities(live).EnableCertificateAuthority, request)).certificate_authority


def update(id_: str, *paths: str, **fields: Any) -> messages.UpdateCertificateAuthorityRequest:
    said = {"certificate_authority": {"id": id_, **fields}}
    request = ParseDict(said, messages.UpdateCertificateAuthorityRequest())
    request.update_mask.paths.extend(paths)
    return request


async def updated(live: Live, request: messages.UpdateCertificateAuthorityRequest) -> Any:
    return (await live.call(authorities(live).UpdateCertificateAuthority, request)).certificate_authority


async def test_a_disabled_ca_signs_nothing_until_it_is_enabled(live: Live) -> None:
    """Orders are refused with the state, on a profile that was used before; then they are taken again."""
    ca = await create(live, order(live))
    request = await leaf_order(live, ca.id)
    await live.call(live.certificates.IssueCertificate, request)
    off = await disable(live, ca.id, ca.etag)
    assert (state(off), off.revision > ca.revision) == ("DISABLED", True)
    failure = await live.refused(live.certificates.IssueCertificate, request)
    assert (failure.reason, failure.metadata["caState"]) == ("CA_NOT_ACTIVE", "DISABLED")
    assert state(await enable(live, ca.id, off.etag)) == "ACTIVE"
    await live.call(live.certificates.IssueCertificate, request)


async def test_each_step_is_told_and_audited(live: Live) -> None:
    """The change has the old and the new state, the audit row who it was."""
    ca = await create(live, order(live))
    await disable(live, ca.id)
    changes = await live.app.store.list(ChangeRecord, object_id=ca.id)
    assert [(each.old_state, each.new_state) for each in changes] == [
        (None, "ACTIVE"),
        ("ACTIVE", "DISABLED"),
    ]
    audits = await live.app.store.list(AuditRecord, object_id=ca.id)
    assert [each.action for each in audits] == [
        "certificateAuthorities.create",
        "certificateAuthorities.update",
    ]
    assert audits[1].details == {"state": "DISABLED"}


async def test_doing_it_again_changes_nothing(live: Live) -> None:
    """Disabling is idempotent, and so is enabling: no revision, no row."""
    ca = await create(live, order(live))
    assert await enable(live, ca.id) == ca
    off = await disable(live, ca.id)
    assert await disable(live, ca.id) == off
    assert len(await live.app.store.list(AuditRecord, object_id=ca.id)) == 2


async def test_an_outdated_etag_is_refused(live: Live) -> None:
    """By all three, with the present one."""
    ca = await create(live, order(live))
    stub = authorities(live)
    requests: list[tuple[Any, Any]] = [
        (stub.DisableCertificateAuthority, messages.DisableCertificateAuthorityRequest(id=ca.id, etag="1")),
        (stub.EnableCertificateAuthority, messages.EnableCertificateAuthorityRequest(id=ca.id, etag="1")),
        (stub.UpdateCertificateAuthority, update(ca.id, name="x", etag="1")),
    ]
    for method, request in requests:
        failure = await live.refused(method, request)
        assert (failure.reason, failure.metadata["etag"]) == ("VERSION_MISMATCH", ca.etag)
    assert await get(live, ca.id) == ca


async def test_of_two_who_hold_one_etag_one_wins(live: Live) -> None:
    """Of ten updates at once with the same etag exactly one is stored."""
    ca = await create(live, order(live))
    calls = (
        live.call(authorities(live).UpdateCertificateAuthority, update(ca.id, name=f"n{i}", etag=ca.etag))
        for i in range(10)
    )
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(not isinstance(each, Exception) for each in done) == 1


async def test_a_ca_without_certificate_has_no_such_state(live: Live) -> None:
    """It can neither be disabled nor enabled: it awaits its certificate."""
    ca = await create(live, intermediate(live))
    stub = authorities(live)
    for method, kind in (
        (stub.DisableCertificateAuthority, messages.DisableCertificateAuthorityRequest),
        (stub.EnableCertificateAuthority, messages.EnableCertificateAuthorityRequest),
    ):
        failure = await live.refused(method, kind(id=ca.id))
        assert (failure.reason, failure.metadata["caState"]) == ("STATE_CONFLICT", "AWAITING_CERTIFICATE")


async def test_an_update_changes_what_it_names(live: Live) -> None:
    """The mask decides; without one, what is set; a whole CA that was read can be sent back."""
    ca = await create(live, order(live))
    assert (await updated(live, update(ca.id, "name", name="new", crl_validity="7200s"))).name == "new"
    present = await updated(live, update(ca.id, crl_validity="7200s"))
    assert (present.name, present.crl_validity.seconds) == ("new", 7200)
    present.name = "newer"
    request = messages.UpdateCertificateAuthorityRequest(certificate_authority=present)
    assert (await updated(live, request)).name == "newer"
    usual = await updated(live, update(ca.id, "*"))
    assert (usual.name, usual.crl_validity.seconds) == ("Test root", 7 * 86400)
    assert await get(live, ca.id) == usual


FIXED: list[tuple[tuple[str, ...], dict[str, Any], set[tuple[str, str]]]] = [
    (("state",), {}, {("update_mask", "FIELD_IMMUTABLE")}),
    (("generation",), {}, {("update_mask", "FIELD_IMMUTABLE")}),
    (("nonsense",), {}, {("update_mask", "UPDATE_MASK_UNKNOWN")}),
    ((), {"path_length": 3}, {("certificate_authority.path_length", "FIELD_IMMUTABLE")}),
    ((), {"name": "a\u0000"}, {("certificate_authority.name", "NAME_CHARACTER")}),
    ((), {"crl_validity": "5s"}, {("certificate_authority.crl_validity", "DURATION_GTE_LTE")}),
]  # fmt: skip


@pytest.mark.parametrize(("paths", "fields", "wanted"), FIXED)
async def test_what_is_fixed_is_refused_by_name(
    sqlite_live: Live, paths: tuple[str, ...], fields: dict[str, Any], wanted: set[tuple[str, str]]
) -> None:
    """An unknown or a fixed field names the mask, a changed one itself."""
    ca = await create(sqlite_live, order(sqlite_live))
    method = authorities(sqlite_live).UpdateCertificateAuthority
    assert broken(await sqlite_live.refused(method, update(ca.id, *paths, **fields))) == wanted
    assert await get(sqlite_live, ca.id) == ca


async def test_other_projects_and_lesser_roles(live: Live) -> None:
    """Elsewhere every RPC on the CA says that there is none; a viewer reads, and is denied the rest."""
    elsewhere = await live.token("ada", roles={await live.project("other"): "ADMIN"})
    viewer = await live.token("vic", roles={live.ids["project_id"]: "VIEWER"})
    stub, id_ = authorities(live), live.ids["ca_id"]
    reads: list[tuple[Any, Any]] = [
        (stub.GetCertificateAuthority, messages.GetCertificateAuthorityRequest(id=id_)),
        (stub.GetCertificateAuthorityCsr, messages.GetCertificateAuthorityCsrRequest(id=id_)),
    ]
    writes: list[tuple[Any, Any]] = [
        (stub.DisableCertificateAuthority, messages.DisableCertificateAuthorityRequest(id=id_)),
        (stub.EnableCertificateAuthority, messages.EnableCertificateAuthorityRequest(id=id_)),
        (stub.UpdateCertificateAuthority, update(id_, name="x")),
        (
            stub.InstallCertificateAuthorityCertificate,
            messages.InstallCertificateAuthorityCertificateRequest(
                id=id_, certificate="x", certificate_chain="x"
            ),
        ),
    ]
    for method, request in (*reads, *writes):
        assert (await live.refused(method, request, token=elsewhere)).reason == "RESOURCE_NOT_FOUND"
    for method, request in writes:
        assert (await live.refused(method, request, token=viewer)).reason == "PERMISSION_DENIED"
    await live.call(*reads[0], token=viewer)


async def test_an_expired_ca_says_so_everywhere(live: Live) -> None:
    """Time alone tells it: in Get, in refusals, and to whoever would enable it."""
    live.clock = lambda: utc_now() - timedelta(hours=2)
    ca_id = await live.authority(lifetime=timedelta(hours=1), parent=None)
    live.clock = utc_now
    ca = await get(live, ca_id)
    assert (state(ca), len(ca.warnings)) == ("EXPIRED", 1)
    failure = await live.refused(live.certificates.IssueCertificate, await leaf_order(live, ca_id))
    assert (failure.reason, failure.metadata["caState"]) == ("CA_NOT_ACTIVE", "EXPIRED")
    enable_ = authorities(live).EnableCertificateAuthority
    failure = await live.refused(enable_, messages.EnableCertificateAuthorityRequest(id=ca_id))
    assert (failure.reason, failure.metadata["caState"]) == ("STATE_CONFLICT", "EXPIRED")


async def test_a_replica_hears_of_it(postgres_settings: Settings) -> None:
    """Two servers on one PostgreSQL: what one disables, the other, which has it in memory, refuses to use."""
    async with running(postgres_settings) as one, running(postgres_settings) as other:
        ca = await create(one, order(one))
        request = await leaf_order(one, ca.id)
        await other.call(other.certificates.IssueCertificate, request)
        off = await disable(one, ca.id)
        assert await other.app.store.feed.wait_beyond(off.revision - 1, seconds=30)
        failure = await other.refused(other.certificates.IssueCertificate, request)
        assert (failure.reason, failure.metadata["caState"]) == ("CA_NOT_ACTIVE", "DISABLED")
        on = await enable(other, ca.id)
        assert await one.app.store.feed.wait_beyond(on.revision - 1, seconds=30)
        assert (await issue(one, ca.id)).certificate.ca_id == ca.id
