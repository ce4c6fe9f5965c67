"""The error of a server that must not start."""

from __future__ import annotations


class StartupError(Exception):
    """The server cannot start; the message says what an operator or developer must mend."""
