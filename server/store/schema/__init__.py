"""The tables.

Foreign keys stand where a dangling reference would be an error for ever. The
rows of an issuance carry one each (to the authority, to the profile).

Every index costs every insert. One that begins with what many rows share and
goes on with the time-ordered id grows at a few places only, and is cheap; one
on a random value (a serial number, a fingerprint, a name) dirties a page a row,
which is why there are so few of those.
"""

from __future__ import annotations

from server.store.schema.issuing import (
    attempt,
    certificate,
    certificate_request,
    certificate_term,
    decision,
    held_secret,
)
from server.store.schema.naming import metadata
from server.store.schema.revoking import blocked_key, crl, crl_body, generation, responder
from server.store.schema.setup import authority, identity, meta, policy, profile, project, role_binding, token
from server.store.schema.telling import audit, change, revision_counter

__all__ = [
    "attempt",
    "audit",
    "authority",
    "blocked_key",
    "certificate",
    "certificate_request",
    "certificate_term",
    "change",
    "crl",
    "crl_body",
    "decision",
    "generation",
    "held_secret",
    "identity",
    "meta",
    "metadata",
    "policy",
    "profile",
    "project",
    "responder",
    "revision_counter",
    "role_binding",
    "token",
]
