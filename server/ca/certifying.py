"""What the signing of a CA's certificate comes to: the columns of its record, or why it is not signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.ca.charter import Charter
from server.errors import Invalid, Refused, Violation
from server.pki.certificate import encoded
from server.pki.chain import Chain, validity_of
from server.pki.describe import describe
from server.pki.installed import installation_faults, read_chain
from server.pki.pem import MAX_CHAIN_SIZE, chain_pem
from server.pki.request import requested

_BROKEN = "the certificate authority would break rules of X.509"


def refuse(charter: Charter, *, now: datetime) -> None:
    """Raises Refused with everything that must not be signed of a charter."""
    found = charter.faults(now)
    if found:
        raise Refused(_BROKEN, violations=found)


def certified(chain: Chain) -> dict[str, Any]:
    """What the record of a CA has from its certificate, and those above it. Raises Refused for a huge chain.

    Only once it is signed its size is known; what was signed is then thrown away.
    """
    described, validity, chain_text = describe(chain[0]), validity_of(chain), chain_pem(chain)
    if len(chain_text) > MAX_CHAIN_SIZE:
        message = "the chain of the CA would have more than 256 KiB of PEM"
        raise Refused(_BROKEN, violations=(Violation("parent_ca_id", "CHAIN_TOO_LONG", message),))
    return {
        "subject": described.subject,
        "serial": described.serial,
        "certificate": encoded(chain[0]),
        "chain": chain_text,
        "not_before": validity.not_before,
        "not_after": validity.not_after,
    }


def installed(csr: bytes, *, certificate: str, issuers: str, now: datetime) -> dict[str, Any]:
    """What the record of a CA has from the certificate that an outside CA made of its CSR, which is DER.

    Raises Invalid with everything that is wrong with the certificate and its issuers, both PEM.
    """
    chain, faults = read_chain(certificate, issuers)
    faults = faults or installation_faults(chain, requested(csr), now=now)
    if faults:
        message = "the certificate is not one for this certificate authority"
        raise Invalid(message, violations=tuple(dict.fromkeys(faults)))
    return certified(chain)


def is_installed(present: bytes, chain: str, *, certificate: str, issuers: str) -> bool:
    """Whether a certificate with its issuers, both PEM, is what a CA has already. Raises Invalid."""
    found, faults = read_chain(certificate, issuers)
    if faults:
        raise Invalid("the certificate cannot be read", violations=faults)
    return encoded(found[0]) == present and chain_pem(found) == chain
