"""Patterns: what the rules of a policy say about names, compiled once and matched in linear time.

    kind      pattern                what it stands for
    --------  ---------------------  ------------------------------------------------------------
    DNS       ``a.example.com``      that name
              ``*.example.com``      exactly one label more
              ``**.example.com``     one label or more
              ``**``                 any name
    IP        ``10.0.0.0/8``         that network; an address alone is a network of one
    EMAIL     ``ann@example.com``    that address: the part before the @ to the letter
              ``example.com``        each address at that domain, none at a domain below it
    URI       ``https://a.b/c``      that URI, and those whose path goes on with a ``/`` after it
              ``https://a.b/c/``     only those below it
              ``https://a.b/c?d=e``  that URI alone; a query is never allowed otherwise
    subject   ``Example *``          that text; ``*`` is any run of characters, also none

A pattern answers two questions, for a name may stand for more than itself. It
**covers** a name if it matches all that the name stands for: this is what
allowing and requiring ask. It **touches** a name if it matches something that
the name stands for, or that some reader takes for the same: this is what
denying asks. So ``*.example.com`` as a *name* is covered by ``*.example.com``,
``**.example.com`` and ``**.com``, and by no list of single names; and it is
touched by ``secret.example.com`` as well.

All patterns are data: nothing in a pattern or in a name is ever an expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

from server.pki.names import AltNameType
from server.ra.patterns.dns import DNSPattern
from server.ra.patterns.email import EmailPattern
from server.ra.patterns.faults import PatternFault, PolicyFault
from server.ra.patterns.ip import IPPattern
from server.ra.patterns.text import TextPattern
from server.ra.patterns.uri import URIPattern

__all__ = [
    "DNSPattern",
    "EmailPattern",
    "IPPattern",
    "Pattern",
    "PatternFault",
    "PolicyFault",
    "TextPattern",
    "URIPattern",
    "compiled",
    "name_pattern",
]

T = TypeVar("T")


class Pattern(Protocol):
    """What every kind of pattern can tell of a name in canonical text. Neither question ever raises."""

    @property
    def text(self) -> str:
        """The pattern in canonical text; compiling it again gives an equal pattern."""

    def covers(self, name: str) -> bool:
        """Whether it matches all that the name stands for."""

    def touches(self, name: str) -> bool:
        """Whether it matches something that the name stands for; true wherever ``covers`` is."""


_KINDS: Final[dict[AltNameType, Callable[[str], Pattern]]] = {
    AltNameType.DNS: DNSPattern.parse,
    AltNameType.IP: IPPattern.parse,
    AltNameType.EMAIL: EmailPattern.parse,
    AltNameType.URI: URIPattern.parse,
}


def name_pattern(type_: AltNameType, text: str) -> Pattern:
    """Compiles a pattern on names of that type; raises PatternFault."""
    return _KINDS[type_](text)


def compiled(field: str, texts: Iterable[str], compile_: Callable[[str], T]) -> tuple[T, ...]:
    """Compiles each text in order; a PatternFault tells the field and the place in it, ``allowed[2]``."""
    return tuple(_placed(f"{field}[{place}]", text, compile_) for place, text in enumerate(texts))


def _placed(field: str, text: str, compile_: Callable[[str], T]) -> T:
    try:
        return compile_(text)
    except PatternFault as fault:
        raise fault.at(field) from None
