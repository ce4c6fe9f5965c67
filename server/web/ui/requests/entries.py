"""What somebody has entered in the form of a request: kept while it is wrong, and made into an order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import FormData

from server.web import literals
from server.web.ui.requests.allowed import SUBJECT_NAMES, Offer
from server.web.ui.words import enum_named

TTL: Final = "attributes.ttl"
EXTENSIONS: Final = "attributes.custom_extensions"
KEY_USAGES: Final = "attributes.key_usages"
EXTENDED: Final = "attributes.extended_key_usages"
OIDS: Final = "attributes.extended_key_usage_oids"
IS_CA: Final = "attributes.basic_constraints"
PATH_LENGTH: Final = "attributes.basic_constraints.path_length"
KEY_ALGORITHM: Final = "attributes.key_algorithm"
SIGNATURE: Final = "attributes.signature_algorithm"

_TEXTS: Final = (
    *(f"attributes.{name}" for name in SUBJECT_NAMES),
    TTL, EXTENSIONS, IS_CA, PATH_LENGTH, KEY_ALGORITHM, SIGNATURE, "csr", "key_format", "auto_renew",
)  # fmt: skip
_CHOICES: Final = (KEY_USAGES, EXTENDED, OIDS)
_ROW: Final = re.compile(r"(?:attributes\.alt_names|metadata)\[(\d{1,3})\]\.\w+")
_MORE_ROWS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The form's fields by their paths in the request. Passwords are never kept."""

    source: str = "generated"
    """Whose key: ``generated`` or ``csr``."""
    texts: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()
    """Kind and value of each alternative name."""
    labels: tuple[tuple[str, str], ...] = ()
    password: str = field(default="", repr=False)
    rows: int = _MORE_ROWS
    """How many empty rows stand below those that are filled in."""

    def text(self, path: str) -> str:
        """What stands in a field."""
        return self.texts.get(path, "")


def fresh(offer: Offer, *, source: str = "") -> Entry:
    """An empty form, with what is required chosen in advance."""
    usages, extended = enum_named("KeyUsage"), enum_named("ExtendedKeyUsage")
    return Entry(
        source=source if offer.generated and source else ("generated" if offer.generated else "csr"),
        texts={IS_CA: "true"} if offer.ca and offer.ca.required else {},
        chosen={
            KEY_USAGES: tuple(literals.spelling(usages, each) for each in offer.key_usages.at_first),
            EXTENDED: tuple(literals.spelling(extended, each) for each in offer.extended_key_usages.at_first),
            OIDS: offer.oids.at_first,
        },
    )


async def entered(form: FormData) -> Entry:
    """What a form says. A file of a CSR wins over its text."""
    texts = {path: _text(form, path) for path in _TEXTS}
    file = form.get("csr_file")
    if file is not None and not isinstance(file, str) and file.size:
        texts["csr"] = (await file.read()).decode("ascii", "replace").strip()
    return Entry(
        source="csr" if _text(form, "source") == "csr" else "generated",
        texts=texts,
        chosen={path: _chosen(form, path) for path in _CHOICES},
        names=tuple(_rows(form, "attributes.alt_names", ("type", "value"))),
        labels=tuple(_rows(form, "metadata", ("key", "value"))),
        password=str(form.get("key_password", "")),
        rows=_MORE_ROWS,
    )


def _chosen(form: FormData, path: str) -> tuple[str, ...]:
    """The checked values; free text may name more than one."""
    words = (word for each in form.getlist(path) if isinstance(each, str) for word in each.split())
    return tuple(dict.fromkeys(words))


def _rows(form: FormData, path: str, parts: tuple[str, str]) -> Iterable[tuple[str, str]]:
    """The rows with something in them, so that they are numbered as the request numbers them."""
    for index in sorted(_indices(form, path)):
        first, second = (_text(form, f"{path}[{index}].{part}") for part in parts)
        if second or (first and parts[0] != "type"):
            yield first, second


def _indices(form: FormData, path: str) -> set[int]:
    found = (_ROW.fullmatch(key) for key in form if key.startswith(path))
    return {int(match[1]) for match in found if match}


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
