"""What was said of a certificate's renewal beyond its profile, and what its successors inherit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalTerms:
    """The terms of one certificate; what is None is as the profile says."""

    wanted: bool | None = None
    """Whether the server is to renew it."""
    switched: bool = False
    """Whether ``wanted`` was said of the certificate itself, and not by its request."""
    before: timedelta | None = None
    """How long before the end it is due; excludes ``percent``."""
    percent: int | None = None
    """At how many percent of the lifetime left it is due."""

    def asked(self, auto_renew: bool | None) -> Self:  # noqa: FBT001 - the contract's three-valued field
        """With what a request says; None says nothing."""
        return self if auto_renew is None else replace(self, wanted=auto_renew, switched=False)

    def snapshot(self) -> Mapping[str, object]:
        """As they are kept with the certificate; only what was said."""
        said: dict[str, object] = {}
        if self.wanted is not None:
            said["wanted"] = self.wanted
        if self.switched:
            said["switched"] = True
        if self.before is not None:
            said["before"] = int(self.before.total_seconds())
        if self.percent is not None:
            said["percent"] = self.percent
        return said

    @classmethod
    def of(cls, snapshot: Mapping[str, Any]) -> Self:
        """The terms of a snapshot."""
        before = snapshot.get("before")
        return cls(
            wanted=snapshot.get("wanted"),
            switched=bool(snapshot.get("switched", False)),
            before=None if before is None else timedelta(seconds=before),
            percent=snapshot.get("percent"),
        )
