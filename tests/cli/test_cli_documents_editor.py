"""Editing in one's own editor: a refused text comes back with the reasons, and nothing is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from certmanager_client.cli.documents.editor import Abandoned, NotTaken, edited

Edit = Callable[[str], None]


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Makes a shell script the editor; the file is its first argument. Drafts go to ``tmp_path/drafts``."""
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(drafts))
    monkeypatch.delenv("VISUAL", raising=False)

    def become(script: str) -> None:
        path = tmp_path / "editor.sh"
        path.write_text(script)
        monkeypatch.setenv("EDITOR", f"sh {path}")

    return become


def drafts(tmp_path: Path) -> list[str]:
    return [path.read_text() for path in (tmp_path / "drafts").iterdir()]


def refuse(text: str) -> str:
    """Takes nothing but ``good``."""
    if text.strip() != "good":
        raise NotTaken("line 1: it is not good")
    return text


def test_the_edited_text_is_taken(editor: Edit, tmp_path: Path) -> None:
    """What the editor leaves is what is sent, and the draft is gone."""
    editor('echo good > "$1"')
    assert (edited("bad\n", refuse, again=True), drafts(tmp_path)) == ("good\n", [])


def test_an_unchanged_text_is_not_sent(editor: Edit, tmp_path: Path) -> None:
    """Looking is not changing."""
    editor("true")
    assert (edited("good\n", pytest.fail, again=True), drafts(tmp_path)) == (None, [])


def test_a_refused_text_comes_back_with_the_reasons(editor: Edit, tmp_path: Path) -> None:
    """They stand above it, and are gone from what is sent then."""
    editor(
        'cp "$1" "$0.$(date +%N)"\n'
        'if grep -q "^#! line 1: it is not good" "$1"; then echo good > "$1"; else echo x > "$1"; fi'
    )
    assert edited("bad\n", refuse, again=True) == "good\n"
    seen = sorted(path.read_text() for path in tmp_path.glob("editor.sh.*"))
    assert seen == ["#! line 1: it is not good\nx\n", "bad\n"]


def test_a_refused_text_that_comes_back_as_it_was_is_kept(editor: Edit, tmp_path: Path) -> None:
    """Giving up loses nothing."""
    editor('grep -q "^#!" "$1" || echo x > "$1"')
    with pytest.raises(Abandoned, match="it is not good"):
        edited("bad\n", refuse, again=True)
    assert drafts(tmp_path) == ["#! line 1: it is not good\nx\n"]


def test_without_somebody_there_the_editor_opens_once(editor: Edit, tmp_path: Path) -> None:
    """An editor that is a program could be refused for ever."""
    editor('echo x >> "$1"')
    with pytest.raises(Abandoned, match="it is not good"):
        edited("bad\n", refuse, again=False)
    assert drafts(tmp_path) == ["bad\nx\n"]


def test_it_is_told_where_a_text_is_kept(
    editor: Edit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that nobody knows of is lost as well."""
    editor('echo x > "$1"; exit 3')
    with pytest.raises(Abandoned, match="the editor ended with 3"):
        edited("bad\n", refuse, again=True)
    (kept,) = (tmp_path / "drafts").iterdir()
    assert capsys.readouterr().err == f"your text is kept in {kept}\n"


def test_emptying_the_text_gives_up(editor: Edit, tmp_path: Path) -> None:
    """Comments alone say nothing."""
    editor('echo "# nothing" > "$1"')
    with pytest.raises(Abandoned, match="nothing is changed"):
        edited("bad\n", pytest.fail, again=True)
    assert drafts(tmp_path) == []


def test_a_fault_of_the_sender_keeps_the_text(editor: Edit, tmp_path: Path) -> None:
    """Whatever ends the program."""
    editor('echo x > "$1"')
    with pytest.raises(ZeroDivisionError):
        edited("bad\n", lambda _: 1 // 0, again=True)
    assert drafts(tmp_path) == ["x\n"]


def test_a_missing_editor_is_told(editor: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name."""
    monkeypatch.setenv("VISUAL", "no-such-editor")
    with pytest.raises(Abandoned, match="cannot start the editor 'no-such-editor'"):
        edited("bad\n", refuse, again=True)
