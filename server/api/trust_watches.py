"""Watches on what to trust: what is told, in the contract's messages."""

from __future__ import annotations

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.api.crl_answers import certificate_revocation_list
from server.api.watching import heartbeat
from server.ra.watching.events import Beat
from server.ra.watching.level import Now
from server.ra.watching.trusted import Trust


def of_trust(now: Now[Trust]) -> messages.WatchTrustBundleResponse:
    """A message of a watch on a project's trust."""
    message = messages.WatchTrustBundleResponse(revision=now.revision, resume_token=now.token)
    if isinstance(now.what, Beat):
        message.heartbeat.CopyFrom(heartbeat(now.what))
    else:
        message.trust_bundle.CopyFrom(_bundle(now.what))
    return message


def _bundle(trust: Trust) -> messages.TrustBundle:
    return messages.TrustBundle(
        roots="".join(trust.roots),
        intermediates="".join(trust.intermediates),
        crls=[certificate_revocation_list(told.crl, generation=told.generation) for told in trust.crls],
    )
