"""Puts each broken rule beside the field of the form that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from server.web.refusals import Broken
from server.web.ui.forms import errors_for
from server.web.ui.requests import entries
from server.web.ui.requests.allowed import Offer
from server.web.ui.requests.entries import Entry

_WHOLE = (
    entries.KEY_USAGES, entries.EXTENDED, entries.OIDS, entries.EXTENSIONS, entries.IS_CA,
)  # fmt: skip
"""Lists that are one field here: what is said of an entry of theirs stands beside the whole."""
_TIMES = ("attributes.validity", "attributes.lifetime", "attributes.not_after", "attributes.not_before")
_MESSAGE_RULES = {"ISSUE_KEY_PASSWORD": "key_password", "ISSUE_METADATA_KEYS_UNIQUE": "metadata[0].key"}
"""Rules of the contract on the whole message, and the field in which they are mended."""
_ENTRY = re.compile(r"(attributes\.alt_names|metadata)\[(\d+)\](\.\w+)?")


def beside(
    violations: Iterable[Broken], offer: Offer, entry: Entry
) -> tuple[tuple[Broken, ...], dict[str, list[str]]]:
    """The violations by the form's own fields (none for what is not in it), and their sentences a field."""
    there = _fields_of(offer, entry)
    folded = [replace(one, field=_folded(one)) for one in violations]
    placed = tuple(one if one.field in there else replace(one, field="") for one in folded)
    return placed, errors_for(one for one in placed if one.field)


def _folded(one: Broken) -> str:
    if not one.field or one.rule in _MESSAGE_RULES:
        return _MESSAGE_RULES.get(one.rule, "")
    if one.field in _TIMES:
        return entries.TTL
    if one.field == entries.PATH_LENGTH:
        return one.field
    if match := _ENTRY.fullmatch(one.field):
        last = match[3] or (".value" if match[1] != "metadata" else ".key")
        return f"{match[1]}[{match[2]}]{last}"
    if one.field == "attributes.alt_names":
        return "attributes.alt_names[0].value"
    return next((path for path in _WHOLE if one.field.startswith(path)), one.field)


def _fields_of(offer: Offer, entry: Entry) -> frozenset[str]:
    """The fields that the form has, as its template shows them."""
    found = {entries.TTL, "auto_renew", *(f"attributes.{each.name}" for each in offer.subject)}
    optional = {
        entries.KEY_USAGES: offer.key_usages.offered,
        entries.EXTENDED: offer.extended_key_usages.offered,
        entries.OIDS: offer.oids.offered or offer.oids.open,
        entries.EXTENSIONS: offer.extensions.offered or offer.extensions.open,
        entries.SIGNATURE: offer.signatures.offered,
        entries.IS_CA: offer.ca is not None,
        entries.PATH_LENGTH: offer.ca is not None,
    }
    found |= {path for path, shown in optional.items() if shown}
    found |= {"csr"} if entry.source == "csr" else {entries.KEY_ALGORITHM, "key_format", "key_password"}
    if offer.alt_names:
        rows = len(entry.names) + entry.rows
        found |= {f"attributes.alt_names[{n}].{part}" for n in range(rows) for part in ("type", "value")}
    rows = len(entry.labels) + entry.rows
    return frozenset(found | {f"metadata[{n}].{part}" for n in range(rows) for part in ("key", "value")})
