"""The composition root: from settings to a running application; it alone knows the concrete classes."""

from __future__ import annotations

import asyncio
import json
import socket
from asyncio import Event
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from server import keyring
from server.api import seeds
from server.api.concerns.drain import Drain
from server.api.listen import CertificateSource
from server.api.startup import StartupError
from server.bootstrap import META_IDS, Seeds, bootstrap, migrated
from server.ca.places import Places
from server.ca.service import META_CERTIFICATE, META_KEY, ServiceCA, ServiceCertificate, server_name
from server.clock import Clock, utc_now
from server.config import Settings, SettingsError
from server.errors import Unavailable
from server.facing import face
from server.files import write_private, write_public
from server.listening import serve_grpc, serve_mutual
from server.parts import Parts
from server.pki.faults import NameFault
from server.pki.pem import certificate_pem
from server.pki.seal import KEK
from server.publishing import publish
from server.ra.renewing.rounds import Rounds
from server.ra.revoking.blocked import BlockedKeys
from server.ra.revoking.freshness import LABELS, Freshness
from server.ra.revoking.lists import CRLs
from server.ra.setup.horizon import Horizon
from server.ra.upkeep import Upkeep
from server.store.store import Store
from server.tls import FileCertificate
from server.web.metrics import metrics_app
from server.web.serving import serve

_PATIENCE_SECONDS = 2
"""How long a probe of readiness waits for the database."""

SEEDS = Seeds(seeds.SLUG, seeds.tls_server_policy(), seeds.tls_server_profile())


@dataclass(frozen=True, slots=True)
class Application:
    """A server that takes calls."""

    endpoints: dict[str, str]
    """By name of the listener: where it listens."""
    store: Store
    drain: Drain
    upkeep: Upkeep
    renewals: Rounds
    _delay: float

    async def drained(self) -> None:
        """Take no more calls, and give balancers the time to notice."""
        self.drain.start()
        await asyncio.sleep(self._delay)


@asynccontextmanager
async def application(settings: Settings, *, clock: Clock = utc_now) -> AsyncIterator[Application]:
    """Serve within the context; leaving it drains, lets running calls finish and stores what was signed."""
    async with AsyncExitStack() as stack:
        store = await opened(settings, stack, clock=clock)
        kek = await keyring.find(settings, store)
        blocked = BlockedKeys(store)
        await blocked.load()
        crls = CRLs(store, Places(settings.pki_url))
        parts = Parts(settings, store, kek, await store.epoch(), clock, stack, blocked, crls)
        pipeline = parts.pipeline()
        source = await _certificate(settings, store, kek, clock=clock)
        ready = Event()
        pages = await _metrics(parts, ready)
        if settings.pki_http is not None:
            pages = {**await publish(parts, settings.pki_http), **pages}
        if settings.http is not None:
            pages = {**await face(parts, pipeline, source, settings.http), **pages}
        endpoints = {
            "grpc": await serve_grpc(parts, pipeline, source),
            **await serve_mutual(parts, pipeline, source),
            **pages,
        }
        write_private(settings.data_dir / "endpoints.json", json.dumps(endpoints, indent=2) + "\n")
        running = Application(endpoints, store, parts.drain, parts.upkeep, parts.rounds, settings.drain_delay)
        stack.push_async_callback(running.drained)
        ready.set()
        yield running


async def opened(settings: Settings, stack: AsyncExitStack, *, clock: Clock) -> Store:
    """The store of the settings, set up if it is empty and the settings allow that."""
    if settings.bootstrap:
        await migrated(settings)
    store = await Store.open(settings.database, clock=clock)
    stack.push_async_callback(store.close)
    if settings.bootstrap:
        await bootstrap(settings, store, seeds=SEEDS, clock=clock)
    await _leave_files(settings, store)
    return store


async def _leave_files(settings: Settings, store: Store) -> None:
    """Leave in the data directory what scripts and clients need of the database: first ids, trust anchor."""
    ids, authority = await store.meta(META_IDS), await store.meta(META_CERTIFICATE)
    if ids is None or authority is None:
        raise SettingsError("the database is not set up; run 'certmanager bootstrap'")
    write_public(settings.data_dir / "bootstrap.json", ids.decode() + "\n")
    if settings.tls_cert is None:
        write_public(settings.data_dir / "ca.pem", certificate_pem(authority))


async def _metrics(parts: Parts, ready: Event) -> dict[str, str]:
    address, metrics = parts.settings.metrics, parts.metrics
    if address is None:
        return {}
    metrics.sample("store", lambda: _writes(parts.store))
    horizon = await _tell_ends(parts)
    app = metrics_app(metrics.registry, partial(_is_ready, parts, ready), horizon.warnings)
    try:
        web = await serve(app, address.host, address.port)
    except OSError:
        raise StartupError(f"cannot listen on '{address}'") from None
    parts.stack.push_async_callback(web.stop)
    return {"metrics": f"http://{address.at(web.port)}"}


async def _tell_ends(parts: Parts) -> Horizon:
    """Show how far CAs are from their ends, and CRLs from theirs."""
    metrics = parts.metrics
    horizon = Horizon(parts.store, clock=parts.clock)
    freshness = Freshness(parts.store, clock=parts.clock)
    for each in (horizon, freshness):
        parts.stack.push_async_callback(each.close)
        await each.load()
    metrics.sample_by("ca_seconds_left", "ca_id", horizon.seconds_left)
    metrics.sample_by_all("crl_number", LABELS, freshness.numbers)
    metrics.sample_by_all("crl_entries", LABELS, freshness.entries)
    metrics.sample_by_all("crl_age_seconds", LABELS, freshness.ages)
    metrics.sample_by_all("crl_seconds_left", LABELS, freshness.seconds_left)
    return horizon


async def _is_ready(parts: Parts, started: Event) -> bool:
    """Whether calls can be served: the listener is up and stays, and the database answers in time."""
    if not started.is_set() or parts.drain.started:
        return False
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await parts.store.ping()
    except (Unavailable, TimeoutError):
        return False
    return True


async def _certificate(
    settings: Settings, store: Store, kek: KEK, *, clock: Clock
) -> CertificateSource | None:
    """What to serve TLS with; None for plaintext."""
    if settings.insecure_loopback:
        return None
    if settings.tls_cert and settings.tls_key:
        return FileCertificate(settings.tls_cert, settings.tls_key).prove()
    certificate, key = await store.meta(META_CERTIFICATE), await store.meta(META_KEY)
    if certificate is None or key is None:
        raise SettingsError("the database has no service CA; run 'certmanager bootstrap'")
    authority = ServiceCA.open(kek, certificate=certificate, sealed_key=key)
    return ServiceCertificate(authority, tuple(_names(settings)), clock)


def _names(settings: Settings) -> Iterator[str]:
    """What clients may call this server: this machine, its host name, and what the operator adds."""
    yield from ("localhost", "127.0.0.1", "::1")
    for name in (socket.gethostname(), settings.grpc.host):
        if _is_name(name) and name not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
            yield name
    for name in filter(None, (part.strip() for part in settings.server_names.split(","))):
        if not _is_name(name):
            raise SettingsError("setting 'server_names' (--server-names): must be DNS names and IP addresses")
        yield name


def _is_name(text: str) -> bool:
    try:
        server_name(text)
    except NameFault:
        return False
    return True


def _writes(store: Store) -> dict[str, float]:
    writer = store.writer
    return {
        "waiting": writer.waiting,
        "commits_total": writer.commits,
        "units_total": writer.units,
        "rows_total": writer.rows,
    }
