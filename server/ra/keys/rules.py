"""What speaks against how a client wants its private key, before any key is made."""

from __future__ import annotations

from collections.abc import Iterator

from server.errors import Invalid, Nature, Refused, Violation
from server.pki.algorithms import KeyAlgorithm
from server.pki.pkcs12 import PKCS12_ALGORITHMS
from server.ra.issuing.profile import KeyDelivery, KeySource
from server.ra.keys.delivery import InPKCS12, SealedTo, Wish

_RECIPIENT = "generated_key.recipient_key"


def delivery_faults(
    wish: Wish, source: KeySource, *, mode: KeyDelivery, algorithm: KeyAlgorithm
) -> Iterator[Violation]:
    """All violations of a wish, for a key of this source and algorithm, by a profile's mode of delivery."""
    yield from _form_faults(wish)
    if source is KeySource.CSR:
        yield from _faults_with_csr(wish)
        return
    yield from _mode_faults(wish, mode)
    yield from _format_faults(wish, algorithm)


def prove_form(wish: Wish) -> None:
    """Raise Invalid if a wish is malformed, whatever it is for: a retry can come with a new password."""
    if found := tuple(_form_faults(wish)):
        raise Invalid("the request is malformed", violations=found)


def prove_claim(wish: Wish, asked: Wish, *, algorithm: KeyAlgorithm) -> None:
    """Raise Invalid or Refused if a key cannot be claimed so; ``asked`` is what its order wished for."""
    found = tuple(_claim_faults(wish, asked, algorithm))
    if any(each.nature is Nature.FORM for each in found):
        raise Invalid("the request is malformed", violations=found)
    if found:
        raise Refused("the key cannot be handed out so", violations=found)


def _claim_faults(wish: Wish, asked: Wish, algorithm: KeyAlgorithm) -> Iterator[Violation]:
    yield from _form_faults(wish)
    if isinstance(wish, InPKCS12) and isinstance(asked, SealedTo):
        message = "the key is sealed to the recipient key of its order: it cannot be put into a PKCS #12 file"
        yield Violation("key_format", "KEY_SEALED", message, "PKCS12", nature=Nature.FORM)
    else:
        yield from _format_faults(wish, algorithm)


def _format_faults(wish: Wish, algorithm: KeyAlgorithm) -> Iterator[Violation]:
    if isinstance(wish, InPKCS12) and algorithm not in PKCS12_ALGORITHMS:
        message = "a PKCS #12 file cannot hold a key of this algorithm; ask for PKCS #8 or have it sealed"
        allowed = tuple(each.name for each in PKCS12_ALGORITHMS)
        yield Violation("key_format", "KEY_FORMAT_IMPOSSIBLE", message, algorithm.name, allowed)


def _form_faults(wish: Wish) -> Iterator[Violation]:
    if isinstance(wish, SealedTo) and (fault := wish.recipient.fault()):
        yield Violation(f"{_RECIPIENT}.public_key", fault.rule, fault.message, nature=Nature.FORM)
    if isinstance(wish, InPKCS12) and "\0" in wish.password:  # programs would read it up to there
        message = "the password of a PKCS #12 file cannot hold the character NUL"
        yield Violation("key_password", "NUL_CHARACTER", message, nature=Nature.FORM)


def _faults_with_csr(wish: Wish) -> Iterator[Violation]:
    if isinstance(wish, InPKCS12):
        message = "the private key of a CSR is not here: there is none to put into a PKCS #12 file"
        yield Violation("key_format", "PRIVATE_KEY_ABSENT", message, "PKCS12", nature=Nature.FORM)


def _mode_faults(wish: Wish, mode: KeyDelivery) -> Iterator[Violation]:
    if mode is KeyDelivery.FORBID:
        message = "the profile takes only requests with a CSR; the server makes no keys for it"
        yield Violation("csr", "KEY_GENERATION_FORBIDDEN", message)
    elif mode is KeyDelivery.SEALED_ONLY and not isinstance(wish, SealedTo):
        message = "the profile hands out private keys only sealed to a recipient key"
        yield Violation(_RECIPIENT, "RECIPIENT_KEY_REQUIRED", message)
