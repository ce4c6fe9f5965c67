"""The cookie of a session: for this host and its own pages only, and for no script."""

from __future__ import annotations

from starlette.responses import Response

from server.web.sessions import Session, Sessions


def keep(response: Response, sessions: Sessions, session: Session) -> None:
    """Has the browser keep the session until it ends, instead of the one that it had."""
    left = int((session.ends_at - sessions.clock()).total_seconds())
    response.set_cookie(
        sessions.cookie, sessions.write(session),
        max_age=left, path="/", secure=sessions.secure, httponly=True, samesite="strict",
    )  # fmt: skip


def forget(response: Response, sessions: Sessions) -> None:
    """Has the browser forget it."""
    response.delete_cookie(
        sessions.cookie, path="/", secure=sessions.secure, httponly=True, samesite="strict"
    )
