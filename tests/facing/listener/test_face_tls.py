"""The HTTP listener's TLS: whose certificate, how it is replaced, and whom it lets in."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path

import httpx2
import pytest
from cryptography import x509

from server.config import Settings, SettingsError, load
from server.web.tls import FreshTLS
from tests.facing.faces import API, Face, facing

PATIENCE = 20.0
WHOAMI = f"{API}/whoami"


def _pair(directory: Path) -> tuple[Path, Path]:
    """A self-signed certificate for localhost, and its key."""
    directory.mkdir()
    certificate, key = directory / "tls.crt", directory / "tls.key"
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    names = ("-subj", "/CN=own", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "1")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run(["openssl", "req", "-x509", *kind, *names, *files], check=True, capture_output=True)
    return certificate, key


async def _served(face: Face, *, name: str | None) -> int:
    """The serial number of the certificate that a new connection is shown."""
    return await asyncio.to_thread(_handshake, face.url, name)


def _handshake(url: str, name: str | None) -> int:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    host, _, port = url.removeprefix("https://").partition(":")
    with (
        socket.create_connection((host, int(port)), timeout=PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        assert secured.selected_alpn_protocol() == "http/1.1"
        der = secured.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


def _serial(certificate: Path) -> int:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number


@pytest.mark.parametrize("name", ["localhost", None])
async def test_a_replaced_pair_counts_from_the_next_handshake(
    sqlite_settings: Settings, tmp_path: Path, name: str | None
) -> None:
    """For clients that name the server, and for those that do not; half a pair changes nothing."""
    certificate, key = _pair(tmp_path / "mine")
    other, other_key = _pair(tmp_path / "other")
    first = _serial(certificate)
    chosen = {"tls_cert": certificate, "tls_key": key}
    async with facing(sqlite_settings.model_copy(update=chosen)) as face:
        assert await _served(face, name=name) == first
        shutil.copy(other_key, key)
        assert await _served(face, name=name) == first
        shutil.copy(other, certificate)
        assert await _served(face, name=name) == _serial(other) != first


async def test_a_client_ca_demands_a_certificate_here_too(sqlite_settings: Settings, tmp_path: Path) -> None:
    """Without one there is no connection; with one the token is needed as ever."""
    shown, key = _pair(tmp_path / "client")
    async with facing(sqlite_settings.model_copy(update={"client_ca": shown})) as face:
        trusted = ssl.create_default_context(cafile=str(face.live.directory / "ca.pem"))
        async with httpx2.AsyncClient(base_url=face.url, verify=trusted) as client:
            with pytest.raises(httpx2.TransportError):
                await client.get(WHOAMI)
        trusted.load_cert_chain(shown, key)
        async with httpx2.AsyncClient(base_url=face.url, verify=trusted) as client:
            assert (await client.get(WHOAMI)).status_code == 401
            headers = {"authorization": f"Bearer {face.live.owner}"}
            assert (await client.get(WHOAMI, headers=headers)).status_code == 200


async def test_no_old_tls_is_spoken(face: Face) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    host, _, port = face.url.removeprefix("https://").partition(":")
    with pytest.raises(OSError):  # noqa: PT011 - asyncio gives it no text: the server has hung up
        await asyncio.open_connection(host, int(port), ssl=context)


class _Source:
    """A pair that stays."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._pair = (key.read_bytes(), certificate.read_bytes())

    def current(self) -> tuple[bytes, bytes]:
        return self._pair


def test_where_no_file_is_in_memory_the_key_stays_in_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written where nobody else may read it, and is gone when it is loaded."""
    certificate, key = _pair(tmp_path / "mine")
    place = tmp_path / "temporary"
    place.mkdir()
    seen: list[int] = []
    load_chain = ssl.SSLContext.load_cert_chain

    def loaded(context: ssl.SSLContext, path: str) -> None:
        seen.append(Path(path).stat().st_mode & 0o777)
        assert Path(path).parent == place
        load_chain(context, path)

    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", loaded)
    FreshTLS(_Source(certificate, key))
    assert seen == [0o600]
    assert list(place.iterdir()) == []


async def test_plaintext_is_by_choice_only(face: Face) -> None:
    """Whoever speaks it to the listener gets no answer in it."""
    async with httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.TransportError):
            await client.get(face.url.replace("https", "http") + WHOAMI)


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.7:8444", "[::]:8444", "example.com:8444"])
def test_plaintext_is_for_loopback_only(address: str) -> None:
    with pytest.raises(SettingsError, match="insecure_loopback needs a loopback http_address"):
        load({"insecure_loopback": True, "http_address": address}, {})
