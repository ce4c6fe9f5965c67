"""Editing a text in the caller's own editor until it is taken, with nothing of it lost on the way."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from certmanager_client.cli.terminal.exits import Exit

T = TypeVar("T")

_MARK = "#! "
"""Begins the lines that tell why a text was refused; they go when it is opened again."""


class NotTaken(Exception):
    """Why a text was not taken, in sentences; another text may be."""

    def __init__(self, *sentences: str, status: Exit = Exit.REFUSED) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences
        self.status = status


class Abandoned(NotTaken):
    """The editing ended without a text that was taken."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text in a file of its owner only."""

    path: Path

    @property
    def text(self) -> str:
        """What stands in it, without the marks. Raises Abandoned for what is no text."""
        try:
            found = self.path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise Abandoned(f"{self.path} cannot be read as text", status=Exit.USAGE) from None
        return "".join(line for line in found.splitlines(keepends=True) if not line.startswith(_MARK))

    def open(self) -> None:
        """Let the editor have it. Raises Abandoned if that fails."""
        try:
            command = editor()
        except ValueError as error:
            message = f"the command of the editor cannot be understood: {str(error).lower()}"
            raise Abandoned(message, status=Exit.USAGE) from None
        try:
            done = subprocess.run([*command, str(self.path)], check=False)  # noqa: S603 - the caller's own choice
        except OSError as error:
            message = f"cannot start the editor '{command[0]}': {error.strerror}"
            raise Abandoned(message, status=Exit.USAGE) from None
        if done.returncode:
            raise Abandoned(f"the editor ended with {done.returncode}", status=Exit.USAGE)

    def mark(self, sentences: Sequence[str], text: str) -> None:
        """Write the text with the sentences before it."""
        marks = (f"{_MARK}{line}\n" for sentence in sentences for line in sentence.splitlines())
        self.path.write_text("".join(marks) + text, encoding="utf-8")


def editor(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The command of the caller's editor. Raises ValueError, as for a quote that is never closed."""
    return shlex.split(environment.get("VISUAL") or environment.get("EDITOR") or "") or ["vi"]


def edited(text: str, take: Callable[[str], T], *, again: bool) -> T | None:
    """What ``take`` makes of the edited text; None if it was left as it is.

    Where ``take`` raises NotTaken the editor opens once more, with the reasons
    above the text, if ``again``: if somebody sits there. Raises Abandoned once
    a refused text comes back as it was, or empty. Whatever else ends it, the text is
    kept, and it is told where.
    """
    draft = _draft(text)
    try:
        return _until_taken(draft, text, take, again=again)
    except BaseException:
        if draft.path.exists():
            print(f"your text is kept in {draft.path}", file=sys.stderr)
        raise


def _until_taken(draft: Draft, text: str, take: Callable[[str], T], *, again: bool) -> T | None:
    refused: NotTaken | None = None
    while True:
        draft.open()
        before, text = text, draft.text
        if text == before and refused is None:
            draft.path.unlink()
            return None
        if not _says_something(text):
            draft.path.unlink()
            raise Abandoned("nothing is left of the text: nothing is changed", status=Exit.USAGE)
        if text == before and refused is not None:
            raise Abandoned(*refused.sentences, status=refused.status)
        try:
            taken = take(text)
        except NotTaken as error:
            if not again:
                raise Abandoned(*error.sentences, status=error.status) from None
            refused = error
            draft.mark(error.sentences, text)
        else:
            draft.path.unlink()
            return taken


def _draft(text: str) -> Draft:
    descriptor, name = tempfile.mkstemp(prefix="certmanager-", suffix=".yaml")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return Draft(Path(name))


def _says_something(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())
