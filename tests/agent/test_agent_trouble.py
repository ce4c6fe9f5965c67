"""The agent among wrong clocks, damaged files, and credentials that are away for a while."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import grpc
import pytest

from certmanager_client.cli.agent.faults import Unready
from certmanager_client.cli.agent.folder import Access, Folder, FolderFault
from certmanager_client.cli.agent.ordering import Wishes
from certmanager_client.target import Target
from tests.agent.issuer import Issuer
from tests.agent.keeping import Kept, begun, eventually, first, loads, refused
from tests.agent.test_agent_parts import material
from tests.cli.commands import desk_at
from tests.cli.scripted import Failing
from tests.ordering import open_policy
from tests.serving import Live
from tests.timepiece import Timepiece


async def test_a_certificate_that_lives_too_short_is_not_renewed_again_and_again(
    kept: Kept, issuer: Issuer
) -> None:
    """``--renew-before`` a day of one that lives for three hours: then as if nothing was said."""
    kept.wishes = Wishes(first=first, renew_before=86_400.0)
    for _ in range(3):
        await kept.once()
    assert len(issuer.issued) == 1
    assert "lives too short" in kept.log.getvalue()


async def test_a_clock_that_is_ahead_does_not_renew_without_end(
    kept: Kept, issuer: Issuer, clock: Timepiece
) -> None:
    """Every certificate is over then, as soon as it is there."""
    issuer.now = lambda: clock() - timedelta(days=3)
    with Folder(kept.root).held():
        agent = kept.agent()
        for minutes, issued in ((0, 1), (1, 1), (9, 2), (1, 2)):
            clock.forward(minutes=minutes)
            await agent.once()
            assert len(issuer.issued) == issued


async def test_a_clock_that_is_set_back_does_not_keep_it_waiting(
    kept: Kept, issuer: Issuer, clock: Timepiece
) -> None:
    """For the end of a pause that was reckoned by the clock of before."""
    await kept.once()
    clock.forward(minutes=150)
    clock.forward(days=1000)
    issuer.failing["RenewCertificate"] = [Failing(grpc.StatusCode.INTERNAL)]
    async with kept.running():
        await eventually(lambda: "again_in" in kept.log.getvalue())
        clock.forward(days=-1000)
        await eventually(lambda: len(issuer.issued) > 1)
        await kept.used(issuer.issued[1].certificate)


@pytest.mark.parametrize("name", ["key.pem", "cert.pem"])
@pytest.mark.parametrize("reuse", [False, True])
async def test_files_that_are_damaged_are_replaced(
    kept: Kept,
    issuer: Issuer,
    name: str,
    reuse: bool,  # noqa: FBT001
) -> None:
    """At the next start, by a renewal for a new key: the one that is there is of no use."""
    kept.wishes = Wishes(first=first, reuse_key=reuse)
    await kept.once()
    (kept.live / name).write_bytes(b"\xff no PEM")
    await kept.once()
    loads(kept.live)
    assert kept.certificate() == issuer.issued[1].certificate
    assert issuer.calls("RenewCertificate")[0].certificate_id == issuer.issued[0].id


async def test_files_that_are_gone_are_replaced(kept: Kept, issuer: Issuer) -> None:
    """Though the agent remembers its certificate, and that would be good for long."""
    await kept.once()
    shutil.rmtree(kept.root / "versions")
    await kept.once()
    loads(kept.live)
    assert len(issuer.issued) == 2


async def test_a_token_that_cannot_be_read_for_a_while_is_waited_for(
    kept: Kept, issuer: Issuer, clock: Timepiece
) -> None:
    """As a file that is being replaced when the agent has to connect anew."""
    answers: list[Target | Unready] = [issuer.target, Unready("the token file is empty"), issuer.target]

    def target() -> Target:
        answer = answers.pop()
        if isinstance(answer, Unready):
            raise answer
        return answer

    kept.target = target
    async with kept.running():
        await begun(kept, issuer)
        issuer.failing["RenewCertificate"] = [refused(grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")]
        clock.forward(minutes=121)
        await eventually(lambda: "file is empty" in kept.log.getvalue())
        clock.forward(minutes=5)
        await eventually(lambda: len(issuer.issued) > 1)
    assert not answers


async def test_a_token_on_stdin_is_read_once(sqlite_live: Live, tmp_path: Path) -> None:
    """It is there once, and for the first connection enough."""
    desk, root = desk_at(sqlite_live, tmp_path, token=""), tmp_path / "web"
    profile = await sqlite_live.profile(policy=open_policy())
    order = ("agent", "--dir", root, "--profile", profile, "--name", "web.example.com", "--once")
    await desk.done("--token-file", "-", *order, stdin=sqlite_live.owner)
    loads(root / "live")


@pytest.mark.parametrize("name", ["versions", "state.json", ".lock"])
def test_what_would_be_written_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """A link that somebody else has put there: it would take keys, or let a file be overwritten."""
    root, elsewhere = tmp_path / "web", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir() if name == "versions" else elsewhere.write_text("precious")
    (root / name).symlink_to(elsewhere)
    with pytest.raises(FolderFault), Folder(root).held():
        pass
    assert elsewhere.is_dir() or elsewhere.read_text() == "precious"


def test_owners_are_given_by_descriptor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name a file could meanwhile be a link to another one, which the service would get."""
    given: list[object] = []
    monkeypatch.setattr(os, "fchown", lambda one, *_: given.append(one))
    monkeypatch.setattr(os, "chown", lambda *_: pytest.fail("by its name"))
    folder = Folder(tmp_path, Access(owner=12345, group=12345))
    with folder.held():
        folder.publish("one", material("one"))
    assert len(given) == 6
    assert all(isinstance(one, int) for one in given)
