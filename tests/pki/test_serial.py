"""Serial numbers: length, randomness, text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pki.serial import new_serial, parse_serial, serial_hex

SERIALS = [new_serial() for _ in range(10_000)]


def test_a_serial_has_exactly_20_octets_with_a_clear_top_bit() -> None:
    """Positive as a DER INTEGER of 20 octets, each of ten thousand."""
    assert {serial.bit_length() for serial in SERIALS} == {159}


def test_serials_do_not_repeat() -> None:
    """Nor do their upper and lower halves."""
    assert (
        len(set(SERIALS))
        == len({s >> 80 for s in SERIALS})
        == len({s & (1 << 80) - 1 for s in SERIALS})
        == 10_000
    )


def test_each_random_bit_is_balanced() -> None:
    """158 bits, each set about half of the time: seven standard deviations are 350 of ten thousand."""
    for bit in range(158):
        assert abs(sum(serial >> bit & 1 for serial in SERIALS) - 5000) < 350


@given(st.integers(1, (1 << 159) - 1))
def test_the_text_of_a_serial_is_read_back(serial: int) -> None:
    """In lower and upper case, with colons and with 0x."""
    text = serial_hex(serial)
    colons = ":".join(text[at : at + 2] for at in range(0, len(text), 2))
    assert len(text) % 2 == 0
    assert {
        parse_serial(form) for form in (text, text.upper(), colons, colons.upper(), f"0x{text}", f" {text} ")
    } == {serial}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "00",
        "0x",
        "-1",
        "g",
        "1_0",
        "1 0",
        ":01",
        "01:",
        "1:2",
        "80" + "00" * 19,
        "1" * 41,
        "\uff11",
        "*",
        "1\n",
    ],
)
def test_a_malformed_serial_is_refused(text: str) -> None:
    """One grammar; zero and 21 octets are no serial numbers."""
    with pytest.raises(ValueError, match="serial number"):
        parse_serial(text)
