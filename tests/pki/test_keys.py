"""Making keys, and the key policy."""

from __future__ import annotations

import math
from time import perf_counter

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519

from server.pki.algorithms import KeyAlgorithm, key_algorithm_of, signatures_of
from server.pki.keys import (
    PrivateKey,
    dump_pkcs8,
    generate,
    is_slow_to_generate,
    is_slow_to_sign,
    key_faults,
    load_pkcs8,
    pkcs8_pem,
)
from server.pki.usages import KeyUsage, possible_usages

P25519 = 2**255 - 19
SMALL_PRIMES = math.prod(p for p in range(2, 2000) if all(p % q for q in range(2, math.isqrt(p) + 1)))


def rsa_key(modulus: int, *, exponent: int = 65537) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def rules(public_key: object) -> set[str]:
    return {fault.rule for fault in key_faults(public_key)}


def is_prime(number: int) -> bool:
    """Fermat's test to a few bases: enough for random numbers of this size."""
    return math.gcd(number, SMALL_PRIMES) == 1 and all(
        pow(base, number - 1, number) == 1 for base in (2, 3, 5)
    )


def next_prime(number: int) -> int:
    number |= 1
    while not is_prime(number):
        number += 2
    return number


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_a_generated_key_is_sound_and_of_its_algorithm(
    algorithm: KeyAlgorithm, keys: dict[KeyAlgorithm, PrivateKey]
) -> None:
    """The key policy takes what we make ourselves."""
    key = keys[algorithm].public_key()
    assert key_algorithm_of(key) is algorithm
    assert key_faults(key) == ()


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_a_key_survives_pkcs8(algorithm: KeyAlgorithm, keys: dict[KeyAlgorithm, PrivateKey]) -> None:
    """Sealed and stored keys come back as they were."""
    key = keys[algorithm]
    assert dump_pkcs8(load_pkcs8(dump_pkcs8(key))) == dump_pkcs8(key)
    assert pkcs8_pem(key).startswith("-----BEGIN PRIVATE KEY-----\n")


@pytest.mark.parametrize("octets", [b"", b"\x30\x00", b"x" * 100])
def test_what_is_no_key_is_a_value_error(octets: bytes) -> None:
    """Damaged octets are told of without the library's words."""
    with pytest.raises(ValueError, match=r"^not a"):
        load_pkcs8(octets)


def test_a_key_of_another_kind_is_not_loaded() -> None:
    """X448 and its like are no keys of ours."""
    with pytest.raises(ValueError, match="supported"):
        load_pkcs8(dump_pkcs8(ed448.Ed448PrivateKey.generate()))  # type: ignore[arg-type]


def test_two_keys_are_not_equal() -> None:
    """Each call makes a new key."""
    first, second = generate(KeyAlgorithm.ED25519), generate(KeyAlgorithm.ED25519)
    assert dump_pkcs8(first) != dump_pkcs8(second)


def test_a_modulus_of_another_size_is_refused() -> None:
    """2047, 1024 and 16,401 bits are no sizes of ours; the last costs no time."""
    for bits in (1024, 2047, 2049, 16_401):
        began = perf_counter()
        assert rules(rsa_key((1 << bits - 1) + 1)) == {"RSA_SIZE"}
        assert perf_counter() - began < 0.05


def test_an_exponent_other_than_65537_is_refused() -> None:
    """Small and large exponents are refused alike."""
    modulus = generate(KeyAlgorithm.RSA_2048).public_key().public_numbers().n  # type: ignore[union-attr]
    for exponent in (3, 17, 65539, 2**64 + 13):
        assert rules(rsa_key(modulus, exponent=exponent)) == {"RSA_EXPONENT"}


@pytest.mark.parametrize("factor", [3, 5, 751])
def test_a_small_factor_is_found(factor: int) -> None:
    """A modulus with a factor below 752 is refused."""
    cofactor = ((1 << 2047) // factor + 1) | 1
    modulus = factor * cofactor
    assert modulus.bit_length() == 2048
    assert "RSA_SMALL_FACTOR" in rules(rsa_key(modulus))


def test_close_primes_are_found() -> None:
    """Fermat's method factors the product of two primes that are neighbours."""
    first = next_prime(math.isqrt(1 << 2047) + 12345)
    second = next_prime(first + 2)
    assert rules(rsa_key(first * second)) == {"RSA_CLOSE_PRIMES"}


def test_close_primes_are_found_up_to_the_last_round() -> None:
    """Primes as far apart as 110 rounds reach are found, and those beyond are not our claim."""
    middle = 3 * (1 << 1022) + 1
    reach = math.isqrt(2 * middle * 108)
    first = next_prime(middle - reach)
    second = next_prime(2 * middle - first)
    modulus = first * second
    rounds = (first + second) // 2 - math.isqrt(modulus)
    assert 50 < rounds <= 110
    assert "RSA_CLOSE_PRIMES" in rules(rsa_key(modulus))


def test_a_square_is_found() -> None:
    """A prime times itself is the closest pair of all."""
    assert rules(rsa_key(next_prime(math.isqrt(1 << 2047) + 999) ** 2)) == {"RSA_CLOSE_PRIMES"}


def test_the_fingerprint_of_roca_is_found() -> None:
    """Primes of the form k * M + 65537^a mod M, as the broken library made them."""
    product = math.prod(p for p in range(2, 702) if all(p % q for q in range(2, math.isqrt(p) + 1)))

    def broken_prime(power: int, multiple: int) -> int:
        while True:
            candidate = multiple * product + pow(65537, power, product)
            if candidate % 2 and is_prime(candidate):
                return candidate
            multiple += 1

    first = broken_prime(1234, (3 << 1022) // product)
    second = broken_prime(98765, (7 << 1021) // product)
    assert (first * second).bit_length() == 2048
    assert rules(rsa_key(first * second)) == {"RSA_ROCA"}


def test_the_whole_judgement_of_an_rsa_key_is_fast(keys: dict[KeyAlgorithm, PrivateKey]) -> None:
    """It runs on the event loop: the best of ten is far below the bound, the bound far below a stall."""
    key = keys[KeyAlgorithm.RSA_4096].public_key()

    def once() -> float:
        began = perf_counter()
        key_faults(key)
        return perf_counter() - began

    assert min(once() for _ in range(10)) < 0.005


@pytest.mark.parametrize("curve", [ec.SECP192R1(), ec.SECP224R1(), ec.SECP256K1(), ec.BrainpoolP256R1()])
def test_another_curve_is_refused(curve: ec.EllipticCurve) -> None:
    """Only P-256, P-384 and P-521."""
    assert rules(ec.generate_private_key(curve).public_key()) == {"EC_CURVE"}


@pytest.mark.parametrize("kind", [x25519.X25519PrivateKey, ed448.Ed448PrivateKey])
def test_another_kind_is_refused(kind: type[x25519.X25519PrivateKey | ed448.Ed448PrivateKey]) -> None:
    """A key that cannot sign, or that nobody asked for, is not supported."""
    assert rules(kind.generate().public_key()) == {"KEY_UNSUPPORTED"}


def small_order_ys() -> set[int]:
    """The y of all points that eight times give the identity, found by halving, apart from our table.

    Order 1 and 2: y = 1, -1. Order 4: y = 0. Order 8: y^2 = (1 +- sqrt(1 + d)) / (+- d), the points
    whose double has y = 0, that is x^2 = -y^2 on -x^2 + y^2 = 1 + d x^2 y^2.
    """
    d = -121665 * pow(121666, -1, P25519) % P25519
    found = {0, 1, P25519 - 1}
    for root in square_roots((1 + d) % P25519):
        fourth_power_root = (-1 + root) * pow(d, -1, P25519) % P25519
        found |= square_roots(fourth_power_root)
    return found


def square_roots(number: int) -> set[int]:
    candidate = pow(number, (P25519 + 3) // 8, P25519)
    for root in (candidate, candidate * pow(2, (P25519 - 1) // 4, P25519) % P25519):
        if root * root % P25519 == number:
            return {root, P25519 - root}
    return set()


def ed25519_key(y: int, *, sign: int = 0) -> ed25519.Ed25519PublicKey:
    return ed25519.Ed25519PublicKey.from_public_bytes((y | sign << 255).to_bytes(32, "little"))


@pytest.mark.parametrize("sign", [0, 1])
def test_points_of_small_order_are_refused(sign: int) -> None:
    """All eight points, with either sign bit, each also in its encoding that is not canonical."""
    ys = small_order_ys()
    assert len(ys) == 5
    for y in ys | {y + P25519 for y in ys if y + P25519 < 1 << 255}:
        assert "ED25519_SMALL_ORDER" in rules(ed25519_key(y, sign=sign))


def test_an_ed25519_encoding_that_is_not_canonical_is_refused() -> None:
    """y is written below p, so that one key has one encoding."""
    for y in range(P25519, 1 << 255):
        assert "ED25519_ENCODING" in rules(ed25519_key(y))


def test_octets_off_the_ed25519_curve_are_refused() -> None:
    """About half of all y belong to no point; 2 is one of them."""
    assert rules(ed25519_key(2)) == {"ED25519_POINT"}


def test_only_what_takes_long_goes_to_a_thread() -> None:
    """RSA is slow to make; RSA-4096 and ML-DSA are slow to sign with."""
    assert {a.name for a in KeyAlgorithm if is_slow_to_generate(a)} == {"RSA_2048", "RSA_3072", "RSA_4096"}
    assert {a.name for a in KeyAlgorithm if is_slow_to_sign(a)} == {
        "RSA_4096",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
    }


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_each_key_has_signatures_and_usages(algorithm: KeyAlgorithm) -> None:
    """The tables are total; every key of ours can sign."""
    assert signatures_of(algorithm)
    assert KeyUsage.DIGITAL_SIGNATURE in possible_usages(algorithm)


def test_only_rsa_enciphers_and_only_ec_agrees() -> None:
    """RFC 3279, 5480, 8410, 8813 and 9881 in two lines."""
    enciphers = {a.name for a in KeyAlgorithm if KeyUsage.KEY_ENCIPHERMENT in possible_usages(a)}
    agrees = {a.name for a in KeyAlgorithm if KeyUsage.KEY_AGREEMENT in possible_usages(a)}
    assert enciphers == {"RSA_2048", "RSA_3072", "RSA_4096"}
    assert agrees == {"EC_PRIME256V1", "EC_SECP384R1", "EC_SECP521R1"}
