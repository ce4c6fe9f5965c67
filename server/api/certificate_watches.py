"""Watches on certificates: what is told, in the contract's messages."""

from __future__ import annotations

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.api import answers
from server.api.watching import heartbeat
from server.ra.issuing.certificates import Found
from server.ra.watching.events import Beat
from server.ra.watching.level import Now


def of_lineage(now: Now[Found]) -> messages.WatchCertificateResponse:
    """A message of a watch on a lineage."""
    message = messages.WatchCertificateResponse(revision=now.revision, resume_token=now.token)
    if isinstance(now.what, Beat):
        message.heartbeat.CopyFrom(heartbeat(now.what))
    else:
        full = certificate_pb2.CERTIFICATE_VIEW_FULL
        message.certificate.CopyFrom(answers.certificate(now.what, full))
    return message
