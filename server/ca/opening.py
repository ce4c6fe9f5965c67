"""From the stored record of a CA to the issuer that it is."""

from __future__ import annotations

from server.ca.cakey import CAKey
from server.ca.issuer import Issuer
from server.ca.places import Places
from server.pki.certificate import Certificate, subject_key_id
from server.pki.chain import Chain, path_length_of, purposes_of, restrictions_of, validity_of
from server.pki.describe import describe
from server.pki.keys import PrivateKey
from server.pki.pem import certificate_pem, stored_certificates, without_root
from server.store.records import AuthorityRecord, CRLRecord


def key_id_of(certificate: Certificate, key: PrivateKey) -> bytes:
    """An outside CA may have chosen the identifier by a method of its own (RFC 5280, 4.2.1.2)."""
    told = describe(certificate).subject_key_id
    return subject_key_id(key.public_key()) if told is None else told


def issuer_of(record: AuthorityRecord, own: CAKey, *, crls: tuple[CRLRecord, ...], places: Places) -> Issuer:
    """The issuer that a record with its opened key is; ``crls`` are those of the key, by shard."""
    chain: Chain = (own.certificate, *stored_certificates(record.chain)[1:])
    return Issuer(
        id=record.id,
        project_id=record.project_id,
        state=record.state,
        certificate=own.certificate,
        signer=own.signer,
        subject=own.certificate.subject,
        key_id=own.key_id,
        path_length=path_length_of(chain),
        restrictions=restrictions_of(chain),
        purposes=purposes_of(chain),
        chain_length=len(chain),
        validity=validity_of(chain),
        generation=record.generation,
        key_generation=record.key_generation,
        crls=crls,
        places=places,
        certificate_pem=certificate_pem(own.certificate),
        chain_pem=record.chain,
        chain_without_root_pem=without_root(record.chain),
    )
