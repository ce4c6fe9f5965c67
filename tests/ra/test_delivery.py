"""What a wish for a key and a key on its way out tell of themselves."""

from __future__ import annotations

import pytest

from server.pki.hpke import KeyEncapsulation, RecipientKey
from server.ra.issuing.order import Order
from server.ra.keys.delivery import Delivered, InClear, InPKCS12, KeyForm, SealedTo, Wish, is_slow


@pytest.mark.parametrize(
    "value",
    [
        Order(profile_id="1", delivery=InPKCS12("canary")),
        Delivered(form=KeyForm.PKCS8_PEM, pem="canary"),
        Delivered(form=KeyForm.PKCS12, pkcs12=b"canary"),
    ],
)
def test_nothing_that_prints_shows_a_secret(value: object) -> None:
    """A traceback with values, or a careless log line, would tell it."""
    assert "canary" not in repr(value) + str(value)


@pytest.mark.parametrize(
    ("wish", "slow"),
    [
        (InClear(), False),
        (InPKCS12("p"), True),
        (SealedTo(RecipientKey(KeyEncapsulation.DHKEM_X25519_HKDF_SHA256, bytes(32))), False),
    ],
)
def test_what_takes_long(wish: Wish, *, slow: bool) -> None:
    """Deriving keys from a password is made slow on purpose; sealing takes a tenth of a millisecond."""
    assert is_slow(wish) is slow
