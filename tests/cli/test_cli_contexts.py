"""The file of contexts: where it stands, and that it is replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from certmanager_client.cli.contexts import kept as contexts
from certmanager_client.cli.contexts.kept import Context, Contexts, ContextsFault

LOCK = ".contexts.json.lock"
ONE = Contexts("prod", {"prod": Context("ca.example:8443", "PEM", "cm_secret", identity="alice")})


def write(file: Path, kept: Contexts = ONE) -> None:
    contexts.change(file, lambda _: kept)


PLACES = {
    "its own variable": ({"CERTMANAGER_CLIENT_CONFIG": "here.json", "XDG_CONFIG_HOME": "/x"}, "here.json"),
    "XDG": ({"XDG_CONFIG_HOME": "/x"}, "/x/certmanager/contexts.json"),
    "a relative XDG, which is to be ignored": (
        {"XDG_CONFIG_HOME": "x"},
        "~/.config/certmanager/contexts.json",
    ),
    "nothing": ({}, "~/.config/certmanager/contexts.json"),
}


@pytest.mark.parametrize("case", PLACES)
def test_where_it_stands(case: str) -> None:
    variables, place = PLACES[case]
    assert contexts.path(variables) == Path(place).expanduser()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "new" / "contexts.json"
    write(file)
    assert contexts.read(file) == ONE


def test_a_file_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert contexts.read(tmp_path / "contexts.json") == Contexts()


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full."""
    file = tmp_path / "contexts.json"
    write(file)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ContextsFault, match=r"cannot write .*: No space left on device"):
        contexts.change(file, lambda _: Contexts())
    assert contexts.read(file) == ONE
    assert {one.name for one in tmp_path.iterdir()} == {file.name, LOCK}


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o601])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "contexts.json"
    write(file)
    file.chmod(mode)
    with pytest.raises(ContextsFault, match="others than you can use it") as caught:
        contexts.read(file)
    assert "cm_secret" not in str(caught.value)


def test_a_context_shows_no_token() -> None:
    assert "cm_secret" not in repr(ONE)


def test_the_current_context_goes_with_its_removal() -> None:
    assert ONE.without("prod") == Contexts("", {})
