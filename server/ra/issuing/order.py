"""What a client asks for: an order, in the domain's words, judged by nobody yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.errors import Violation
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.names import AltNameType
from server.pki.subjects import SubjectAttribute
from server.pki.template import BasicConstraints, CustomExtension
from server.pki.usages import KeyUsage
from server.ra.keys.delivery import InClear, Wish


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a certificate is to contain, as asked for by a request or as a profile's defaults.

    ``None``, an absent key or an empty tuple means that nothing was said; the
    next in line (request, profile, policy) then decides.
    """

    subject: Mapping[SubjectAttribute, str] = field(default_factory=dict)
    """An empty value says that the attribute is to be absent."""
    alt_names: tuple[tuple[AltNameType, str], ...] = ()
    """As written by the client; not canonical, perhaps not even a name."""
    key_usages: frozenset[KeyUsage] | None = None
    extended_key_usages: tuple[str, ...] | None = None
    """Dotted OIDs."""
    key_algorithm: KeyAlgorithm | None = None
    signature_algorithm: SignatureAlgorithm | None = None
    lifetime: timedelta | None = None
    lifetime_field: str = "ttl"
    """Which field of the attributes said the lifetime, for violations."""
    not_after: datetime | None = None
    not_before: datetime | None = None
    basic_constraints: BasicConstraints | None = None
    custom_extensions: tuple[CustomExtension, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request for one certificate against a profile."""

    profile_id: str
    csr: str | bytes | None = field(default=None, repr=False)
    """PEM text or DER; None asks the server to make the key."""
    csr_field: str = "csr"
    """Which field of the request held it, for violations."""
    delivery: Wish = field(default_factory=InClear)
    """How the key is to be handed out that the server makes."""
    attributes: Attributes = Attributes()
    metadata: tuple[tuple[str, str], ...] = ()
    auto_renew: bool | None = None
    """None: as the profile says, or as the certificate that it renews."""
    renews: bool = False
    """Whether the attributes are those of a certificate that it renews: a CSR then adds its key alone."""
    document: bytes = field(default=b"", repr=False)
    """The request as it came, kept with its record; without passwords."""
    faults: tuple[Violation, ...] = ()
    """What is wrong with its form, found where it was read; told together with everything else."""
