"""What a client asks for when it orders a CA, in the domain's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from server.errors import Violation
from server.pki.names import AltNameType
from server.ra.issuing.order import Attributes

Named: TypeAlias = tuple[AltNameType, str]
"""A type and a text, as written by the client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityOrder:
    """A request for a new CA, judged by nobody yet."""

    project_id: str
    type: str
    """ROOT or INTERMEDIATE."""
    parent_id: str = ""
    """Empty for a root, and for an intermediate that an outside CA signs."""
    name: str = ""
    attributes: Attributes = field(default_factory=Attributes)
    name_constraints: Mapping[str, tuple[Named, ...]] | None = None
    """``permitted`` and ``excluded``, as written by the client."""
    crl_shards: int = 0
    crl_validity: timedelta | None = None
    faults: tuple[Violation, ...] = ()
    """What is wrong with its form, found where it was read."""

    @property
    def is_signed_outside(self) -> bool:
        """Whether the CA is to ask an outside CA for its certificate."""
        return self.type != "ROOT" and not self.parent_id
