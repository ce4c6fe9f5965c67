"""Which files an issuance writes, and what goes into each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from certmanager.v1.certificate_service_pb2 import IssueCertificateResponse
from certmanager_client.cli.issuing.options import Delivery, KeyForm
from certmanager_client.cli.sealing.document import SealedKey
from certmanager_client.cli.terminal.writing import FileFault, Place

HINT = "--force replaces what is there"
"""What helps where files are there already."""

_UNFIT = re.compile(r"[^A-Za-z0-9._@-]+")
_LONGEST = 100
"""Characters that a file's name takes from a certificate's; with an ending it must stay below 255."""


class Part(Enum):
    """What a file holds: its name in answers, and its ending."""

    KEY = ("privateKey", ".key")
    PKCS12 = ("pkcs12", ".p12")
    SEALED = ("sealedPrivateKey", ".sealed.json")
    CERTIFICATE = ("certificate", ".crt")
    CHAIN = ("certificateChain", ".chain.crt")
    FULLCHAIN = ("fullChain", ".fullchain.crt")

    @property
    def told(self) -> str:
        """Its name in answers."""
        return self.value[0]

    @property
    def secret(self) -> bool:
        """Whether it is for its owner only."""
        return self in {Part.KEY, Part.PKCS12, Part.SEALED}

    def content(self, answer: IssueCertificateResponse) -> bytes:
        """What of an answer it is; empty if there is none."""
        issued = answer.certificate
        match self:
            case Part.KEY:
                return issued.private_key.encode()
            case Part.PKCS12:
                return issued.pkcs12
            case Part.SEALED:
                return _sealed(answer)
            case Part.CERTIFICATE:
                return issued.certificate.encode()
            case Part.CHAIN:
                return issued.certificate_chain.encode()
            case Part.FULLCHAIN:
                return (issued.certificate + issued.certificate_chain).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What the caller said of files."""

    directory: Path | None
    stem: str
    named: dict[Part, Path]
    key: Part | None
    """How the private key comes; None where the caller has it."""
    replace: bool
    otherwise: Part | None = None
    """How else it may come, where only the answer tells; under the same name, if one was said."""

    def places(self) -> dict[Part, Place]:
        """The files, the private key's first. Raises FileFault for what contradicts itself."""
        wanted = dict(self._paths())
        if self.key is not None and self.key not in wanted:
            raise FileFault(
                "the private key is shown once only: say with --key-out or --out-dir where it goes"
            )
        if self._clash(wanted):
            raise FileFault("two files have the same name")
        return {
            part: Place(wanted[part], secret=part.secret, replace=self.replace)
            for part in Part
            if part in wanted
        }

    def without_key(self) -> Outputs:
        """The same where the caller has the key already."""
        return replace(self, key=None)

    def make_directory(self) -> None:
        """Make the directory if it is not there. Raises FileFault."""
        if self.directory is None:
            return
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileFault(f"cannot make {self.directory}: {error.strerror}") from None

    def _paths(self) -> Iterator[tuple[Part, Path]]:
        directory = self.directory or (None if self.named else Path())
        if directory is not None:
            for part in filter(None, (*self._forms(), Part.CERTIFICATE, Part.CHAIN)):
                yield part, directory / f"{self.stem}{part.value[1]}"
        yield from self.named.items()
        if self.otherwise is not None and self.key in self.named:
            yield self.otherwise, self.named[self.key]

    def _clash(self, wanted: Mapping[Part, Path]) -> bool:
        """Whether two files that one answer may fill are the same."""
        for absent in self._forms():
            found = [path.absolute() for part, path in wanted.items() if part is not absent]
            if len(set(found)) < len(found):
                return True
        return False

    def _forms(self) -> tuple[Part | None, ...]:
        """The forms of the private key, of which an answer has one."""
        return (self.otherwise, self.key)


def outputs(
    said: Delivery, *names: str | None, key: Part | None = None, otherwise: Part | None = None
) -> Outputs:
    """What a command's options say of files; without --name they are named after the first name there is.

    ``key`` is the form of the private key, if it is not that of --key-format alone.
    """
    key = key or (Part.PKCS12 if said.key_format is KeyForm.PKCS12 else Part.KEY)
    named = {
        key: said.key_out,
        Part.CERTIFICATE: said.cert_out,
        Part.CHAIN: said.chain_out,
        Part.FULLCHAIN: said.fullchain_out,
    }
    return Outputs(
        directory=said.out_dir,
        stem=stem(said.name, *names),
        named={part: path for part, path in named.items() if path is not None},
        key=key,
        replace=said.force,
        otherwise=otherwise,
    )


def _sealed(answer: IssueCertificateResponse) -> bytes:
    if not answer.certificate.HasField("sealed_private_key"):
        return b""
    sealed = answer.certificate.sealed_private_key
    return SealedKey(sealed.kem, sealed.enc, sealed.ciphertext, answer.certificate_request_id).dump()


def stem(*candidates: str | None) -> str:
    """A file's name from the first text there is; a wildcard is spelled out."""
    text = next(filter(None, candidates), "certificate")
    fit = _UNFIT.sub("-", text.replace("*", "wildcard")).strip(".-")
    return fit[:_LONGEST] or "certificate"
