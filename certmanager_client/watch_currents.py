"""The courses of watches that tell what is to be used now: a certificate of a lineage, a project's trust.

Such a watch has no end of its own, and each of its messages is the whole truth
of its moment. What a message says again, after a connection was lost, is no news.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from certmanager.v1.certificate_authority_service_pb2 import WatchTrustBundleRequest
from certmanager.v1.certificate_service_pb2 import WatchCertificateRequest
from certmanager_client.errors import ApiError
from certmanager_client.watch_courses import Bookmark, span
from certmanager_client.watch_events import CertificateEvent, TrustEvent

_AT_ONCE = 2
"""A lineage is told of by two certificates at most: one to use, and one whose key is owed."""


class _Current:
    """Asks, and keeps the place and what was told last."""

    def __init__(self, asked: Any, *, resume_token: str, heartbeat: float) -> None:
        self.bookmark = Bookmark(resume_token)
        self._asked = asked
        self._asked.heartbeat_interval.CopyFrom(span(heartbeat))
        self._told: dict[str, Message] = {}

    def ask(self) -> Any:
        """The request that opens the next stream."""
        self._asked.resume_token = self.bookmark.token
        return self._asked

    def is_over(self, error: ApiError | None) -> bool:  # noqa: ARG002 - a Course's
        """Never."""
        return False

    def _is_news(self, key: str, said: Message) -> bool:
        """Whether it is not what was said of the same thing before."""
        self.bookmark.is_anew = False
        known = self._told.pop(key, None)
        self._told[key] = said
        # Those of before are history: a lineage may grow for years.
        self._told = dict(list(self._told.items())[-_AT_ONCE:])
        return known != said


class CertificateCourse(_Current):
    """A watch on the lineage of a certificate."""

    def __init__(self, certificate_id: str, *, resume_token: str, heartbeat: float) -> None:
        asked = WatchCertificateRequest(certificate_id=certificate_id)
        super().__init__(asked, resume_token=resume_token, heartbeat=heartbeat)

    def take(self, message: Any) -> CertificateEvent | None:
        """The certificate of a message, unless it was told just so."""
        self.bookmark.token = message.resume_token
        if message.WhichOneof("event") != "certificate":
            return None
        certificate = message.certificate
        if not self._is_news(certificate.id, certificate):
            return None
        return CertificateEvent(certificate, message.resume_token)


class TrustCourse(_Current):
    """A watch on what to trust in a project."""

    def __init__(self, project_id: str, *, resume_token: str, heartbeat: float) -> None:
        asked = WatchTrustBundleRequest(project_id=project_id)
        super().__init__(asked, resume_token=resume_token, heartbeat=heartbeat)

    def take(self, message: Any) -> TrustEvent | None:
        """The bundle of a message, unless it is the one that was told."""
        self.bookmark.token = message.resume_token
        if message.WhichOneof("event") != "trust_bundle":
            return None
        if not self._is_news("", message.trust_bundle):
            return None
        return TrustEvent(message.trust_bundle, message.resume_token)
