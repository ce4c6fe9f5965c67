"""Founds certificate authorities, and loads those that the store keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.ca.issuer import Issuer
from server.ca.pool import CryptoPool
from server.ca.signing import Signer, Signing
from server.errors import Refused
from server.ids import new_id
from server.pki import lint
from server.pki.algorithms import KeyAlgorithm, signatures_of
from server.pki.certificate import Certificate, encoded, load_certificate, subject_key_id
from server.pki.describe import describe
from server.pki.keys import PrivateKey, dump_pkcs8, load_pkcs8
from server.pki.pem import certificate_pem, without_root
from server.pki.seal import KEK
from server.pki.serial import new_serial
from server.pki.subjects import Subject, rfc4514, subject_name
from server.pki.template import BasicConstraints, NameConstraints, Template
from server.pki.usages import KeyUsage
from server.pki.validity import window
from server.store.records import AuthorityRecord

_BACKDATE = timedelta(minutes=1)
_USAGES = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN, KeyUsage.DIGITAL_SIGNATURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What a new CA is to be. Without a parent it is a root."""

    project_id: str
    name: str
    subject: Subject
    key_algorithm: KeyAlgorithm
    lifetime: timedelta
    path_length: int | None = None
    name_constraints: NameConstraints | None = None
    parent: Issuer | None = None


class Authorities:
    """Makes CAs, and turns their stored records into issuers."""

    def __init__(self, kek: KEK, pool: CryptoPool) -> None:
        self._kek = kek
        self._pool = pool
        self._signing = Signing(pool)

    async def found(self, charter: Charter, *, now: datetime) -> AuthorityRecord:
        """A new CA with its key sealed. Raises Refused if the parent cannot sign, or not this."""
        key = await self._pool.generate(charter.key_algorithm)
        template = _template(charter, key, now=now)
        _refuse(charter, template, now=now)
        signer = charter.parent.signer if charter.parent else Signer(key, charter.key_algorithm)
        certificate = await self._signing.sign(signer, template)
        return self._record(charter, certificate, key, now=now)

    def issuer(self, record: AuthorityRecord) -> Issuer:
        """The issuer of a stored CA that has its certificate. Raises SealBroken for another KEK's record."""
        if record.certificate is None or record.sealed_key is None:
            raise ValueError("the certificate authority still awaits its certificate")
        key = load_pkcs8(self._kek.open(record.sealed_key, context=_context(record.id)))
        certificate = load_certificate(record.certificate)
        return _issuer(record, certificate, key)

    def _record(
        self, charter: Charter, certificate: Certificate, key: PrivateKey, *, now: datetime
    ) -> AuthorityRecord:
        described = describe(certificate)
        id_ = new_id()
        return AuthorityRecord(
            id=id_,
            project_id=charter.project_id,
            parent_id=charter.parent.id if charter.parent else None,
            name=charter.name,
            type="INTERMEDIATE" if charter.parent else "ROOT",
            state="ACTIVE",
            key_algorithm=charter.key_algorithm.name,
            subject=rfc4514(charter.subject),
            serial=described.serial,
            certificate=encoded(certificate),
            chain=certificate_pem(certificate) + (charter.parent.chain_pem if charter.parent else ""),
            sealed_key=self._kek.seal(dump_pkcs8(key), context=_context(id_)),
            not_before=described.validity.not_before,
            not_after=described.validity.not_after,
            created_at=now,
            updated_at=now,
        )


def _context(id_: str) -> str:
    """Ties a sealed key to its row: it opens nowhere else."""
    return f"certmanager/v1/authority/{id_}"


def _template(charter: Charter, key: PrivateKey, *, now: datetime) -> Template:
    parent = charter.parent
    begin = parent.not_before if parent else now - _BACKDATE
    signer = parent.key_algorithm if parent else charter.key_algorithm
    return Template(
        serial=new_serial(),
        issuer=parent.subject if parent else subject_name(charter.subject),
        authority_key_id=parent.key_id if parent else None,
        subject=charter.subject,
        public_key=key.public_key(),
        key_algorithm=charter.key_algorithm,
        signature_algorithm=signatures_of(signer)[0],
        validity=window(now=now, lifetime=charter.lifetime, backdate=_BACKDATE, issuer_not_before=begin),
        key_usages=_USAGES,
        basic_constraints=BasicConstraints(is_ca=True, path_length=charter.path_length),
        name_constraints=charter.name_constraints,
    )


def _refuse(charter: Charter, template: Template, *, now: datetime) -> None:
    parent = charter.parent
    if parent is not None:
        parent.ensure_active(now)
    found = lint.faults(template, issuer_validity=parent.validity if parent else None)
    found = (*found, *(parent.faults(template) if parent else ()))
    if found:
        raise Refused("the certificate authority would break rules of X.509", violations=found)


def _issuer(record: AuthorityRecord, certificate: Certificate, key: PrivateKey) -> Issuer:
    described = describe(certificate)
    return Issuer(
        id=record.id,
        project_id=record.project_id,
        state=record.state,
        certificate=certificate,
        signer=Signer(key, KeyAlgorithm[record.key_algorithm]),
        subject=certificate.subject,
        key_id=subject_key_id(key.public_key()),
        path_length=described.basic_constraints.path_length,
        validity=described.validity,
        certificate_pem=certificate_pem(certificate),
        chain_pem=record.chain,
        chain_without_root_pem=without_root(record.chain),
    )
