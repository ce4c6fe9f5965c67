"""A watch on what to trust in a project: what is in the bundle, and when it comes again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1 import x509_pb2
from server.ids import new_id
from server.ra.revoking import lists
from server.ra.watching import trusted
from tests.operators.ca_orders import authorities, create, intermediate
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.hierarchies import Hierarchy, bundle_until, is_complete, judged, split
from tests.watching.streams import Watcher

pytestmark = IN_SESSION

HOLD = x509_pb2.REVOCATION_REASON_CERTIFICATE_HOLD


def names(pem: str) -> list[str]:
    return [one.subject.rfc4514_string() for one in split(pem)]


def of_two(bundle: Any) -> bool:
    return is_complete(bundle, cas=2)


async def test_a_project_without_cas_trusts_nothing(live: Live) -> None:
    """That is told at once, too."""
    async with Watcher(live).trust(await live.project(f"empty-{new_id()}")) as stream:
        first = await stream.next()
    assert first.WhichOneof("event") == "trust_bundle"
    assert first.trust_bundle == messages.TrustBundle()
    assert first.resume_token


async def test_a_verifier_needs_nothing_else(live: Live, tmp_path: Path) -> None:
    """OpenSSL verifies a certificate by the bundle alone, and refuses it once it is revoked."""
    hierarchy = await Hierarchy.of(live)
    leaf = await hierarchy.issued()
    async with Watcher(live).trust(hierarchy.project_id.upper()) as stream:
        bundle = await bundle_until(stream, of_two)
        assert judged(bundle, leaf.certificate, tmp_path) == ""
        assert (len(split(bundle.roots)), len(split(bundle.intermediates))) == (1, 1)
        await hierarchy.revoke(leaf.certificate_id)
        bundle = await bundle_until(stream, lambda it: any(crl.entry_count for crl in it.crls))
    assert "certificate revoked" in judged(bundle, leaf.certificate, tmp_path)


async def test_a_crl_is_told_with_all_that_names_it(live: Live) -> None:
    """Number, times, digest and size are those of the CRL that is there."""
    hierarchy = await Hierarchy.of(live)
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        bundle = await bundle_until(stream, of_two)
    for told in bundle.crls:
        crl = x509.load_pem_x509_crl(told.crl.encode())
        der = crl.public_bytes(Encoding.DER)
        number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        assert (told.crl_number, told.ca_generation, told.shard) == (str(number), 1, 0)
        assert (told.sha256, told.size_bytes) == (hashlib.sha256(der).hexdigest(), len(der))
        assert told.next_update.ToDatetime() == crl.next_update_utc.replace(tzinfo=None)  # type: ignore[union-attr]
    assert {told.ca_id for told in bundle.crls} == {hierarchy.root_id, hierarchy.ca_id}


async def test_a_new_ca_is_told(live: Live) -> None:
    """The whole bundle comes again, with a higher revision."""
    hierarchy = await Hierarchy.of(live)
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        before = await stream.next()
        await create(
            live,
            intermediate(
                live,
                hierarchy.root_id,
                project_id=hierarchy.project_id,
                attributes={"common_name": "Another"},
            ),
        )
        while "CN=Another" not in names(
            (after := await stream.until("trust_bundle")).trust_bundle.intermediates
        ):
            assert after.revision > before.revision
            before = after
    assert after.revision > before.revision


async def test_a_held_ca_leaves_with_all_that_hangs_from_it(live: Live) -> None:
    """Its certificate and its CRL; released it is there again."""
    hierarchy = await Hierarchy.of(live)
    ca = await hierarchy.certificate_of(hierarchy.ca_id)
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        await bundle_until(stream, of_two)
        await hierarchy.revoke(ca, reason=HOLD)
        held = await bundle_until(stream, lambda it: not it.intermediates)
        assert len(split(held.roots)) == 1
        assert {crl.ca_id for crl in held.crls} == {hierarchy.root_id}
        await hierarchy.release(ca)
        await bundle_until(stream, of_two)


async def test_a_ca_of_another_project_matters_where_it_is_above(live: Live) -> None:
    """It is trusted there with its CRL, and revoked it takes what hangs from it out of the bundle."""
    above = await Hierarchy.of(live)
    deep = {"attributes": {"common_name": "Deep", "basic_constraints": {"path_length": 1}}}
    between = await create(live, intermediate(live, above.root_id, project_id=above.project_id, **deep))
    below = await live.project(f"below-{new_id()}")
    await create(live, intermediate(live, between.id, project_id=below))
    async with Watcher(live).trust(below) as stream:
        bundle = await bundle_until(stream, lambda it: is_complete(it, cas=3))
        assert {crl.ca_id for crl in bundle.crls} >= {above.root_id, between.id}
        await above.revoke(await above.certificate_of(between.id))
        bundle = await bundle_until(stream, lambda it: not it.intermediates)
        assert {crl.ca_id for crl in bundle.crls} == {above.root_id}


async def test_a_disabled_ca_is_trusted_still(live: Live) -> None:
    """What it has signed is in use."""
    hierarchy = await Hierarchy.of(live)
    request = messages.DisableCertificateAuthorityRequest(id=hierarchy.ca_id)
    await live.call(authorities(live).DisableCertificateAuthority, request)
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        assert len(split((await stream.next()).trust_bundle.intermediates)) == 1


async def test_a_rotated_root_is_trusted_beside_its_former_self(live: Live, tmp_path: Path) -> None:
    """What hangs from the former one goes on; each key has its CRL, under its own generation."""
    hierarchy = await Hierarchy.of(live)
    leaf = await hierarchy.issued()
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        await bundle_until(stream, of_two)
        await hierarchy.rotate(hierarchy.root_id)
        bundle = await bundle_until(stream, lambda it: is_complete(it, cas=3))
    assert len(split(bundle.roots)) == 2
    generations = [crl.ca_generation for crl in bundle.crls if crl.ca_id == hierarchy.root_id]
    assert sorted(generations) == [1, 2]
    assert judged(bundle, leaf.certificate, tmp_path) == ""


@pytest.mark.parametrize(("module", "name"), [(lists, "INLINE"), (trusted, "_INLINE")])
async def test_great_crls_are_told_by_reference(
    live: Live, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    """One that is too great, or too many: number, digest and size tell which it is."""
    hierarchy = await Hierarchy.of(live)
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        await bundle_until(stream, of_two)
    monkeypatch.setattr(module, name, 1)
    request = messages.DisableCertificateAuthorityRequest(id=hierarchy.ca_id)
    await live.call(authorities(live).DisableCertificateAuthority, request)  # no look of before is good now
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        bundle = (await stream.next()).trust_bundle
    assert [crl.crl for crl in bundle.crls] == ["", ""]
    assert all(crl.sha256 and crl.size_bytes and crl.crl_number for crl in bundle.crls)


async def test_resumed_it_is_silent_until_something_changes(live: Live) -> None:
    """The token of the newest bundle skips it; what comes is the next one."""
    hierarchy = await Hierarchy.of(live)
    leaf = await hierarchy.issued()
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        await bundle_until(stream, of_two)
    async with Watcher(live).trust(hierarchy.project_id, resume_token=stream.token) as resumed:
        await resumed.call.initial_metadata()
        await hierarchy.revoke(leaf.certificate_id)
        bundle = (await resumed.next()).trust_bundle
    assert [crl.entry_count for crl in bundle.crls if crl.ca_id == hierarchy.ca_id] == [1]


async def test_resumed_after_a_change_it_tells_the_newest(live: Live) -> None:
    """At once and once."""
    hierarchy = await Hierarchy.of(live)
    async with Watcher(live).trust(hierarchy.project_id) as stream:
        await bundle_until(stream, of_two)
    await hierarchy.revoke(await hierarchy.certificate_of(hierarchy.ca_id))
    async with Watcher(live).trust(hierarchy.project_id, resume_token=stream.token) as resumed:
        assert not (await resumed.next()).trust_bundle.intermediates


async def test_a_token_of_another_project_is_refused(live: Live) -> None:
    """It belongs to one project."""
    one, other = await live.project(f"one-{new_id()}"), await live.project(f"other-{new_id()}")
    async with Watcher(live).trust(one) as stream:
        await stream.next()
    async with Watcher(live).trust(other, resume_token=stream.token) as resumed:
        assert (await resumed.failure()).reason == "RESUME_TOKEN_INVALID"


async def test_a_project_that_is_not_there_is_refused(live: Live) -> None:
    """Before any message; to owners too."""
    async with Watcher(live).trust(new_id()) as stream:
        failure = await stream.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
