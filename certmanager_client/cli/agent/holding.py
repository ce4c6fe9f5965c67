"""What the agent has: the files in use, the keys that it knows, and what it remembers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from certmanager.v1.certificate_pb2 import Certificate, IssuedCertificate
from certmanager_client.cli.agent import keys
from certmanager_client.cli.agent.folder import Folder, Material
from certmanager_client.cli.agent.lines import Lines
from certmanager_client.cli.agent.ordering import as_told
from certmanager_client.cli.agent.state import Kind, Order, keep, load
from certmanager_client.cli.agent.verdict import fate


class Holding:
    """One certificate's files and memory. Raises OSError where the disk fails, FolderFault at the start."""

    def __init__(self, folder: Folder, *, lines: Lines, first_key: bytes = b"") -> None:
        self.folder = folder
        self._lines = lines
        self._first_key = first_key
        self.state = load(folder.state)
        self.is_lost = self._is_lost()
        """Whether the files in use are gone or damaged: there must be others."""

    @property
    def certificate(self) -> Certificate | None:
        """The one whose files are in use."""
        return self.state.certificate

    @property
    def order(self) -> Order | None:
        """What is under way."""
        return self.state.order

    @property
    def waiting_id(self) -> str:
        """The certificate request that somebody has to decide on; empty if there is none."""
        order = self.order
        return "" if order is None or order.kind is Kind.CLAIM else order.certificate_request_id

    def key_of(self, certificate: str) -> bytes:
        """The key here that a PEM certificate is for; empty if there is none."""
        present, order = self.folder.material(), self.order
        here = (present.key if present else b"", order.key if order else b"", self._first_key)
        return next((key for key in filter(None, here) if _is_for(key, certificate)), b"")

    def present_key(self) -> bytes:
        """The key in use; empty if there is none yet, or none any more."""
        present = None if self.is_lost else self.folder.material()
        return present.key if present else b""

    def use(self, issued: IssuedCertificate, key: bytes, *, anchor: str = "") -> None:
        """Put a certificate and its key into use; what was under way has come to its end."""
        present = self.folder.material()
        material = Material(
            key=key,
            certificate=issued.certificate,
            chain=issued.certificate_chain,
            anchor=anchor or (present.anchor if present else issued.issuing_ca_certificate),
        )
        place = self.folder.publish(issued.certificate_id, material)
        self.is_lost = False
        self.remember(certificate=as_told(issued), order=None, newest_id="", reload_owed=True)
        until = issued.not_after.ToJsonString()
        self._lines.info("new files are in use", id=issued.certificate_id, until=until, files=place)

    def note(self, held: Certificate, told: Certificate) -> None:
        """Take note of how the certificate in use is by now."""
        if told.HasField("revocation") and not held.HasField("revocation"):
            self._lines.warning("the certificate is revoked", id=told.id, then=fate(told).value)
        if told != held:
            self.remember(certificate=told)

    def under_way(self, order: Order) -> Order:
        """The order, remembered: it may be sent."""
        self.remember(order=order)
        return order

    def remember(self, **changed: Any) -> None:
        """Change what is remembered, here and on the disk."""
        state = replace(self.state, **changed)
        keep(self.folder.state, state)
        self.state = state

    def _is_lost(self) -> bool:
        if self.certificate is None or self.order is not None:  # an order ends with new files anyway
            return False
        present = self.folder.material()
        if present is not None and _is_for(present.key, present.certificate):
            return False
        self._lines.warning("the files in use are gone or damaged: they are replaced", id=self.certificate.id)
        return True


def _is_for(key: bytes, certificate: str) -> bool:
    """Whether they belong together; what cannot be read belongs to nothing."""
    try:
        return keys.belong_together(key, certificate)
    except keys.Unusable:
        return False
