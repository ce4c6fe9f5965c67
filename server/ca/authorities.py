"""Founds certificate authorities, and loads those that the store keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from server.ca.charter import Charter
from server.ca.issuer import Issuer
from server.ca.pool import CryptoPool
from server.ca.signing import Signer, Signing
from server.errors import Invalid, Refused, Violation
from server.ids import new_id
from server.pki.algorithms import KeyAlgorithm
from server.pki.certificate import encoded, load_certificate, subject_key_id
from server.pki.chain import Chain, path_length_of, purposes_of, restrictions_of, validity_of
from server.pki.describe import describe
from server.pki.installed import installation_faults, read_chain
from server.pki.keys import PrivateKey, dump_pkcs8, load_pkcs8
from server.pki.pem import MAX_CHAIN_SIZE, certificate_pem, chain_pem, stored_certificates, without_root
from server.pki.request import request, requested
from server.pki.seal import KEK
from server.pki.subjects import rfc4514
from server.store.records import AuthorityRecord

__all__ = ["Authorities", "Charter"]


class Authorities:
    """Makes CAs, and turns their stored records into issuers."""

    def __init__(self, kek: KEK, pool: CryptoPool) -> None:
        self._kek = kek
        self._pool = pool
        self._signing = Signing(pool)

    async def found(self, charter: Charter, *, now: datetime) -> AuthorityRecord:
        """A new CA with its key sealed. Raises Refused if the parent cannot sign, or not this."""
        _refuse(charter, now=now)
        key = await self._pool.generate(charter.key_algorithm)
        template = charter.template(now, public_key=key.public_key())
        parent = charter.parent
        signer = parent.signer if parent else Signer(key, charter.key_algorithm)
        certificate = await self._signing.sign(signer, template)
        issuers = stored_certificates(parent.chain_pem) if parent else ()
        certified = _certified((certificate, *issuers))
        if len(certified["chain"]) > MAX_CHAIN_SIZE:  # only now is it known; what was signed is thrown away
            raise _too_long()
        return replace(self._record(charter, key, now=now), state="ACTIVE", **certified)

    async def ask(self, charter: Charter, *, now: datetime) -> AuthorityRecord:
        """A new CA with its key sealed and its CSR, which awaits the certificate of an outside CA."""
        _refuse(charter, now=now)
        key = await self._pool.generate(charter.key_algorithm)
        template = charter.template(now, public_key=key.public_key())
        csr = await self._pool.run(lambda: request(template, key))
        return replace(self._record(charter, key, now=now), type="INTERMEDIATE", csr=csr)

    def installed(
        self, record: AuthorityRecord, *, certificate: str, issuers: str, now: datetime
    ) -> dict[str, Any]:
        """What changes in the record of a CA whose certificate came, with its issuers, both PEM.

        Raises Invalid with everything that is wrong with them.
        """
        if record.csr is None:
            raise ValueError("the certificate authority has no CSR")
        chain, faults = read_chain(certificate, issuers)
        faults = faults or installation_faults(chain, requested(record.csr), now=now)
        if faults:
            message = "the certificate is not one for this certificate authority"
            raise Invalid(message, violations=tuple(dict.fromkeys(faults)))
        return {"state": "ACTIVE", "updated_at": now, **_certified(chain)}

    def is_installed(self, record: AuthorityRecord, *, certificate: str, issuers: str) -> bool:
        """Whether this certificate, with these issuers, is what the CA has already. Raises Invalid."""
        chain, faults = read_chain(certificate, issuers)
        if faults:
            raise Invalid("the certificate cannot be read", violations=faults)
        return encoded(chain[0]) == record.certificate and chain_pem(chain) == record.chain

    def issuer(self, record: AuthorityRecord) -> Issuer:
        """The issuer of a stored CA that has its certificate. Raises SealBroken for another KEK's record."""
        if record.certificate is None or record.sealed_key is None:
            raise ValueError("the certificate authority still awaits its certificate")
        key = load_pkcs8(self._kek.open(record.sealed_key, context=_context(record.id)))
        chain: Chain = (load_certificate(record.certificate), *stored_certificates(record.chain)[1:])
        return _issuer(record, chain, key)

    def _record(self, charter: Charter, key: PrivateKey, *, now: datetime) -> AuthorityRecord:
        id_ = new_id()
        return AuthorityRecord(
            id=id_,
            project_id=charter.project_id,
            parent_id=charter.parent.id if charter.parent else None,
            name=charter.name,
            type="INTERMEDIATE" if charter.parent else "ROOT",
            state="AWAITING_CERTIFICATE",
            key_algorithm=charter.key_algorithm.name,
            subject=rfc4514(charter.subject),
            sealed_key=self._kek.seal(dump_pkcs8(key), context=_context(id_)),
            crl_shards=charter.crl_shards,
            crl_validity=int(charter.crl_validity.total_seconds()),
            created_at=now,
            updated_at=now,
        )


def _context(id_: str) -> str:
    """Ties a sealed key to its row: it opens nowhere else."""
    return f"certmanager/v1/authority/{id_}"


def _refuse(charter: Charter, *, now: datetime) -> None:
    found = charter.faults(now)
    if found:
        raise Refused("the certificate authority would break rules of X.509", violations=found)


def _too_long() -> Refused:
    message = "the chain of the CA would have more than 256 KiB of PEM"
    violation = Violation("parent_ca_id", "CHAIN_TOO_LONG", message)
    return Refused("the certificate authority would break rules of X.509", violations=(violation,))


def _certified(chain: Chain) -> dict[str, Any]:
    """What the record of a CA has from its certificate, and those above it."""
    described, validity = describe(chain[0]), validity_of(chain)
    return {
        "subject": described.subject,
        "serial": described.serial,
        "certificate": encoded(chain[0]),
        "chain": chain_pem(chain),
        "not_before": validity.not_before,
        "not_after": validity.not_after,
    }


def _issuer(record: AuthorityRecord, chain: Chain, key: PrivateKey) -> Issuer:
    certificate = chain[0]
    key_id = describe(certificate).subject_key_id
    return Issuer(
        id=record.id,
        project_id=record.project_id,
        state=record.state,
        certificate=certificate,
        signer=Signer(key, KeyAlgorithm[record.key_algorithm]),
        subject=certificate.subject,
        # An outside CA may have chosen the identifier by a method of its own (RFC 5280, 4.2.1.2).
        key_id=subject_key_id(key.public_key()) if key_id is None else key_id,
        path_length=path_length_of(chain),
        restrictions=restrictions_of(chain),
        purposes=purposes_of(chain),
        chain_length=len(chain),
        validity=validity_of(chain),
        certificate_pem=certificate_pem(certificate),
        chain_pem=record.chain,
        chain_without_root_pem=without_root(record.chain),
    )
