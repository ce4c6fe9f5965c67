"""A retry that comes after the server that knew the first attempt was killed, and reaches another one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from server.config import Settings
from tests.e2e.late_keys import claimed
from tests.e2e.processes import FREE, Process, await_ready, ended, issue, read, start


@pytest.fixture
def replicas(settings: Settings, tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Two servers on one PostgreSQL; or two on one SQLite file, each with a directory of its own."""
    url = settings.database_url or f"sqlite:///{settings.data_dir / 'certmanager.db'}"
    homes = settings.data_dir, shutil.copytree(settings.data_dir, tmp_path / "other")
    with ExitStack() as stack:
        commands = [("--data-dir", home, "--database-url", url, *FREE) for home in homes]
        begun = [
            stack.enter_context(ended(start(home, *command)))
            for home, command in zip(homes, commands, strict=True)
        ]
        one, other = (await_ready(process) for process in begun)
        yield one, other


async def test_the_other_one_answers_as_the_first_did(replicas: tuple[Process, Process]) -> None:
    """With the same certificate and the same key, although the first one had no time to say goodbye."""
    one, other = replicas
    intent = {"request_id": str(uuid4())}
    async with one.channel() as channel:
        first = await issue(one, channel, **intent)
    one.kill()
    one.wait()
    async with other.channel() as channel:
        again = await issue(other, channel, **intent)
        stored = await read(other, channel, again.certificate.certificate_id)
    assert again == first
    assert again.certificate.private_key
    assert stored.private_key_state == first.certificate_request.private_key_state


async def test_without_an_id_each_call_is_an_intent_of_its_own(replicas: tuple[Process, Process]) -> None:
    """This is what a client gets that retries blindly."""
    answers = []
    for process in replicas:
        async with process.channel() as channel:
            answers.append(await issue(process, channel))
    assert answers[0].certificate.certificate_id != answers[1].certificate.certificate_id


async def test_a_key_is_claimed_from_a_process(replicas: tuple[Process, Process]) -> None:
    """Approved, claimed, claimed again under the same id, and refused under another one."""
    one, _ = replicas
    async with one.channel() as channel:
        key, refusal = await claimed(one, channel)
    assert key.startswith("-----BEGIN PRIVATE KEY-----")
    assert b"PRIVATE_KEY_DELIVERED" in refusal
