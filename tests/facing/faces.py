"""Clients of the HTTP face: as curl has them, and as a browser is signed in."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from server.config import Settings
from tests.serving import Live, running

API = "/api/v1/cert-manager"
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Face:
    """A running server and the address of its HTTP face."""

    live: Live

    @property
    def url(self) -> str:
        return self.live.app.endpoints["http"]

    def client(self, token: str = "", **options: Any) -> httpx2.AsyncClient:
        """A client with a token, or with none; to be used in ``async with``."""
        tls = ssl.create_default_context(cafile=str(self.live.directory / "ca.pem"))
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx2.AsyncClient(base_url=self.url, verify=tls, headers=headers, timeout=PATIENCE, **options)

    @asynccontextmanager
    async def signed_in(self, token: str = "") -> AsyncIterator[httpx2.AsyncClient]:
        """A client that holds the cookie of a session, the owner's if no token is given."""
        async with self.client() as client:
            answer = await client.post("/sign-in", data={"token": token or self.live.owner, "next": "/"})
            assert answer.status_code == 303, answer.text
            yield client


@asynccontextmanager
async def facing(settings: Settings, **options: Any) -> AsyncIterator[Face]:
    """A server with the settings that listens for HTTP as well."""
    async with running(settings.model_copy(update={"http_address": "127.0.0.1:0"}), **options) as live:
        yield Face(live)
