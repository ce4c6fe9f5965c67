"""What all watches have in common in the contract's messages: how one asks, and their heartbeats."""

from __future__ import annotations

from functools import partial
from typing import Any

from google.protobuf.duration_pb2 import Duration

from certmanager.v1.watch_pb2 import Heartbeat
from server.api.attributes import timestamp
from server.api.call import current_call, current_caller, current_identify
from server.api.streams import begin
from server.ra.watching.events import Beat
from server.ra.watching.opening import Ask


def ask(request: Any, context: Any) -> Ask:
    """How the current call wants to watch; ``request`` is that of any watch."""
    call, caller = current_call(), current_caller()
    call.resume_token = request.resume_token
    beat = request.heartbeat_interval
    return Ask(
        caller=caller,
        identify=current_identify(),
        accepted=partial(begin, call, context),
        resume_token=request.resume_token,
        heartbeat=beat.seconds + beat.nanos / 1e9 if request.HasField("heartbeat_interval") else None,
    )


def heartbeat(beat: Beat) -> Heartbeat:
    """That nothing happened."""
    within = Duration()
    within.FromNanoseconds(round(beat.next_within * 1e9))
    return Heartbeat(sent_at=timestamp(beat.at), next_within=within)
