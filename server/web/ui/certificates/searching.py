"""What the query string of the list looks for, and the request that finds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.datastructures import QueryParams

from certmanager.v1.certificate_pb2 import MetadataEntry
from certmanager.v1.certificate_service_pb2 import ListCertificatesRequest
from server.web.literals import UnknownLiteral
from server.web.refusals import Broken
from server.web.ui.editing.spans import read_span
from server.web.ui.words import enum_named, number_of

_SIZE: Final = 50
_FINGERPRINT: Final = re.compile(r"[0-9a-fA-F]{2}(:?[0-9a-fA-F]{2}){31}")
_SERIAL: Final = re.compile(
    r"0[xX][0-9a-fA-F]{1,40}"
    r"|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){8,19}"  # fewer pairs could be an IP address of version 6
    r"|[0-9a-fA-F]{16,40}"
)
_KEYS: Final = ("q", "state", "expires", "renewal", "profile", "ca", "mine", "metadata")
_SHOWN_AS: Final = {
    "name": "q",
    "serial_number": "q",
    "fingerprint_sha256": "q",
    "profile_id": "profile",
    "ca_id": "ca",
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, as it was typed."""

    said: dict[str, str] = field(default_factory=dict)
    """What the filters say, by their names; those that say nothing are not in it."""
    page: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Search:
        """What a query string says; the last of several counts."""
        said = {key: query.get(key, "").strip() for key in _KEYS}
        return cls({key: value for key, value in said.items() if value}, query.get("page", ""))

    def get(self, key: str) -> str:
        """What a filter says; nothing if it is not used."""
        return self.said.get(key, "")

    def query(self, **changed: str) -> str:
        """The query string of this search with some filters changed, on its first page unless told."""
        merged = {key: value for key, value in (self.said | changed).items() if value}
        return f"?{urlencode(merged)}" if merged else "?"


def kind_of(typed: str) -> str:
    """What somebody typed into the search box: the field of the request that it is for."""
    if _FINGERPRINT.fullmatch(typed):
        return "fingerprint_sha256"
    return "serial_number" if _SERIAL.fullmatch(typed) else "name"


def request_of(
    search: Search, *, project_id: str, me: str, now: datetime
) -> tuple[ListCertificatesRequest, tuple[Broken, ...]]:
    """The request for one page, and what is wrong with the filters."""
    asked = ListCertificatesRequest(
        project_id=project_id,
        page_size=_SIZE,
        page_token=search.page,
        profile_id=search.get("profile"),
        ca_id=search.get("ca"),
        requester_identity_id=me if search.get("mine") else "",
    )
    if typed := search.get("q"):
        setattr(asked, kind_of(typed), typed)
    broken = []
    for key, fill in _FILLED.items():
        try:
            if text := search.get(key):
                fill(asked, text, now)
        except ValueError as error:
            broken.append(Broken(key, "FILTER_MALFORMED", str(error)))
    return asked, tuple(broken)


def shown_as(path: str) -> str:
    """The filter that a field of the request is filled from."""
    return _SHOWN_AS.get(path.partition("[")[0], path)


def _state(asked: ListCertificatesRequest, text: str, _: datetime) -> None:
    asked.states.append(_member("CertificateState", text))


def _renewal(asked: ListCertificatesRequest, text: str, _: datetime) -> None:
    asked.renewal_states.append(_member("RenewalState", text))


def _expires(asked: ListCertificatesRequest, text: str, now: datetime) -> None:
    """Those that end within a time from now: the ones that have ended already are not to be told again."""
    try:
        until = now + read_span(text).ToTimedelta()
    except OverflowError:
        raise ValueError("write a shorter time, as 90d") from None
    asked.expires_after.CopyFrom(_stamp(now))
    asked.expires_before.CopyFrom(_stamp(until))


def _metadata(asked: ListCertificatesRequest, text: str, _: datetime) -> None:
    """Labels, one after the other with commas between them."""
    for part in text.split(","):
        key, equals, value = part.strip().partition("=")
        if not equals:
            raise ValueError("write a label as key=value, several with commas between them")
        asked.metadata.append(MetadataEntry(key=key.strip(), value=value.strip()))


def _member(enum: str, text: str) -> Any:
    number = number_of(enum_named(enum), text)
    if not number:
        raise UnknownLiteral("is none of the choices")
    return number


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


_FILLED: Final = {"state": _state, "renewal": _renewal, "expires": _expires, "metadata": _metadata}
