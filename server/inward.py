"""The way from the HTTP face to the RPCs: a socket in the file system that only this user can reach."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import grpc.aio

from server.api import listen
from server.api.concerns.peers import told_by
from server.api.pipeline import Pipeline
from server.api.startup import StartupError
from server.listening import transport_limits
from server.parts import Parts
from server.web.peers import PEER

_LONGEST_PATH = 100
"""Octets of a socket's path: Linux has room for 107, others for 103."""
_NAME = "api.sock"
_NEVER = (2**31 - 1) / 1000
"""Seconds that gRPC takes for no limit at all: as many milliseconds as it can count."""
_CALLS = 100_000
"""At once: more than connections of the face, each of which has one."""
_HEADERS = 64 * 1024
_DETAILS = 1 << 20
"""Octets of an error with all its violations."""

_OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_metadata_size", _DETAILS),
    ("grpc.absolute_max_metadata_size", 2 * _DETAILS),
    ("grpc.use_local_subchannel_pool", 1),
]


async def private_channel(parts: Parts, pipeline: Pipeline) -> grpc.aio.Channel:
    """A channel to the pipeline, until the application ends. Raises StartupError."""
    directory = _directory()
    parts.stack.callback(shutil.rmtree, directory, ignore_errors=True)
    # One connection carries all of the face's calls for as long as both ends live: it must neither
    # age, nor hold less than the listeners of the outside hold together.
    limits = replace(
        transport_limits(parts.settings),
        metadata=_HEADERS,
        streams=_CALLS,
        pending=_CALLS,
        keepalive=_NEVER,
        connection_age=_NEVER,
    )
    server = listen.build(pipeline.for_face(told_by(PEER)), limits)
    target = f"unix:{directory / _NAME}"
    listen.listen_insecurely(server, target)
    await server.start()
    parts.stack.push_async_callback(server.stop, parts.settings.drain_grace)
    channel = grpc.aio.insecure_channel(target, options=_OPTIONS)
    parts.stack.push_async_callback(channel.close)
    return channel


def _directory() -> Path:
    """A new directory for the socket, of this user alone, with a path that is short enough."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - mkdtemp makes it ours
        try:
            made = Path(tempfile.mkdtemp(prefix="certmanager-", dir=place))
        except OSError:
            continue
        if len(bytes(made / _NAME)) <= _LONGEST_PATH:
            return made
        made.rmdir()
    raise StartupError("no directory for temporary files has a path short enough for a socket: set TMPDIR")
