"""Where relying parties find what a CA publishes: the addresses that certificates name.

They lie under one base, which an operator sets: the plain listener as the
outside sees it. Without a base, certificates name no addresses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.store.records import CRLRecord

CRL_PATH: Final = "/crl"
ISSUER_PATH: Final = "/ca"
OCSP_PATH: Final = "/ocsp"


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses under one base."""

    base: str = ""
    """As ``http://pki.example.com``, without a slash at its end; empty: there are none."""

    def crl(self, id_: str) -> str:
        """Where a CRL, or a shard of one, is published in DER."""
        return f"{self.base}{CRL_PATH}/{id_}.crl" if self.base else ""

    def issuer(self, ca_id: str, generation: int) -> str:
        """Where the certificate of a CA's generation is published in DER."""
        return f"{self.base}{ISSUER_PATH}/{ca_id}/{generation}.cer" if self.base else ""

    @property
    def ocsp(self) -> str:
        """Where the OCSP responder of all CAs is."""
        return f"{self.base}{OCSP_PATH}" if self.base else ""


NOWHERE: Final = Places()
"""The places of a server that nobody has told how it is reached."""


def crl_for(crls: Sequence[CRLRecord], serial: int) -> CRLRecord | None:
    """The CRL, of all shards in their order, that a serial number belongs to; None if there are none."""
    if not crls:
        return None
    digest = hashlib.sha256(serial.to_bytes(20)).digest()
    return crls[int.from_bytes(digest[:8]) % len(crls)]
