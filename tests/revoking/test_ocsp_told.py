"""Answers that are given again are bounded in octets, and forgotten once their certificate changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.pki.ocsp import Standing
from server.pki.ocsp_request import IssuerID, Question
from server.ra.revoking.told import OCSPAnswer, Told

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def question(serial: int, digest: str = "sha1") -> Question:
    return Question(IssuerID(digest, b"n" * 20, b"k" * 20), serial)


def answer(size: int = 10) -> OCSPAnswer:
    return OCSPAnswer(bytes(size), "", Standing.GOOD, NOW, NOW + HOUR)


def test_what_was_kept_is_found() -> None:
    told, kept = Told(), answer()
    told.keep(question(1), "a", kept)
    assert told.find(question(1), NOW) is kept
    assert told.find(question(2), NOW) is None
    assert told.hits == 1


def test_it_is_found_for_half_of_its_validity() -> None:
    told = Told()
    told.keep(question(1), "a", answer())
    assert told.find(question(1), NOW + HOUR / 2 - timedelta(seconds=1))
    assert told.find(question(1), NOW + HOUR / 2) is None
    assert len(told) == 0


def test_a_change_forgets_all_about_a_certificate() -> None:
    """However it was asked about; and nothing about others."""
    told = Told()
    for digest in ("sha1", "sha256"):
        told.keep(question(1, digest), "a", answer())
    told.keep(question(2), "b", answer())
    told.drop({"a", "nobody"})
    assert [told.find(question(n), NOW) is not None for n in (1, 2)] == [False, True]
    assert len(told) == 1


def test_the_longest_unused_makes_room() -> None:
    told = Told(most=30)
    for serial in (1, 2, 3):
        told.keep(question(serial), str(serial), answer())
    assert told.find(question(1), NOW)
    told.keep(question(4), "4", answer())
    assert [told.find(question(n), NOW) is not None for n in (1, 2, 3, 4)] == [True, False, True, True]


def test_one_that_is_kept_again_takes_its_own_room() -> None:
    told = Told(most=20)
    told.keep(question(2), "b", answer())
    for _ in range(5):
        told.keep(question(1), "a", answer())
    assert len(told) == 2


def test_what_is_greater_than_all_room_is_not_kept() -> None:
    told = Told(most=5)
    told.keep(question(1), "a", answer())
    assert len(told) == 0
    told.drop({"a"})
