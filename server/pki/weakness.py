"""The key policy: which public keys must not be certified, whatever any policy allows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.pki.algorithms import CURVES, RSA_SIZES, key_algorithm_of
from server.pki.faults import KeyFault

_EXPONENT: Final = 65537
_FERMAT_ROUNDS: Final = 110


def _primes(below: int) -> tuple[int, ...]:
    sieve = bytearray([1]) * below
    sieve[:2] = b"\x00\x00"
    for candidate in range(2, math.isqrt(below) + 1):
        if sieve[candidate]:
            sieve[candidate * candidate :: candidate] = bytes(len(sieve[candidate * candidate :: candidate]))
    return tuple(number for number, is_prime in enumerate(sieve) if is_prime)


# NIST SP 800-89, 5.3.3 (in the BR's words): no factor smaller than 752.
_SMALL_PRODUCT: Final = math.prod(_primes(752))

_FINGERPRINT_PRIMES: Final = _primes(168)[1:]


def _powers(generator: int, modulus: int) -> int:
    """The set of the generator's powers as a bit mask."""
    mask, power = 0, 1
    while not mask >> power & 1:
        mask |= 1 << power
        power = power * generator % modulus
    return mask


# The primes of CVE-2017-15361 are k * M + (65537^a mod M), M a product of small primes: both they and
# their product are powers of 65537 modulo each of those. Chance does that about once in 2^150.
_FINGERPRINT: Final = tuple((prime, _powers(_EXPONENT % prime, prime)) for prime in _FINGERPRINT_PRIMES)

_P25519: Final = 2**255 - 19
_D25519: Final = -121665 * pow(121666, -1, _P25519) % _P25519
_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER: Final = frozenset({0, 1, _P25519 - 1, _ORDER_8, _P25519 - _ORDER_8})
"""The y of the eight points whose order divides the cofactor; a pair x, -x shares its y."""


def key_faults(public_key: object) -> tuple[KeyFault, ...]:
    """Everything that is wrong with a public key; empty for one that may be certified.

    That an EC point lies on its curve was checked when it was parsed.
    """
    if isinstance(public_key, rsa.RSAPublicKey):
        return tuple(_rsa_faults(public_key))
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return tuple(_ec_faults(public_key))
    if isinstance(public_key, ed25519.Ed25519PublicKey):
        return tuple(_ed25519_faults(public_key))
    if key_algorithm_of(public_key) is None:
        return (KeyFault("KEY_UNSUPPORTED", "keys of this kind are not supported"),)
    return ()


def _rsa_faults(key: rsa.RSAPublicKey) -> Iterator[KeyFault]:
    numbers = key.public_numbers()
    if numbers.e != _EXPONENT:
        yield KeyFault("RSA_EXPONENT", "the public exponent of an RSA key must be 65537")
    if key.key_size not in RSA_SIZES:
        # The tests below take time that grows with the size; 16,000 bits are not worth it.
        yield KeyFault("RSA_SIZE", "an RSA key must have 2048, 3072 or 4096 bits")
        return
    yield from _modulus_faults(numbers.n)


def _modulus_faults(modulus: int) -> Iterator[KeyFault]:
    if math.gcd(modulus, _SMALL_PRODUCT) != 1:
        yield KeyFault("RSA_SMALL_FACTOR", "the modulus of the RSA key has a small factor")
    elif _is_close_prime_product(modulus):
        yield KeyFault("RSA_CLOSE_PRIMES", "the primes of the RSA key are too close to each other")
    if all(mask >> modulus % prime & 1 for prime, mask in _FINGERPRINT):
        yield KeyFault("RSA_ROCA", "the RSA key was made by a generator that is broken (CVE-2017-15361)")


def _is_close_prime_product(modulus: int) -> bool:
    """Fermat's factorisation: modulus = a^2 - b^2 for an a close to its root."""
    root = math.isqrt(modulus)
    first = root if root * root == modulus else root + 1
    return any(_is_square(a * a - modulus) for a in range(first, first + _FERMAT_ROUNDS))


# Three in four numbers cannot be squares by their last six bits, which spares their roots.
_SQUARES_MOD_64: Final = frozenset(number * number % 64 for number in range(64))


def _is_square(number: int) -> bool:
    if number & 63 not in _SQUARES_MOD_64:
        return False
    root = math.isqrt(number)
    return root * root == number


def _ec_faults(key: ec.EllipticCurvePublicKey) -> Iterator[KeyFault]:
    if key.curve.name not in CURVES:
        yield KeyFault("EC_CURVE", "the curve of an EC key must be P-256, P-384 or P-521")


def _ed25519_faults(key: ed25519.Ed25519PublicKey) -> Iterator[KeyFault]:
    y = int.from_bytes(key.public_bytes(Encoding.Raw, PublicFormat.Raw), "little") & ~(1 << 255)
    if y >= _P25519:
        # Two texts of one key would slip past whatever compares keys by their octets.
        yield KeyFault(
            "ED25519_ENCODING", "the Ed25519 key is not in its canonical encoding (RFC 8032, 5.1.3)"
        )
    if y % _P25519 in _SMALL_ORDER:
        yield KeyFault("ED25519_SMALL_ORDER", "the Ed25519 key is a point of small order")
    elif not _is_on_curve(y):
        yield KeyFault("ED25519_POINT", "the Ed25519 key is not a point of the curve")


def _is_on_curve(y: int) -> bool:
    """Whether -x^2 + y^2 = 1 + d x^2 y^2 has an x, by Euler's criterion."""
    square = (y * y - 1) * pow(_D25519 * y * y + 1, -1, _P25519) % _P25519
    return pow(square, (_P25519 - 1) // 2, _P25519) in {0, 1}
