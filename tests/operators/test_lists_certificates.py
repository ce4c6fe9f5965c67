"""ListCertificates over the wire: its filters, its views, its pages, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import certificate_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from server.store import CertificateRecord, Unit, Update
from tests.operators.listing import issued, listed, names, open_profile
from tests.serving import Live


@dataclass(frozen=True, slots=True)
class Stock:
    """Four certificates: of two profiles and CAs; one revoked, one expired and renewed, one to be renewed."""

    web: Any
    mail: Any
    old: Any
    gone: Any


@pytest.fixture
async def stock(live: Live) -> Stock:
    profile = await open_profile(live)
    other = await open_profile(live, ca_id=live.ids["rsa_ca_id"])
    mail_names = [
        certificate_pb2.AltName(type=x509_pb2.ALT_NAME_TYPE_EMAIL, value="Post@Example.net"),
        certificate_pb2.AltName(type=x509_pb2.ALT_NAME_TYPE_IP, value="192.0.2.7"),
    ]
    stock = Stock(
        web=await issued(live, profile, "web.example.com"),
        mail=await issued(live, other, "mail.example.net", alt_names=mail_names),
        old=await issued(live, profile, "old.example.com"),
        gone=await issued(live, profile, "gone.example.com"),
    )
    now = live.clock()
    changes: dict[str, dict[str, object]] = {
        stock.old.certificate_id: {
            "not_after": now - timedelta(days=1),
            "renewed_by_id": stock.web.certificate_id,
        },
        stock.gone.certificate_id: {"revoked_at": now, "revocation_reason": "SUPERSEDED"},
        stock.mail.certificate_id: {"auto_renewal_enabled": True, "renews_at": now},
    }
    writes = tuple(Update(CertificateRecord, {"id": id_}, values) for id_, values in changes.items())
    await live.app.store.commit(Unit(writes))
    return stock


def _at(live: Live, days: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(live.clock() + timedelta(days=days))
    return stamp


_State = certificate_pb2.CertificateState
_Renewal = certificate_pb2.RenewalState

FILTERS: dict[str, tuple[Callable[[Live, Stock], dict[str, Any]], str]] = {
    "none": (lambda live, s: {}, "gone old mail web"),
    "project": (lambda live, s: {"project_id": live.ids["project_id"].upper()}, "gone old mail web"),
    "profile": (lambda live, s: {"profile_id": s.mail.profile_id}, "mail"),
    "ca": (lambda live, s: {"ca_id": live.ids["rsa_ca_id"]}, "mail"),
    "active": (lambda live, s: {"states": ["CERTIFICATE_STATE_ACTIVE"]}, "mail web"),
    "expired": (lambda live, s: {"states": ["CERTIFICATE_STATE_EXPIRED"]}, "old"),
    "revoked": (lambda live, s: {"states": ["CERTIFICATE_STATE_REVOKED"]}, "gone"),
    "two states": (
        lambda live, s: {"states": ["CERTIFICATE_STATE_EXPIRED", "CERTIFICATE_STATE_REVOKED"]},
        "gone old",
    ),
    "name": (lambda live, s: {"name": "WEB.example.com"}, "web"),
    "alternative name": (lambda live, s: {"name": "post@example.net"}, "mail"),
    "address": (lambda live, s: {"name": "192.0.2.7"}, "mail"),
    "begin of a name": (lambda live, s: {"name": "192.0.2.*"}, "mail"),
    "end of a name": (lambda live, s: {"name": "*.example.com"}, "gone old web"),
    "end of an alternative name": (lambda live, s: {"name": "*@example.net"}, "mail"),
    "middle of a name": (lambda live, s: {"name": "*L.exam*"}, "mail"),
    "any name": (lambda live, s: {"name": "*"}, "gone old mail web"),
    "no such name": (lambda live, s: {"name": "example.com"}, ""),
    "signs of SQL": (lambda live, s: {"name": "%.example.com"}, ""),
    "serial": (lambda live, s: {"serial_number": s.web.serial_number}, "web"),
    "serial as people write it": (
        lambda live, s: {"serial_number": f"0X{s.web.serial_number.upper()}", "ca_id": s.web.ca_id},
        "web",
    ),
    "serial of another CA": (
        lambda live, s: {"serial_number": s.web.serial_number, "ca_id": s.mail.ca_id},
        "",
    ),
    "fingerprint": (lambda live, s: {"fingerprint_sha256": s.web.fingerprint_sha256}, "web"),
    "fingerprint as people write it": (
        lambda live, s: {"fingerprint_sha256": _colons(s.web.fingerprint_sha256.upper())},
        "web",
    ),
    "lineage": (lambda live, s: {"lineage_id": s.web.lineage_id}, "web"),
    "expires before": (lambda live, s: {"expires_before": _at(live, 1)}, "old"),
    "expires after": (lambda live, s: {"expires_after": _at(live, 1)}, "gone mail web"),
    "expires between": (
        lambda live, s: {"expires_after": _at(live, -3), "expires_before": _at(live, 5)},
        "old",
    ),
    "label": (lambda live, s: {"metadata": [{"key": "env", "value": "old"}]}, "old"),
    "two labels": (
        lambda live, s: {"metadata": [{"key": "env", "value": "old"}, {"key": "x", "value": ""}]},
        "",
    ),
    "renewed": (lambda live, s: {"renewal_states": ["RENEWAL_STATE_RENEWED"]}, "old"),
    "to be renewed": (lambda live, s: {"renewal_states": ["RENEWAL_STATE_SCHEDULED"]}, "mail"),
    "not to be renewed": (lambda live, s: {"renewal_states": ["RENEWAL_STATE_OFF"]}, "gone web"),
    "in no such state": (lambda live, s: {"renewal_states": ["RENEWAL_STATE_FAILING"]}, ""),
    "all together": (
        lambda live, s: {
            "project_id": live.ids["project_id"],
            "profile_id": s.web.profile_id,
            "ca_id": s.web.ca_id,
            "requester_identity_id": s.web.requester_identity_id,
            "states": ["CERTIFICATE_STATE_ACTIVE"],
            "name": "*.example.com",
            "serial_number": s.web.serial_number,
            "fingerprint_sha256": s.web.fingerprint_sha256,
            "lineage_id": s.web.lineage_id,
            "expires_after": _at(live, 1),
            "metadata": [{"key": "env", "value": "web"}],
            "renewal_states": ["RENEWAL_STATE_OFF"],
        },
        "web",
    ),
}


def _colons(digits: str) -> str:
    return ":".join(digits[n : n + 2] for n in range(0, len(digits), 2))


async def test_filters(live: Live, stock: Stock) -> None:
    """Each filter finds what it should, newest first, and nothing else."""
    wrong = {}
    for name, (filters, expected) in FILTERS.items():
        found = [one.partition(".")[0] for one in await names(live, **filters(live, stock))]
        if found != expected.split():
            wrong[name] = found
    assert wrong == {}


async def test_state_and_renewal_are_told_as_they_were_filtered(live: Live, stock: Stock) -> None:
    found = {one.common_name.partition(".")[0]: one for one in await listed(live)}
    assert {
        name: _State.Name(one.state).removeprefix("CERTIFICATE_STATE_") for name, one in found.items()
    } == {
        "web": "ACTIVE",
        "mail": "ACTIVE",
        "old": "EXPIRED",
        "gone": "REVOKED",
    }
    assert {name: _Renewal.Name(one.auto_renewal.state) for name, one in found.items()} == {
        "web": "RENEWAL_STATE_OFF",
        "mail": "RENEWAL_STATE_SCHEDULED",
        "old": "RENEWAL_STATE_RENEWED",
        "gone": "RENEWAL_STATE_OFF",
    }


async def test_list_is_basic_unless_full_is_asked_for(live: Live, stock: Stock) -> None:
    """The PEM fields stand in the full view only, and are then those of GetCertificate."""
    (basic,) = await listed(live, name="web.example.com")
    (full,) = await listed(live, name="web.example.com", view="CERTIFICATE_VIEW_FULL")
    request = messages.GetCertificateRequest(certificate_id=full.id)
    got = (await live.call(live.certificates.GetCertificate, request)).certificate
    assert full == got
    assert full.certificate_chain
    for field in ("certificate", "certificate_chain", "issuing_ca_certificate"):
        full.ClearField(field)
    assert basic == full


async def test_pages_cover_the_list_once(live: Live, stock: Stock) -> None:
    assert await names(live, page_size=1) == [
        "gone.example.com", "old.example.com", "mail.example.net", "web.example.com"
    ]  # fmt: skip


OTHER_QUERIES: dict[str, dict[str, Any]] = {
    "filter": {"name": "*.com"},
    "view": {"view": "CERTIFICATE_VIEW_FULL"},
    "project": {"project_id": new_id()},
}


@pytest.mark.parametrize("change", OTHER_QUERIES)
async def test_token_of_another_query_is_refused(live: Live, stock: Stock, change: str) -> None:
    request = messages.ListCertificatesRequest(page_size=1)
    token = (await live.call(live.certificates.ListCertificates, request)).next_page_token
    other = messages.ListCertificatesRequest(page_token=token, **OTHER_QUERIES[change])
    failure = await live.refused(live.certificates.ListCertificates, other)
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")


MALFORMED: dict[str, tuple[dict[str, Any], str]] = {
    "name": ({"name": "a\0b"}, "name"),
    "label": ({"metadata": [{"key": "a", "value": "\0"}]}, "metadata[0].value"),
    "serial": ({"serial_number": "0"}, "serial_number"),
    "long serial": ({"serial_number": "ff" * 21}, "serial_number"),
    "time": ({"expires_after": Timestamp(seconds=10**15)}, "expires_after"),
    "window": ({"expires_after": Timestamp(seconds=2), "expires_before": Timestamp(seconds=1)}, ""),
    "state": ({"states": [77]}, "states[0]"),
    "fingerprint": ({"fingerprint_sha256": "ab"}, "fingerprint_sha256"),
    "size": ({"page_size": -1}, "page_size"),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_what_cannot_be_read_is_refused(sqlite_live: Live, name: str) -> None:
    filters, field = MALFORMED[name]
    request = messages.ListCertificatesRequest(**filters)
    failure = await sqlite_live.refused(sqlite_live.certificates.ListCertificates, request)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert field in failure.fields


async def test_everybody_sees_what_is_theirs(live: Live, stock: Stock) -> None:
    """Requesters their own, viewers their projects, strangers nothing; whether a project is named or not."""
    first, second = live.ids["project_id"], await live.project("second")
    ca_id = await live.authority(project_id=second, parent=None)
    profile = await open_profile(live, project_id=second, ca_id=ca_id)
    theirs = await open_profile(live)
    requester = await live.token("requester", roles={first: "REQUESTER", second: "VIEWER"})
    viewer = await live.token("viewer", roles={first: "VIEWER"})
    stranger = await live.token("stranger", roles={second: "VIEWER"})
    await issued(live, profile, "second.example.com")
    own = await issued(live, theirs, "own.example.com", token=requester)
    seen = {
        token: [one.partition(".")[0] for one in await names(live, token=token)]
        for token in (live.owner, requester, viewer, stranger)
    }
    assert seen == {
        live.owner: ["own", "second", "gone", "old", "mail", "web"],
        requester: ["own", "second"],
        viewer: ["own", "gone", "old", "mail", "web"],
        stranger: ["second"],
    }
    assert await names(live, token=requester, project_id=first) == ["own.example.com"]
    assert await names(live, token=requester, serial_number=stock.web.serial_number) == []
    assert await names(live, token=viewer, requester_identity_id=own.requester_identity_id) == [
        "own.example.com"
    ]


async def test_foreign_project_is_not_there(live: Live) -> None:
    stranger = await live.token("stranger", roles={await live.project("second"): "VIEWER"})
    request = messages.ListCertificatesRequest(project_id=live.ids["project_id"])
    failure = await live.refused(live.certificates.ListCertificates, request, token=stranger)
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
