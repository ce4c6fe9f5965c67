"""Where the HTTP face listens, what it tells about that, and the socket behind it."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from server import inward
from server.api.startup import StartupError
from server.config import Settings
from tests.facing.faces import API, Face, facing
from tests.serving import running

WHOAMI = f"{API}/whoami"


async def _works(face: Face) -> bool:
    async with face.client(face.live.owner) as client:
        return (await client.get(WHOAMI)).status_code == 200


async def test_where_it_listens_is_told(face: Face) -> None:
    told = json.loads((face.live.directory / "endpoints.json").read_text())
    assert told["http"] == face.url
    assert list(told) == ["grpc", "http"]


async def test_no_address_is_no_face(sqlite_settings: Settings) -> None:
    async with running(sqlite_settings.model_copy(update={"http_address": ""})) as live:
        assert "http" not in live.app.endpoints


async def test_an_address_in_use_is_told(sqlite_settings: Settings) -> None:
    """In one sentence; and nothing is left of the start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(StartupError, match=f"cannot listen on '{address}'"):
            async with running(sqlite_settings.model_copy(update={"http_address": address})):
                pass


async def test_plaintext_by_choice(sqlite_settings: Settings) -> None:
    """On loopback: then the cookie of a session is not for HTTPS only, or no browser would keep it."""
    async with facing(sqlite_settings.model_copy(update={"insecure_loopback": True})) as face:
        assert face.url.startswith("http://127.0.0.1:")
        token = (face.live.directory / "owner.token").read_text().strip()
        async with httpx2.AsyncClient(base_url=face.url) as client:
            answer = await client.post("/sign-in", data={"token": token, "next": "/"})
            assert answer.status_code == 303
            assert "secure" not in answer.headers["set-cookie"].lower()
            assert (await client.get(WHOAMI)).status_code == 200


def _short(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> Path:
    """A place for temporary files with a short path."""
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


async def test_the_socket_is_ours_alone_and_goes_with_the_server(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed server left behind, or another one uses, is left alone."""
    with ExitStack() as stack:
        place = _short(monkeypatch, stack)
        left = place / "certmanager-left"
        left.mkdir()
        (left / "api.sock").touch()
        async with facing(sqlite_settings) as face:
            (directory,) = set(place.iterdir()) - {left}
            assert directory.stat().st_mode & 0o777 == 0o700
            assert (directory / "api.sock").is_socket()
            assert await _works(face)
        assert list(place.iterdir()) == [left]


async def test_a_long_path_for_temporary_files_is_no_hindrance(
    sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path has room for some hundred octets only; then another place is taken."""
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    async with facing(sqlite_settings) as face:
        assert list(long.iterdir()) == []
        assert await _works(face)


def test_without_a_short_path_there_is_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the operator is told what to do."""
    monkeypatch.setattr(inward, "_LONGEST_PATH", 10)
    with pytest.raises(StartupError, match="set TMPDIR"):
        inward._directory()


async def test_a_proxy_for_others_is_not_asked(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables that send gRPC through a proxy do not reach the private socket."""
    for name in ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9")
    for name in ("no_proxy", "no_grpc_proxy"):
        monkeypatch.setitem(os.environ, name, "127.0.0.1")
    async with facing(sqlite_settings) as face, face.client(face.live.owner, trust_env=False) as client:
        assert (await client.get(WHOAMI)).status_code == 200
