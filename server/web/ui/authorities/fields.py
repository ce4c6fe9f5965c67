"""Reads the fields of forms about CAs; what cannot be read is told beside its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from certmanager.v1.certificate_pb2 import AltName, CertificateAttributes
from server.web.refusals import Broken
from server.web.ui.editing.spans import read_span
from server.web.ui.words import enum_named, number_of, options

SUBJECT: Final = (
    ("common_name", "Common name (CN)"),
    ("organization", "Organization (O)"),
    ("organizational_unit", "Organizational unit (OU)"),
    ("country", "Country (C), two letters"),
    ("state", "State or province (ST)"),
    ("locality", "Locality (L)"),
)
KEYS: Final = [("", "As usual"), *options(enum_named("KeyAlgorithm"))]
LENGTHS: Final = [("", "Without limit"), *((str(each), str(each)) for each in range(17))]
KINDS: Final = [
    ("root", "Root: signs itself"),
    ("under", "Intermediate under a CA of this server"),
    ("outside", "Intermediate that a CA outside this server signs"),
]
SUBTREES: Final = ("name_constraints.permitted", "name_constraints.excluded")


class Reading:
    """Takes texts by the names of their fields, and keeps what is wrong with them."""

    def __init__(self, said: dict[str, str]) -> None:
        self.said = said
        self.broken: list[Broken] = []

    def text(self, path: str) -> str:
        """The text of a field."""
        return self.said.get(path, "")

    def take(self, path: str, read: Callable[[str], None]) -> None:
        """Give the text of a field to who reads it, if there is one; ``read`` raises ValueError."""
        if not self.text(path):
            return
        try:
            read(self.text(path))
        except ValueError as error:
            self.broken.append(Broken(path, "FORM_FIELD_MALFORMED", str(error)))

    def key_and_validity(self, made: CertificateAttributes) -> None:
        """What a rotation may change as well."""
        self.take("attributes.key_algorithm", lambda text: _key(made, text))
        if ttl := self.text("attributes.ttl"):
            made.ttl = ttl

    def span(self, path: str, message: Any) -> None:
        """A duration."""
        name = path.rpartition(".")[2]
        self.take(path, lambda text: getattr(message, name).CopyFrom(read_span(text)))

    def whole(self, path: str, message: Any) -> None:
        """A whole number."""
        name = path.rpartition(".")[2]
        self.take(path, lambda text: setattr(message, name, _whole(text)))

    def subtrees(self, path: str, message: Any) -> None:
        """Subtrees of names, one a line: the kind, and the name."""
        name = path.rpartition(".")[2]

        def read(text: str) -> None:
            for line in filter(None, map(str.strip, text.splitlines())):
                getattr(message, name).append(_subtree(line))

        self.take(path, read)


def _key(made: CertificateAttributes, text: str) -> None:
    made.key_algorithm = number_of(enum_named("KeyAlgorithm"), text)  # type: ignore[assignment]


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:  # noqa: PLR2004 - 1024 is the most
        raise ValueError("write a whole number")
    return int(text)


def _subtree(line: str) -> AltName:
    kind, _, name = line.partition(" ")
    if not name.strip():
        raise ValueError("write a kind (DNS, IP, EMAIL, URI) and a name on each line, as DNS example.com")
    number: Any = number_of(enum_named("AltNameType"), kind)
    return AltName(type=number, value=name.strip())
