"""How a client reaches the demo's server: whom it trusts, who it says it is, and how long it waits."""

from __future__ import annotations

import grpc
import grpc.aio

from tools.running import Server

SECONDS = 30
"""The deadline of each call; without one a client would wait as long as the server lets it."""


def connected(server: Server) -> grpc.Channel:
    """A channel of the owner's."""
    return grpc.secure_channel(server.endpoints["grpc"], _credentials(server, owner_token(server)))


def connected_aio(server: Server, token: str) -> grpc.aio.Channel:
    """A channel for asyncio, of whoever the token belongs to."""
    return grpc.aio.secure_channel(server.endpoints["grpc"], _credentials(server, token))


def owner_token(server: Server) -> str:
    """The token that the first start left for the owner."""
    return (server.data / "owner.token").read_text().strip()


def _credentials(server: Server, token: str) -> grpc.ChannelCredentials:
    """Trust in the server's own CA, and the token that goes with each call."""
    ca = (server.data / "ca.pem").read_bytes()
    return grpc.composite_channel_credentials(
        grpc.ssl_channel_credentials(ca), grpc.access_token_call_credentials(token)
    )
