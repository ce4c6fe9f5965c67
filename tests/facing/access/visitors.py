"""The people of the matrix as they come over HTTP: programs with tokens, and browsers with cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2

from server import keyring
from server.facing import SESSION_INFO, _Seal
from server.pki.seal import KEK
from server.web.sessions import Session, Sessions
from tests.access.people import People
from tests.facing.access.ways import WAYS, way_of
from tests.facing.faces import Face

FROM_OUR_PAGE = {"sec-fetch-site": "same-origin"}


@dataclass(slots=True)
class Visitors:
    """Everybody, with the clients that they use."""

    face: Face
    people: People
    sessions: Sessions
    """As the server makes and reads them."""
    _clients: dict[tuple[str, str], httpx2.AsyncClient] = field(default_factory=dict)

    @classmethod
    async def of(cls, face: Face, people: People) -> Visitors:
        """The people at a server with a face."""
        live = face.live
        kek = await keyring.find(live.settings, live.app.store)
        seal = _Seal(KEK(kek.derive(SESSION_INFO)))
        sessions = Sessions(seal=seal, lifetime=timedelta(hours=1), clock=live.clock, secure=True)
        return cls(face, people, sessions)

    async def knock(self, rpc: str, role: str, how: str) -> int:
        """The status of a request to an RPC that says nothing."""
        return await self.status(WAYS[rpc][0].empty_request(), role, how)

    async def outcome(self, what: str, role: str, how: str) -> int:
        """The status of a call of the tables; a stream is granted with its head."""
        rpc, message = await self.people.asked(what, role)
        return await self.status(way_of(rpc, message).request(message), role, how)

    async def status(self, request: dict[str, Any], role: str, how: str) -> int:
        """The status of a request of somebody's, with a ``token``, or with a ``cookie`` from our own page."""
        async with self.client(role, how).stream(**request) as answer:
            return int(answer.status_code)

    def client(self, role: str, how: str) -> httpx2.AsyncClient:
        """The client of somebody in a role."""
        if (role, how) not in self._clients:
            token = self.people.tokens[role]
            self._clients[role, how] = self.face.client(token) if how == "token" else self._browser(token)
        return self._clients[role, how]

    @property
    def stranger(self) -> httpx2.AsyncClient:
        """A client that shows nothing of its own."""
        if ("", "") not in self._clients:
            self._clients["", ""] = self.face.client()
        return self._clients["", ""]

    async def close(self) -> None:
        """Everybody leaves."""
        for client in self._clients.values():
            await client.aclose()

    def with_cookie(self, token: str) -> tuple[httpx2.AsyncClient, Session]:
        """A client with the cookie of a session and nothing else, and that session."""
        session = self.sessions.begin(token)
        cookies = {self.sessions.cookie: self.sessions.write(session)}
        return self.face.client(cookies=cookies), session

    def _browser(self, token: str) -> httpx2.AsyncClient:
        client, session = self.with_cookie(token)
        client.headers.update({**FROM_OUR_PAGE, "x-csrf-token": session.csrf})
        return client
