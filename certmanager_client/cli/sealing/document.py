"""The file of a sealed key: JSON, as the API's own, with the id of the request that it belongs to."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from certmanager.v1 import x509_pb2
from certmanager_client import literals
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.reading import must_read

_KEM = x509_pb2.KeyEncapsulation.DESCRIPTOR
_LONGEST = 64 * 1024
"""Octets: the largest key, RSA-4096, takes less than 4 KiB."""


class Unfit(ValueError):
    """A document that is no sealed key, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A private key in PKCS #8 DER that only its recipient can read."""

    kem: int
    """The mechanism: a number of the contract's KeyEncapsulation."""
    enc: bytes
    ciphertext: bytes
    request_id: str
    """Of the certificate's request: it is bound to it."""

    @property
    def kem_name(self) -> str:
        """The mechanism, as people write it."""
        return literals.spelling(_KEM, self.kem)

    def dump(self) -> bytes:
        """What its file holds."""
        document = {
            "kem": self.kem_name,
            "enc": base64.b64encode(self.enc).decode(),
            "ciphertext": base64.b64encode(self.ciphertext).decode(),
            "certificateRequestId": self.request_id,
        }
        return f"{json.dumps(document, indent=2)}\n".encode()

    @classmethod
    def load(cls, octets: bytes) -> SealedKey:
        """What ``dump`` wrote, or a program out of an answer of the API. Raises Unfit."""
        document = _object(octets)
        return cls(
            kem=_mechanism(_text(document, "kem")),
            enc=_octets(document, "enc"),
            ciphertext=_octets(document, "ciphertext"),
            request_id=_text(document, "certificateRequestId"),
        )


def read(file: str) -> SealedKey:
    """The sealed key of a file, or of stdin for ``-``. What is none ends the program."""
    octets = must_read(file, _LONGEST, what="the sealed key")
    try:
        return SealedKey.load(octets)
    except Unfit as error:
        fail(f"{file} holds no sealed key: {error}")


def _object(octets: bytes) -> dict[str, Any]:
    try:
        document = json.loads(octets)
    except (ValueError, RecursionError):
        raise Unfit("it is not JSON") from None
    if not isinstance(document, dict):
        raise Unfit("it is not a JSON object")
    return document


def _text(document: dict[str, Any], name: str) -> str:
    text = document.get(name)
    if not isinstance(text, str) or not text.isascii() or not text:
        raise Unfit(f"its '{name}' is missing, or no text")
    return text


def _octets(document: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(_text(document, name), validate=True)
    except Unfit:
        raise
    except ValueError:
        raise Unfit(f"its '{name}' is not base64") from None


def _mechanism(text: str) -> int:
    try:
        return literals.number(_KEM, text)
    except literals.UnknownLiteral as error:
        raise Unfit(f"its 'kem' {error}") from None
