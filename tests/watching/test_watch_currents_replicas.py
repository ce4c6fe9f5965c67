"""What happens at one server as the watches of another tell it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from server.config import Settings
from tests.serving import Live, running
from tests.watching.hierarchies import Hierarchy, bundle_until, is_complete
from tests.watching.lineages import Registry
from tests.watching.streams import Watcher


@asynccontextmanager
async def two(settings: Settings, home: Path) -> AsyncIterator[tuple[Live, Live]]:
    """Two servers on one PostgreSQL."""
    copied = shutil.copytree(settings.data_dir, home / "second")
    async with (
        running(settings) as one,
        running(settings.model_copy(update={"data_dir": copied})) as other,
    ):
        yield one, other


async def test_a_lineage_is_followed_from_anywhere(postgres_settings: Settings, tmp_path: Path) -> None:
    """A renewal and a revocation at one server, and a token that goes over to the other."""
    async with two(postgres_settings, tmp_path) as (one, other):
        registry = await Registry.of(one)
        old = await registry.issued()
        async with Watcher(other).lineage(old.id) as stream:
            await stream.next()
            new = await registry.renewed(old)
            assert (await stream.next()).certificate.id == new.id
            await registry.changed(new, revoked_at=one.clock(), revocation_reason="SUPERSEDED")
            assert (await stream.next()).certificate.HasField("revocation")
        newest = await registry.renewed(new, revoked_at=None, revocation_reason=None)
        async with Watcher(one).lineage(old.id, resume_token=stream.token) as resumed:
            assert (await resumed.next()).certificate.id == newest.id


async def test_trust_is_the_same_everywhere(postgres_settings: Settings, tmp_path: Path) -> None:
    """A CA that one server revokes is trusted at the other no more; any server's CRL reaches both."""
    async with two(postgres_settings, tmp_path) as (one, other):
        hierarchy = await Hierarchy.of(one)
        leaf = await hierarchy.issued()
        async with Watcher(other).trust(hierarchy.project_id) as stream:
            await bundle_until(stream, lambda it: is_complete(it, cas=2))
            await hierarchy.revoke(leaf.certificate_id)
            await bundle_until(stream, lambda it: any(crl.entry_count for crl in it.crls))
            await hierarchy.revoke(await hierarchy.certificate_of(hierarchy.ca_id))
            await bundle_until(stream, lambda it: not it.intermediates)
