"""Whatever a client sends as a CSR, the answer is a CSR or a CSRFault."""

from __future__ import annotations

from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.pki.csr import CSR, CSRFault, parse
from tests.pki.csrs import CN, KEY, O, full, named, raw, sequence, signed
from tests.pki.making import csr_builder, csr_der

SEEDS = [
    csr_der(KEY, full()),
    named(x509.DNSName("a.example")),
    csr_der(KEY, csr_builder((CN, "a"), (O, "b"))),
]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_mutated_csr_makes_no_other_error(data: st.DataObject) -> None:
    """Octets changed, cut, doubled; signed anew or not: a CSR or a CSRFault."""
    der = data.draw(st.sampled_from(SEEDS))
    body = bytearray(x509.load_der_x509_csr(der).tbs_certrequest_bytes)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        cut = data.draw(st.integers(0, 3))
        body[at : at + cut] = data.draw(st.binary(max_size=3))
    answer(signed(bytes(body)))


@settings(deadline=None)
@given(st.one_of(st.text(), st.binary(), st.binary().map(sequence)))
def test_any_input_makes_no_other_error(source: str | bytes) -> None:
    """A CSR or a CSRFault, whatever comes."""
    answer(source)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        ["2.5.29.17", "2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32"]
    ),
    st.one_of(st.binary(max_size=12), st.binary(max_size=12).map(lambda b: b"\x30" + bytes([len(b)]) + b)),
)
def test_any_extension_makes_no_other_error(oid: str, value: bytes) -> None:
    """A CSR or a CSRFault, whatever an extension holds."""
    answer(raw(oid, value.hex()))


def answer(source: str | bytes) -> None:
    """Fails for every exception but a CSRFault with violations."""
    try:
        outcome: CSR | CSRFault = parse(source)
    except CSRFault as fault:
        outcome = fault
    assert isinstance(outcome, CSR) or outcome.violations
