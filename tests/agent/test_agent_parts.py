"""The agent's parts alone: its directory, its memory, its verdicts, its times, its keys and its log."""

from __future__ import annotations

import io
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_pb2 import PRIVATE_KEY_STATE_CLAIMABLE, AutoRenewal, Certificate
from certmanager.v1.certificate_service_pb2 import RenewCertificateRequest
from certmanager_client.cli.agent import keys
from certmanager_client.cli.agent.folder import Access, Folder, FolderFault, Material
from certmanager_client.cli.agent.lines import Lines
from certmanager_client.cli.agent.reloading import NotReloaded, Reload
from certmanager_client.cli.agent.schedule import pause, renews_at
from certmanager_client.cli.agent.state import Kind, Order, State, keep, load
from certmanager_client.cli.agent.verdict import Verdict, verdict
from tests.agent.issuer import stamp
from tests.agent.keeping import eventually

START = datetime(2026, 1, 1, tzinfo=UTC)
LIFETIME = timedelta(days=30)


def material(mark: str) -> Material:
    return Material(
        key=f"key {mark}".encode(), certificate=f"cert {mark}\n", chain="chain\n", anchor="root\n"
    )


def test_a_version_that_is_half_made_is_not_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails in the middle leaves the version before."""
    folder = Folder(tmp_path)
    with folder.held():
        folder.publish("one", material("one"))
        monkeypatch.setattr(os, "fsync", _fail)
        with pytest.raises(OSError, match="disk"):
            folder.publish("two", material("two"))
    assert folder.material() == material("one")


def _fail(_: int) -> None:
    raise OSError(5, "disk")


def test_what_a_crash_has_left_is_cleared_away(tmp_path: Path) -> None:
    """There is a key in it."""
    part = tmp_path / "versions" / ".two.part"
    part.mkdir(parents=True)
    (part / "key.pem").write_text("key")
    (tmp_path / ".state.json.x.part").write_text("key")
    with Folder(tmp_path).held():
        assert not part.exists()
    assert not (tmp_path / ".state.json.x.part").exists()


@pytest.mark.parametrize("name", ["key.pem", "live", "ca.pem"])
def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path, name: str) -> None:
    """It may be the only copy of a key."""
    (tmp_path / name).write_text("precious")
    with pytest.raises(FolderFault, match="not this agent's"), Folder(tmp_path).held():
        pass
    assert (tmp_path / name).read_text() == "precious"


def test_the_key_has_the_mode_that_was_said(tmp_path: Path) -> None:
    folder = Folder(tmp_path, Access(key_mode=0o640))
    with folder.held():
        version = folder.publish("one", material("one"))
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in version.iterdir()}
    assert modes.pop("key.pem") == 0o640
    assert set(modes.values()) == {0o644}


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    """With the key of the order, and readable for nobody else."""
    message = RenewCertificateRequest(certificate_id="1", request_id="2")
    state = State(
        certificate=Certificate(id="1"),
        newest_id="3",
        order=Order(kind=Kind.RENEW, message=message, key=b"key", certificate_request_id="4"),
        reload_owed=True,
    )
    keep(tmp_path / "state.json", state)
    assert load(tmp_path / "state.json") == state
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 2}', '{"version": 1, "certificate": "!"}'])
def test_a_memory_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    """It is not begun anew behind somebody's back."""
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(FolderFault, match="not what an agent writes"):
        load(tmp_path / "state.json")


def told(
    id_: str = "2", *, reason: int | None = None, claimable: bool = False, lineage: str = "L"
) -> Certificate:
    made = Certificate(id=id_, lineage_id=lineage)
    if reason is not None:
        made.revocation.reason = reason  # type: ignore[assignment]
    if claimable:
        made.private_key_state = PRIVATE_KEY_STATE_CLAIMABLE
    return made


@pytest.mark.parametrize(
    ("certificate", "ours", "claims", "expected"),
    [
        (told(), True, False, Verdict.KEEP),
        (told("1"), True, False, Verdict.OLDER),
        (told("3"), True, False, Verdict.ADOPT),
        (told("3", lineage="other"), True, False, Verdict.OLDER),
        (told("3"), False, False, Verdict.FOREIGN),
        (told("3", reason=0), True, False, Verdict.FOREIGN),
        (told("3", claimable=True), False, True, Verdict.CLAIM),
        (told("3", claimable=True), False, False, Verdict.FOREIGN),
        *(
            (told(reason=getattr(x509_pb2, f"REVOCATION_REASON_{name}")), True, False, expected)
            for name, expected in (
                ("UNSPECIFIED", Verdict.ANEW),
                ("SUPERSEDED", Verdict.ANEW),
                ("KEY_COMPROMISE", Verdict.ANEW),
                ("CA_COMPROMISE", Verdict.ANEW),
                ("CERTIFICATE_HOLD", Verdict.KEEP),
                ("CESSATION_OF_OPERATION", Verdict.END),
                ("AFFILIATION_CHANGED", Verdict.END),
                ("PRIVILEGE_WITHDRAWN", Verdict.END),
                ("AA_COMPROMISE", Verdict.END),
            )
        ),
    ],
)
def test_the_verdict_on_what_is_told(
    certificate: Certificate, ours: Any, claims: Any, expected: Verdict
) -> None:
    assert verdict(certificate, held=told(), is_ours=ours, claims=claims) is expected


def certificate(**auto: Any) -> Certificate:
    return Certificate(
        id="x",
        not_before=stamp(START),
        not_after=stamp(START + LIFETIME),
        auto_renewal=AutoRenewal(**auto) if auto else None,
    )


def test_it_renews_at_two_thirds_or_a_little_earlier() -> None:
    at = renews_at(certificate(), waits_for_server=False)
    assert START + LIFETIME * 0.61 < at <= START + LIFETIME * 2 / 3


def test_it_renews_when_the_server_plans_to_or_a_little_earlier() -> None:
    planned = certificate(enabled=True, renews_at=stamp(START + timedelta(days=10)))
    at = renews_at(planned, waits_for_server=False)
    assert START + timedelta(days=8.5) <= at <= START + timedelta(days=10)


def test_it_lets_the_server_go_first_if_that_makes_the_keys() -> None:
    planned = certificate(enabled=True, renews_at=stamp(START + timedelta(days=10)))
    assert renews_at(planned, waits_for_server=True) > START + timedelta(days=10)


def test_what_was_said_is_exact() -> None:
    at = renews_at(certificate(), before=86_400, waits_for_server=False)
    assert at == START + LIFETIME - timedelta(days=1)


@pytest.mark.parametrize(
    ("failures", "left", "longest"),
    [(1, 3600, 1.0), (4, 3600, 8.0), (30, 3600, 360.0), (30, 10**7, 3600.0), (3, 1, 0.5), (30, 0, 3600.0)],
)
def test_pauses_grow_up_to_a_tenth_of_what_is_left(failures: int, left: int, longest: float) -> None:
    """And up to an hour."""
    assert pause(failures, timedelta(seconds=left), lambda _low, _high: 1.0) == pytest.approx(longest)


@pytest.mark.parametrize("algorithm", x509_pb2.KeyAlgorithm.values()[1:])
def test_a_new_key_signs_a_request_that_names_nothing(algorithm: int) -> None:
    """Of every algorithm of the contract."""
    key = keys.new_key(algorithm)
    request = x509.load_pem_x509_csr(keys.certification_request(key).encode())
    assert request.is_signature_valid
    assert not list(request.subject)
    assert request.public_key() == load_pem_private_key(key, None).public_key()


async def test_a_reload_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    """Else each renewal would leave one more of them."""
    mark = tmp_path / "pid"
    command = Reload(arguments=("/bin/sh", "-c", f"sleep 600 & echo $! > {mark}; wait"), timeout=1.0)
    with pytest.raises(NotReloaded, match="within 1 seconds"):
        await command.run(tmp_path, "x")
    await eventually(lambda: not is_running(int(mark.read_text())))


def is_running(pid: int) -> bool:
    """Whether the process does anything yet; one that nobody has waited for does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("arguments", [("/nowhere/at-all",), ("/bin/false",)])
async def test_a_reload_that_cannot_be_done_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(NotReloaded):
        await Reload(arguments=arguments).run(tmp_path, "x")


def test_a_line_is_one_line_whatever_is_in_it() -> None:
    """What a server says could look like another event."""
    file = io.StringIO()
    Lines(file=file).warning("one\ntwo", field="a\n2026 error  b")
    Lines(file=file, as_json=True).warning("one\ntwo", field="x")
    text, document = file.getvalue().splitlines()
    assert "two" in text
    assert json.loads(document)["event"] == "one\ntwo"
