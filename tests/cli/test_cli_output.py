"""What commands write: for people at a terminal, for people in a pipe, for scripts."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator

import pytest

from certmanager.v1.access_pb2 import AuditEvent, Identity
from certmanager.v1.access_service_pb2 import GetIdentityResponse, ListIdentitiesResponse
from certmanager_client.cli.terminal import options
from certmanager_client.cli.terminal.output import Column, say, show_one, show_rows

COLUMNS = (Column("NAME", "name"), Column("KIND", "kind"), Column("CREATED", "created_at"))
ALICE = Identity(id="1", name="alice", kind="IDENTITY_KIND_PERSON", created_at={"seconds": 0, "nanos": 5000})
BOT = Identity(
    id="2", name="a-bot-with-a-name", kind="IDENTITY_KIND_SERVICE", description="ends \x1b[31m\nred"
)
ANSWER = ListIdentitiesResponse(identities=[ALICE, BOT])

STYLE = re.compile("\x1b\\[[0-9;]*m")
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def unsaid() -> Iterator[None]:
    options.forget()
    yield
    options.forget()


def test_a_list_in_a_pipe_is_aligned(capsys: Captured) -> None:
    show_rows(ANSWER, ANSWER.identities, COLUMNS)
    assert capsys.readouterr().out.splitlines() == [
        "NAME               KIND     CREATED",
        "alice              person   1970-01-01T00:00:00Z",
        "a-bot-with-a-name  service",
    ]


def test_an_empty_list_is_its_titles(capsys: Captured) -> None:
    show_rows(ListIdentitiesResponse(), [], COLUMNS)
    assert capsys.readouterr().out == "NAME  KIND  CREATED\n"


def test_a_list_at_a_terminal_folds_sentences_and_no_id(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However narrow it is: ids are copied from there."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "10")
    wordy = Identity(name="01a208fb-0dd8-7000-ab96-668465ddbc49", description="what it is for " * 9)
    answer = ListIdentitiesResponse(identities=[wordy])
    show_rows(answer, answer.identities, (*COLUMNS, Column("WHAT", "description")))
    told = STYLE.sub("", capsys.readouterr().out)
    assert wordy.name in told
    assert max(map(len, told.splitlines())) < 100


def test_an_empty_list_at_a_terminal_is_its_titles(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show_rows(ListIdentitiesResponse(), [], COLUMNS)
    assert STYLE.sub("", capsys.readouterr().out).split() == ["NAME", "KIND", "CREATED"]


def test_one_thing_is_a_line_a_field(capsys: Captured) -> None:
    """Without those that are unset, and with control characters as escapes."""
    answer = GetIdentityResponse(identity=BOT)
    show_one(answer, answer.identity, (*COLUMNS, Column("what", "description")))
    assert capsys.readouterr().out.splitlines() == [
        "NAME:  a-bot-with-a-name",
        "KIND:  service",
        "what:  ends \\x1b[31m\\nred",
    ]


def test_json_is_one_document_with_the_contract_s_spellings(capsys: Captured) -> None:
    options.choose(json=True)
    show_rows(ANSWER, ANSWER.identities, COLUMNS)
    say("nothing else")
    document = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in document["identities"]] == ["person", "service"]
    assert document["identities"][0]["createdAt"] == "1970-01-01T00:00:00.000005Z"


def test_json_is_harmless_and_readable_at_a_terminal(capsys: Captured) -> None:
    """A name may hold what a terminal obeys; the document is the same with it escaped."""
    options.choose(json=True)
    answer = GetIdentityResponse(identity=Identity(description="schön \x1b[31m \x9b2J \u202e \U000e0001"))
    show_one(answer, answer.identity, COLUMNS)
    told = capsys.readouterr().out
    assert [each for each in told if not each.isprintable() and each != "\n"] == []
    assert "schön" in told
    assert json.loads(told)["identity"]["description"] == answer.identity.description


def test_json_writes_empty_lists(capsys: Captured) -> None:
    """So that a script need not ask whether they are there."""
    options.choose(json=True)
    show_rows(ListIdentitiesResponse(), [], COLUMNS)
    assert json.loads(capsys.readouterr().out) == {"identities": [], "nextPageToken": ""}


def test_what_is_left_is_told_beside_the_list(capsys: Captured) -> None:
    show_rows(ListIdentitiesResponse(next_page_token="x"), [ALICE], COLUMNS)
    told = capsys.readouterr()
    assert ("more" in told.out, told.err) == (False, "there are more; --limit 0 shows all\n")


def test_numbers_and_octets_are_texts() -> None:
    event = AuditEvent(sequence=7, hash=b"\x01\xff")
    assert [Column("", name).text(event) for name in ("sequence", "hash")] == ["7", "01ff"]


def test_a_dumb_terminal_cuts_no_id(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of such a one a width that is set alone is not believed."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.delenv("COLUMNS", raising=False)
    wide = Identity(name="01a208fb-0dd8-7000-ab96-668465ddbc49" * 4)
    show_rows(ListIdentitiesResponse(identities=[wide]), [wide], COLUMNS)
    assert wide.name in capsys.readouterr().out
