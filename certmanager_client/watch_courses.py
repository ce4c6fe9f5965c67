"""The course of a watch without its wire: what to ask, what is news, and after which ends to go on.

The rules are those of the contract (docs/watches.md): the newest token resumes,
a heartbeat's too; delivery is at least once, so a request's id and revision are
its key.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager.v1.certificate_request_service_pb2 import (
    WatchCertificateRequestRequest,
    WatchCertificateRequestsRequest,
)
from certmanager_client.errors import ApiError
from certmanager_client.watch_events import Kind, QueueEvent, RequestEvent

E_co = TypeVar("E_co", covariant=True)

_RESUMABLE = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNKNOWN,
    }
)
_LEFT_REMEMBERED = 1024
"""How many requests that left a queue are known longer, should they be told again."""


class Course(Protocol[E_co]):
    """One watch over all the streams that it takes."""

    @property
    def bookmark(self) -> Bookmark:
        """Where the next stream goes on."""

    def ask(self) -> Message:
        """The request that opens the next stream."""

    def take(self, message: Any) -> E_co | None:
        """The news in a message, if there is any."""

    def is_over(self, error: ApiError | None) -> bool:
        """Whether the end of a stream, with OK if there is no error, is that of the watch."""


class Bookmark:
    """The newest token, and what becomes of it when a stream ends."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.is_anew = False
        """Whether the history was lost: what comes may be older than what is known."""

    def lost(self, error: ApiError) -> None:
        """Note where to go on after the error; raises it if that would be pointless."""
        if error.code is grpc.StatusCode.OUT_OF_RANGE and self.token:
            self.token, self.is_anew = "", True
            return
        if error.code not in _RESUMABLE or error.lasting:
            raise error
        self.token = error.metadata.get("resumeToken") or self.token


class _Known:
    """The revision that was told of each request."""

    def __init__(self) -> None:
        self._revisions: dict[str, int] = {}
        self._left: dict[str, None] = {}

    def is_news(self, request: CertificateRequest, *, anew: bool) -> bool:
        """Whether this revision was not told yet; notes it. After a loss of history a lower one is news."""
        known = self._revisions.get(request.id, 0)
        if request.revision == known or (request.revision < known and not anew):
            return False
        self._revisions[request.id] = request.revision
        self._left.pop(request.id, None)
        return True

    def leave(self, id_: str) -> None:
        """It belongs to the queue no more; the last ones are known a while longer."""
        self._left[id_] = None
        if len(self._left) > _LEFT_REMEMBERED:
            oldest = next(iter(self._left))
            del self._left[oldest], self._revisions[oldest]

    def present(self) -> set[str]:
        """The ids that belong to the queue."""
        return self._revisions.keys() - self._left.keys()


class RequestCourse:
    """A watch on one request, to its end."""

    def __init__(self, request_id: str, *, resume_token: str, heartbeat: float) -> None:
        self.bookmark = Bookmark(resume_token)
        self._asked = WatchCertificateRequestRequest(
            certificate_request_id=request_id, heartbeat_interval=span(heartbeat)
        )
        self._known = _Known()
        self._ended = False

    def ask(self) -> WatchCertificateRequestRequest:
        """The request that opens the next stream."""
        self._asked.resume_token = self.bookmark.token
        return self._asked

    def take(self, message: Any) -> RequestEvent | None:
        """The request, if it has changed."""
        self.bookmark.token = message.resume_token
        if message.WhichOneof("event") != "certificate_request":
            return None
        anew, self.bookmark.is_anew = self.bookmark.is_anew, False
        if not self._known.is_news(message.certificate_request, anew=anew):
            return None
        certificate = message.certificate if message.HasField("certificate") else None
        event = RequestEvent(message.certificate_request, certificate, message.resume_token)
        self._ended = event.is_last
        return event

    def is_over(self, error: ApiError | None) -> bool:
        """With OK; or any how once the terminal state was told: nothing can come after it."""
        return error is None or self._ended


class QueueCourse:
    """A watch on the requests of a project; it has no end of its own."""

    def __init__(
        self, asked: WatchCertificateRequestsRequest, *, resume_token: str, heartbeat: float
    ) -> None:
        self.bookmark = Bookmark(resume_token)
        self._asked = asked
        self._asked.heartbeat_interval.CopyFrom(span(heartbeat))
        self._known = _Known()
        self._snapshot: set[str] = set()

    def ask(self) -> WatchCertificateRequestsRequest:
        """The request that opens the next stream; a snapshot that was under way begins again."""
        self._snapshot = set()
        self._asked.resume_token = self.bookmark.token
        return self._asked

    def take(self, message: Any) -> QueueEvent | None:
        """A request of the queue if it is news, or that the queue is complete."""
        self.bookmark.token = message.resume_token
        match message.WhichOneof("event"):
            case "snapshot":
                self._snapshot.add(message.snapshot.id)
                return self._told(Kind.PRESENT, message.snapshot)
            case "changed":
                return self._told(Kind.CHANGED, message.changed)
            case "left":
                return self._told(Kind.LEFT, message.left)
            case "snapshot_complete":
                return self._complete()
        return None

    def is_over(self, error: ApiError | None) -> bool:  # noqa: ARG002 - a Course's
        """Never."""
        return False

    def _told(self, kind: Kind, request: CertificateRequest) -> QueueEvent | None:
        news = self._known.is_news(request, anew=self.bookmark.is_anew)
        if kind is Kind.LEFT:
            self._known.leave(request.id)
        return QueueEvent(kind, request, self.bookmark.token) if news else None

    def _complete(self) -> QueueEvent:
        gone = frozenset(self._known.present() - self._snapshot)
        for id_ in gone:
            self._known.leave(id_)
        self.bookmark.is_anew = False
        return QueueEvent(Kind.COMPLETE, None, self.bookmark.token, gone)


def span(seconds: float) -> Duration:
    """Seconds as the contract writes them."""
    found = Duration()
    found.FromNanoseconds(round(seconds * 1e9))
    return found
