"""Who may be let in to the file of the key-encryption key."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import keyring
from server.config import Settings, SettingsError, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that name a KEK file, which is there."""
    file = tmp_path / "kek"
    file.write_text("5a" * 32)
    return load({"data_dir": tmp_path, "kek_file": file}, {})


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o600, 0o640])
def test_kek_for_its_owner_and_a_group_is_taken(settings: Settings, mode: int) -> None:
    """Secrets are mounted into containers for a group."""
    assert settings.kek_file is not None
    settings.kek_file.chmod(mode)
    kek, _ = keyring.make(settings)
    assert kek.fingerprint()


@pytest.mark.parametrize("mode", [0o444, 0o604, 0o644, 0o666])
def test_kek_for_everybody_is_refused(settings: Settings, mode: int) -> None:
    """The sentence names the file and what to do, never the key."""
    assert settings.kek_file is not None
    settings.kek_file.chmod(mode)
    with pytest.raises(SettingsError) as caught:
        keyring.make(settings)
    assert str(caught.value) == (
        f"everybody can read the key-encryption key {settings.kek_file}; its mode must be 0600"
    )
