"""Sealing: what opens, and what does not."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pki.seal import KEK, SealBroken

KEY = bytes(range(32))
KEK_1 = KEK(KEY)


@given(st.binary(), st.text(max_size=20))
def test_what_was_sealed_opens(plaintext: bytes, context: str) -> None:
    """Any secret, in any context, with a key made anew from the same octets."""
    assert KEK(KEY).open(KEK_1.seal(plaintext, context=context), context=context) == plaintext


def test_two_seals_of_one_secret_differ() -> None:
    """The nonce is random."""
    assert KEK_1.seal(b"a", context="x") != KEK_1.seal(b"a", context="x")


def test_another_context_does_not_open() -> None:
    """A sealed key cannot be moved to another row."""
    with pytest.raises(SealBroken):
        KEK_1.open(KEK_1.seal(b"a", context="private_key/1"), context="private_key/2")


def test_another_key_does_not_open() -> None:
    """Nor can another server's key read it."""
    with pytest.raises(SealBroken):
        KEK(b"another key of thirty-two octets").open(KEK_1.seal(b"a", context="x"), context="x")


def test_no_changed_octet_opens() -> None:
    """Version, nonce, ciphertext and tag are all under the seal."""
    sealed = KEK_1.seal(b"secret", context="x")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(SealBroken):
            KEK_1.open(changed, context="x")


@given(st.binary(max_size=64))
def test_any_octets_are_a_broken_seal(octets: bytes) -> None:
    """Cut or invented octets raise SealBroken and nothing else."""
    with pytest.raises(SealBroken):
        KEK_1.open(octets, context="x")


def test_the_plaintext_is_not_in_the_seal() -> None:
    """It is encrypted, and not only bound."""
    assert b"a long secret" not in KEK_1.seal(b"a long secret", context="x")


def test_a_passphrase_stands_for_one_key() -> None:
    """Same passphrase and salt, same key; another salt, another key."""
    one, two = (KEK.from_passphrase("correct horse", salt).fingerprint() for salt in (b"0" * 16, b"1" * 16))
    assert one == KEK.from_passphrase("correct horse", b"0" * 16).fingerprint() != two


@pytest.mark.parametrize(("passphrase", "salt"), [("", b"0" * 16), ("a", b"0" * 15)])
def test_a_passphrase_and_its_salt_may_not_be_short(passphrase: str, salt: bytes) -> None:
    """An empty passphrase would be a key that everyone has."""
    with pytest.raises(ValueError, match="passphrase"):
        KEK.from_passphrase(passphrase, salt)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_32_octets(size: int) -> None:
    """Nothing is stretched or cut."""
    with pytest.raises(ValueError, match="32"):
        KEK(bytes(size))


def test_each_purpose_has_a_key_of_its_own() -> None:
    """Fingerprint and token keys differ from each other and from the key."""
    derived = [KEK_1.derive("page-token"), KEK_1.derive("resume-token")]
    assert len({*derived, KEY}) == 3
    assert not any(KEK_1.fingerprint() in value.hex() for value in (*derived, KEY))
    assert KEK_1.derive("page-token") == KEK(KEY).derive("page-token")


def test_the_key_is_not_shown() -> None:
    """Neither repr nor pickle nor copy gives it away."""
    assert repr(KEK_1) == str(KEK_1) == "KEK(...)"
    for leak in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            leak(KEK_1)
