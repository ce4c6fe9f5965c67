"""Reads the request in the path of an OCSP GET (RFC 6960, A.1), with what proxies make of it.

The path is the percent-encoded base64 of the DER. On the way its slashes may
have been decoded, and two that follow each other may have been made one; a
``+`` may have become a space, and the padding may be lost.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator
from typing import Final

_MAX_LENGTH: Final = 4096
_MAX_GUESSES: Final = 16
_QUANTUM: Final = 4


def requests_in(path: str) -> Iterator[bytes]:
    """The octets that a decoded path, without what leads to them, can stand for; the likeliest first.

    No DER of a request begins with a slash in base64, so those in front were put there.
    """
    text = path.lstrip("/").replace(" ", "+")
    if not text or len(text) > _MAX_LENGTH:
        return
    yield from _decoded(text)
    if len(text) % _QUANTUM == _QUANTUM - 1:
        # Padding was lost, and that was it; or a slash is missing, next to one that is there.
        places = [place for place, letter in enumerate(text) if letter == "/"]
        for place in places[:_MAX_GUESSES]:
            yield from _decoded(f"{text[:place]}/{text[place:]}")


def _decoded(text: str) -> Iterator[bytes]:
    try:
        yield b64decode(text + "=" * (-len(text) % _QUANTUM), validate=True)
    except (binascii.Error, ValueError):
        return
