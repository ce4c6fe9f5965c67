"""Signs templates, and makes sure that what was signed is what was judged."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from server.ca.pool import CryptoPool
from server.pki.algorithms import KeyAlgorithm
from server.pki.certificate import Certificate, sign
from server.pki.keys import PrivateKey, PublicKey, is_slow_to_sign
from server.pki.signed import check_signed
from server.pki.template import Template

_SAMPLE = 64
"""One in this many fast signatures is verified: verifying P-256 costs a third of an issuance."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A CA's key. One in an HSM is another object with the same two operations in ``key``."""

    key: PrivateKey = field(repr=False)
    algorithm: KeyAlgorithm

    @property
    def public_key(self) -> PublicKey:
        """What its signatures verify with."""
        return self.key.public_key()


class Signing:
    """Makes certificates of templates, on the loop or off it, whichever is faster for the key."""

    def __init__(self, pool: CryptoPool) -> None:
        self._pool = pool
        self._count = itertools.count()

    async def sign(self, signer: Signer, template: Template) -> Certificate:
        """The certificate of a template. Raises SignedMismatch, a fault, if it says anything else."""
        if is_slow_to_sign(signer.algorithm):
            return await self._pool.run(lambda: _sign(signer, template, verify=True))
        return _sign(signer, template, verify=self._is_due(signer))

    def _is_due(self, signer: Signer) -> bool:
        """RSA always: a fault in its CRT arithmetic would give the key away, and verifying is cheap."""
        return signer.algorithm.name.startswith("RSA") or next(self._count) % _SAMPLE == 0


def _sign(signer: Signer, template: Template, *, verify: bool) -> Certificate:
    certificate = sign(template, signer.key)
    check_signed(template, certificate, issuer_public_key=signer.public_key if verify else None)
    return certificate
