"""What a client asks for when it orders a profile or lists profiles, in the domain's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from server.errors import Violation
from server.store.records import ProfileRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileOrder:
    """What a profile is to be."""

    project_id: str
    ca_id: str
    policy_id: str
    slug: str
    disabled: bool = False
    document: bytes = field(repr=False)
    """The profile as its author wrote it, for the compiler and for answers."""
    faults: tuple[Violation, ...] = ()
    """What is wrong with its form, found where it was read; told together with everything else."""
    within: str = ""
    """Where the request holds the profile, as ``certificate_profile.``: begins the fields of errors."""

    def at(self, field_: str) -> str:
        """The path of a field of the profile in the request."""
        return f"{self.within}{field_}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileQuery:
    """Which profiles of a project are listed; what is empty or None does not matter."""

    project_id: str
    ca_id: str = ""
    policy_id: str = ""
    name: str = ""
    """A slug, with ``*`` for anything at either end."""
    disabled: bool | None = None

    @property
    def where(self) -> dict[str, object]:
        """The conditions on the rows, but for project and name."""
        wanted = {"ca_id": self.ca_id or None, "policy_id": self.policy_id or None, "disabled": self.disabled}
        return {name: value for name, value in wanted.items() if value is not None}


Revise = Callable[[ProfileRecord], ProfileOrder]
"""What a profile is to become, from what it is; may raise Invalid."""
