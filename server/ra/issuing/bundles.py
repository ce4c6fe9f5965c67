"""Certificates with their chains as files, without any key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from server.errors import not_found
from server.pki.bundle import chain_of, pem_file, pkcs7_file
from server.ra.issuing.certificates import Found
from server.ra.setup.generations import generation_of
from server.store.records import CertificateRecord
from server.store.store import Store

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 64


class BundleForm(Enum):
    """The forms of a file."""

    PEM = "PEM"
    DER = "DER"
    PKCS7 = "PKCS7"


_MEDIA_TYPES: Final = {
    BundleForm.PEM: "application/pem-certificate-chain",  # RFC 8555, 9.1
    BundleForm.DER: "application/pkix-cert",  # RFC 2585, 4.1
    BundleForm.PKCS7: "application/pkcs7-mime",  # RFC 8551, 3.2
}
_ENDINGS: Final = {BundleForm.PEM: "pem", BundleForm.DER: "cer", BundleForm.PKCS7: "p7b"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file."""

    content: bytes = field(repr=False)
    media_type: str
    name: str


class Bundles:
    """Makes files of certificates."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, found: Found, form: BundleForm, *, include_root: bool) -> Bundle:
        """The file of a certificate whose reader was let in.

        The chain is that of the CA's generation that signed it, and all of it: what a
        profile leaves out of answers was not asked for. DER holds no chain.
        """
        record, content = found.record, found.record.der
        if form is not BundleForm.DER:
            certificates = (record.der, *await self._chain(record, include_root=include_root))
            content = _written(certificates, form)
        return Bundle(content, _MEDIA_TYPES[form], f"{_stem(record)}.{_ENDINGS[form]}")

    async def _chain(self, record: CertificateRecord, *, include_root: bool) -> Sequence[bytes]:
        issuer = await generation_of(self._store, record.ca_id, record.ca_generation)
        if issuer is None:
            raise not_found("CertificateAuthority", record.ca_id)
        return chain_of(issuer.chain, with_root=include_root)


def _written(certificates: Sequence[bytes], form: BundleForm) -> bytes:
    return pem_file(certificates) if form is BundleForm.PEM else pkcs7_file(certificates)


def _stem(record: CertificateRecord) -> str:
    """The common name as a file may be called on any system; else the serial number."""
    name = (record.common_name or "").replace("*", "wildcard")
    return _UNSAFE.sub("_", name)[:_LONGEST_NAME].strip("._-") or record.serial
