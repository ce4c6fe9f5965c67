"""The sections on the algorithms of keys and signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.errors import Violation
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.template import Template
from server.ra.policy.rules import NONE, Blanket, Rule

_FAVOURITES: Final = (KeyAlgorithm.EC_PRIME256V1, KeyAlgorithm.RSA_2048)
_DEFAULTS: Final = tuple(dict.fromkeys(signatures_of(algorithm)[0] for algorithm in KeyAlgorithm))


@dataclass(frozen=True, slots=True)
class KeyAlgorithmRules:
    """The kinds and sizes of key that may be asked for, the most wanted first."""

    allowed: tuple[KeyAlgorithm, ...] = ()

    def violations(self, template: Template) -> Iterator[Violation]:
        """The algorithm of the template's key, if it is not listed."""
        if template.key_algorithm not in self.allowed:
            yield Rule.KEY_ALGORITHM_NOT_ALLOWED.broken(
                "key_algorithm",
                value=template.key_algorithm.value,
                allowed=(algorithm.value for algorithm in self.allowed),
            )

    def choose(self) -> KeyAlgorithm:
        """P-256 if it is listed, else RSA-2048 if that is, else the first that is."""
        listed = (algorithm for algorithm in _FAVOURITES if algorithm in self.allowed)
        return next(listed, self.allowed[0] if self.allowed else _FAVOURITES[0])


@dataclass(frozen=True, slots=True)
class SignatureAlgorithmRules:
    """The signatures that may be asked for, the most wanted first."""

    allowed: tuple[SignatureAlgorithm, ...] = ()

    def violations(self, template: Template) -> Iterator[Violation]:
        """The template's signature algorithm, if it is not listed."""
        if template.signature_algorithm not in self.allowed:
            yield Rule.SIGNATURE_ALGORITHM_NOT_ALLOWED.broken(
                "signature_algorithm",
                value=template.signature_algorithm.value,
                allowed=(algorithm.value for algorithm in self.allowed),
            )

    def choose(self, possible: tuple[SignatureAlgorithm, ...]) -> SignatureAlgorithm:
        """The CA's default if it is listed, else the first listed that the CA can make, else the default."""
        makeable = [algorithm for algorithm in self.allowed if algorithm in possible]
        return possible[0] if possible[0] in makeable or not makeable else makeable[0]


def signature_rules(
    section: SignatureAlgorithmRules | Blanket, possible: tuple[SignatureAlgorithm, ...]
) -> SignatureAlgorithmRules | Blanket:
    """The section with NONE spelled out: the default of the CA's key, the first of what it can make.

    Where the caller does not say what that is, the default of some key must do.
    """
    if section is not NONE:
        return section
    return SignatureAlgorithmRules(possible[:1] or _DEFAULTS)


def chosen_key(section: KeyAlgorithmRules | Blanket) -> KeyAlgorithm:
    """What a request that names no algorithm gets; the section still judges it."""
    return _FAVOURITES[0] if isinstance(section, Blanket) else section.choose()


def chosen_signature(
    section: SignatureAlgorithmRules | Blanket, possible: tuple[SignatureAlgorithm, ...]
) -> SignatureAlgorithm:
    """What a request that names no algorithm gets; ``possible`` is never empty, its default first."""
    return possible[0] if isinstance(section, Blanket) else section.choose(possible)
