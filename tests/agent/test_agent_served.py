"""The agent at a real server: orders, renewals, claims and revocations by the contract that is served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import x25519

from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import profile_pb2, x509_pb2
from certmanager_client.cli.agent.ordering import Wishes
from certmanager_client.cli.agent.reading import opening
from certmanager_client.cli.sealing.keys import public_of
from certmanager_client.client import Client
from certmanager_client.target import Target
from server.config import Settings
from tests.agent.keeping import Kept, eventually, loads
from tests.ordering import open_policy, order
from tests.serving import Live, running
from tests.timepiece import Timepiece

REPLACED = (x509_pb2.REVOCATION_REASON_SUPERSEDED, x509_pb2.REVOCATION_REASON_KEY_COMPROMISE)


@pytest.fixture
def clock() -> Timepiece:
    return Timepiece()


@pytest.fixture
async def served(settings: Settings, clock: Timepiece) -> AsyncIterator[Live]:
    async with running(settings, clock=clock) as live:
        yield live


async def kept_at(live: Live, clock: Timepiece, root: Path, **wishes: Any) -> Kept:
    """An agent with a token of its own, and a profile to begin with."""
    profile_id = await live.profile(
        policy=open_policy(), message=profile_pb2.CertificateProfile(**wishes.pop("profile", {}))
    )
    token = await live.token("agent", roles={live.ids["project_id"]: "REQUESTER"})
    roots = (live.directory / "ca.pem").read_bytes()

    async def first(_: Client) -> messages.IssueCertificateRequest:
        return order(profile_id, common_name="web.example.com", ttl="1h")

    target = Target(live.app.endpoints["grpc"], roots=roots, token=token)
    return Kept(root, lambda: target, clock, Wishes(first=first, **wishes))


def is_another(kept: Kept, than: str) -> bool:
    return kept.certificate() not in {"", than}


async def next_one(kept: Kept, than: str = "") -> str:
    await eventually(partial(is_another, kept, than))
    loads(kept.live)
    return kept.certificate()


async def test_it_renews_with_a_new_key_in_the_same_lineage(
    served: Live, clock: Timepiece, tmp_path: Path
) -> None:
    """By a CSR that names nothing: the names are those of the certificate before."""
    kept = await kept_at(served, clock, tmp_path / "web")
    async with kept.running():
        one, key = await next_one(kept), kept.key()
        clock.forward(minutes=45)
        await next_one(kept, one)
    assert kept.key() != key
    asked = messages.ListCertificatesRequest(name="web.example.com")
    listed = (await served.call(served.certificates.ListCertificates, asked)).certificates
    assert len(listed) == 2
    assert len({each.lineage_id for each in listed}) == 1


async def revoke(live: Live, kept: Kept, reason: Any) -> None:
    """Revoke the certificate in use."""
    request = messages.RevokeCertificateRequest(certificate_id=kept.live.resolve().name, reason=reason)
    await live.call(live.certificates.RevokeCertificate, request)


@pytest.mark.parametrize("reason", REPLACED)
async def test_after_a_revocation_it_begins_anew(
    served: Live, clock: Timepiece, tmp_path: Path, reason: Any
) -> None:
    """The watch tells, and the new lineage has a key that was never seen."""
    kept = await kept_at(served, clock, tmp_path / "web")
    async with kept.running():
        one, key = await next_one(kept), kept.key()
        await revoke(served, kept, reason)
        await next_one(kept, one)
    assert kept.key() != key


@pytest.mark.parametrize("reason", REPLACED)
async def test_a_revocation_is_got_over_at_once(
    served: Live, clock: Timepiece, tmp_path: Path, reason: Any
) -> None:
    """By an agent that runs from time to time, too: its first order is the right one."""
    kept = await kept_at(served, clock, tmp_path / "web")
    await kept.once()
    one = kept.certificate()
    await revoke(served, kept, reason)
    await kept.once()
    assert is_another(kept, one)


@pytest.mark.parametrize("sealed", [False, True])
async def test_keys_of_the_servers_renewals_are_claimed(
    served: Live,
    clock: Timepiece,
    tmp_path: Path,
    sealed: bool,  # noqa: FBT001
) -> None:
    """The server renews by itself; the agent fetches what it is owed, open or sealed."""
    private = x25519.X25519PrivateKey.generate()
    how = {"recipient": public_of(private), "open_sealed": opening(private)} if sealed else {}
    profile = {"api_config": profile_pb2.ApiEnrollmentConfig(auto_renew=True)}
    kept = await kept_at(served, clock, tmp_path / "web", profile=profile, server_keys=True, **how)
    async with kept.running():
        one, key = await next_one(kept), kept.key()
        clock.forward(minutes=42)
        await served.app.renewals.round()
        await next_one(kept, one)
    assert kept.key() != key


async def test_it_goes_on_over_a_restart_of_the_server(
    sqlite_settings: Settings, clock: Timepiece, tmp_path: Path
) -> None:
    """What is due meanwhile is done as soon as the server is back."""
    async with running(sqlite_settings, clock=clock) as live:
        at_place = sqlite_settings.model_copy(update={"grpc_address": live.app.endpoints["grpc"]})
        kept = await kept_at(live, clock, tmp_path / "web")
        (tmp_path / "web" / "versions").mkdir(parents=True)
        task = asyncio.create_task(kept.agent().run())
        one = await next_one(kept)
    clock.forward(minutes=45)
    await eventually(lambda: "again_in" in kept.log.getvalue())
    async with running(at_place, clock=clock):
        await next_one(kept, one)
    task.cancel()
