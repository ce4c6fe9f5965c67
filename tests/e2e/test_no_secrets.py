"""No secret is where it does not belong: not in a file, not on the output, not on a page."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc.aio
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from certmanager.v1 import certificate_pb2, x509_pb2
from server import keyring
from server.ca.authorities import Authorities
from server.ca.pool import CryptoPool
from server.clock import utc_now
from server.config import Settings
from server.store import AuthorityRecord, Store
from tests.databases import Postgres
from tests.e2e.conftest import Home
from tests.e2e.late_keys import claimed
from tests.e2e.processes import Process, issue, serving
from tests.e2e.secrets_search import database_files, files, found, key_spellings, loaded, spellings
from tests.oracles import openssl_pkcs12
from tests.sealing import X25519, Recipient

PASSWORD = f"password-{secrets.token_hex(16)}"
STRANGER = f"cm_{secrets.token_urlsafe(32)}"


@dataclass(slots=True)
class Used:
    """What a server handed out, and what its refusals told."""

    keys: dict[str, EllipticCurvePrivateKey] = field(default_factory=dict)
    """By the way that each took."""
    wrapped: dict[str, bytes] = field(default_factory=dict)
    """The PKCS #12 file and the sealed key as they left: no secret, but nothing to keep either."""
    errors: bytes = b""


async def used(process: Process) -> Used:
    """Lets all secrets pass through a server that says as much as it can."""
    seen, recipient = Used(), Recipient.fresh(X25519)
    in_a_file: dict[str, Any] = {"key_format": x509_pb2.KEY_FORMAT_PKCS12, "key_password": PASSWORD}
    once = {"request_id": str(uuid4())}
    async with process.channel() as channel:
        seen.keys["key at once"] = loaded((await issue(process, channel)).certificate.private_key)
        answers = [await issue(process, channel, **once) for _ in range(2)]
        seen.keys["key of a retry"] = loaded(answers[1].certificate.private_key)
        claim, seen.errors = await claimed(process, channel)
        seen.keys["claimed key"] = loaded(claim)
        seen.wrapped["file"] = (await issue(process, channel, **in_a_file)).certificate.pkcs12
        sealed = await issue(process, channel, generated_key=recipient.wish)
        seen.wrapped["sealing"] = sealed.certificate.sealed_private_key.ciphertext
        seen.errors += await _refused(process, channel, in_a_file)
    assert answers[0] == answers[1]
    seen.keys["key in a file"] = loaded(openssl_pkcs12(seen.wrapped["file"], PASSWORD).pem)
    seen.keys["sealed key"] = recipient.opened(sealed)
    return seen


async def _refused(process: Process, channel: grpc.aio.Channel, in_a_file: dict[str, Any]) -> bytes:
    """What is told to a stranger, and to who wants a file that cannot be."""
    told = b""
    algorithm = x509_pb2.KEY_ALGORITHM_ML_DSA_44
    ml_dsa = certificate_pb2.CertificateAttributes(key_algorithm=algorithm)
    for caller, refused in ((process.with_token(STRANGER), {}), (process, {"attributes": ml_dsa})):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await issue(caller, channel, **in_a_file, **refused)
        told += f"{caught.value.details()} {caught.value.trailing_metadata()}".encode()
    return told


async def ca_key(settings: Settings) -> EllipticCurvePrivateKey:
    """The key of the P-256 CA, unsealed."""
    store = await Store.open(settings.database, clock=utc_now)
    pool = CryptoPool()
    try:
        record = await store.get(AuthorityRecord, name="issuing")
        assert record is not None
        key = Authorities(await keyring.find(settings, store), pool).issuer(record).signer.key
    finally:
        pool.close()
        await store.close()
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


async def test_secrets_are_only_where_they_belong(settings: Settings, request: pytest.FixtureRequest) -> None:
    """At log level debug; files are read while the server runs and after its end.

    That the token and the key-encryption key are found in their own files shows that the search finds.
    """
    home = Home(settings.data_dir, settings.database_url)
    with serving(home.directory, *home.arguments, "--log-level", "debug") as process:
        seen = await used(process)
        places = [*_left(home, process, request), ("metrics page", process.page("/metrics")[1].encode())]
        assert process.stop() == 0
        places += _left(home, process, request)
        assert process.popen.stdout is not None
        places.append(("stdout", process.popen.stdout.read().encode()))
        places.append(("errors", seen.errors))
    kept = {
        "owner's token": spellings(process.token.encode()),
        "a stranger's token": spellings(STRANGER.encode()),
        "key-encryption key": spellings(bytes.fromhex((home.directory / "kek").read_text())),
        **{way: key_spellings(key) for way, key in seen.keys.items()},
        **{name: spellings(octets) for name, octets in seen.wrapped.items()},
        "CA's key": key_spellings(await ca_key(settings)),
        "password": spellings(PASSWORD.encode()),
    }
    nowhere = {name: set[str]() for name in kept}
    assert found(kept, places) == nowhere | {
        "owner's token": {"owner.token"},
        "key-encryption key": {"kek"},
    }


def _left(home: Home, process: Process, request: pytest.FixtureRequest) -> Iterator[tuple[str, bytes]]:
    yield from files(home.directory)
    yield "log", process.stderr.read_bytes()
    if home.database:
        server: Postgres = request.getfixturevalue("postgres")
        yield from database_files(server, home.database)


async def test_the_debug_log_tells_what_was_asked_and_hides_the_password(sqlite_copy: Path) -> None:
    """Else the search above would have nothing to look at."""
    with serving(sqlite_copy, "--log-level", "debug") as process:
        await used(process)
        assert process.stop() == 0
        asked = [str(line["request"]) for line in process.log() if "request" in line]
    assert any("a.example.com" in text and "KEY_FORMAT_PKCS12" in text for text in asked)
    assert not any(PASSWORD in text for text in asked)


async def test_a_passphrase_is_nowhere(data: Path) -> None:
    """And no key-encryption key is on disk when it comes from one."""
    passphrase = f"correct horse {secrets.token_hex(16)}"
    with serving(data, "--log-level", "debug", env={"CERTMANAGER_KEK_PASSPHRASE": passphrase}) as process:
        async with process.channel() as channel:
            assert (await issue(process, channel)).certificate.certificate_id
        assert process.stop() == 0
    places = [*files(data), ("log", process.stderr.read_bytes())]
    assert found({"passphrase": spellings(passphrase.encode())}, places) == {"passphrase": set()}
    assert "kek" not in dict(places)
