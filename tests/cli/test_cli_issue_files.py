"""Files for keys: proven to be writable before, never half written, never in another's place, never lost."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from certmanager.v1.certificate_pb2 import IssuedCertificate
from certmanager.v1.certificate_service_pb2 import IssueCertificateResponse
from certmanager_client.cli.issuing.answer import tell_pending, write
from certmanager_client.cli.issuing.places import Outputs, Part, stem
from certmanager_client.cli.terminal.writing import FileFault, KeptElsewhere, Place, reserved


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir())


@pytest.mark.parametrize(("secret", "expected"), [(True, 0o600), (False, 0o644)])
def test_a_secret_is_for_its_owner_only(tmp_path: Path, *, secret: bool, expected: int) -> None:
    """Whatever the umask lets others do."""
    former = os.umask(0o022)
    try:
        with reserved([Place(tmp_path / "key", secret=secret)]) as (file,):
            file.publish(b"content")
    finally:
        os.umask(former)
    assert (mode(tmp_path / "key"), (tmp_path / "key").read_bytes()) == (expected, b"content")


def test_what_is_reserved_is_for_its_owner_only(tmp_path: Path) -> None:
    """The key is in it before it has its name."""
    with reserved([Place(tmp_path / "key", secret=True)]):
        (beside,) = tmp_path.iterdir()
        assert mode(beside) == 0o600


def test_nothing_is_left_of_what_was_not_published(tmp_path: Path) -> None:
    """A refused request leaves no file."""
    with pytest.raises(ZeroDivisionError), reserved([Place(tmp_path / "key")]):
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_an_older_file_stays(tmp_path: Path) -> None:
    """It may be the only copy of a key."""
    (tmp_path / "key").write_text("older")
    with (
        pytest.raises(FileFault, match="is there already"),
        reserved([Place(tmp_path / "key")]),
    ):
        pytest.fail("it was reserved")
    assert (tmp_path / "key").read_text() == "older"


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    """It would put the key where somebody else said."""
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileFault, match="is there already"), reserved([Place(tmp_path / "key")]):
        pytest.fail("it was reserved")


def test_an_older_file_goes_where_that_is_said(tmp_path: Path) -> None:
    """In one step, and with the mode of the new one."""
    (tmp_path / "key").write_text("older")
    (tmp_path / "key").chmod(0o644)
    with reserved([Place(tmp_path / "key", secret=True, replace=True)]) as (file,):
        assert (tmp_path / "key").read_text() == "older"
        file.publish(b"new")
    assert ((tmp_path / "key").read_text(), mode(tmp_path / "key"), names(tmp_path)) == (
        "new",
        0o600,
        ["key"],
    )


def test_a_place_that_cannot_be_written_is_told_before(tmp_path: Path) -> None:
    """Before a key is made that nobody could keep."""
    with (
        pytest.raises(FileFault, match="no such file or directory"),
        reserved([Place(tmp_path / "no" / "key")]),
    ):
        pytest.fail("it was reserved")


def test_one_bad_place_leaves_nothing_of_the_others(tmp_path: Path) -> None:
    with pytest.raises(FileFault), reserved([Place(tmp_path / "key"), Place(tmp_path / "no" / "crt")]):
        pytest.fail("they were reserved")
    assert names(tmp_path) == []


def test_a_full_disk_is_told_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room is made before the call."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(FileFault, match="no space left on device"), reserved([Place(tmp_path / "key")]):
        pytest.fail("it was reserved")
    assert names(tmp_path) == []


def test_a_name_that_is_taken_meanwhile_loses_no_key(tmp_path: Path) -> None:
    """Neither the other's file, nor ours: it stays beside, and is told."""
    with reserved([Place(tmp_path / "key", secret=True)]) as (file,):
        (tmp_path / "key").write_text("another's")
        with pytest.raises(KeptElsewhere, match="file exists") as caught:
            file.publish(b"ours")
    (kept,) = (one for one in tmp_path.iterdir() if one.name != "key")
    assert (kept.read_bytes(), mode(kept), str(kept) in str(caught.value)) == (b"ours", 0o600, True)
    assert (tmp_path / "key").read_text() == "another's"


def test_a_disk_that_fails_loses_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is put into the temporary directory, for its owner only."""

    def broken(*_: object) -> int:
        raise OSError(5, "Input/output error")

    rescue = tmp_path / "rescue"
    rescue.mkdir()
    with reserved([Place(tmp_path / "key", secret=True)]) as (file,):
        monkeypatch.setattr("tempfile.tempdir", str(rescue))
        monkeypatch.setattr("os.pwrite", broken)
        with pytest.raises(KeptElsewhere, match="input/output error"):
            file.publish(b"ours")
    (kept,) = rescue.iterdir()
    assert (kept.read_bytes(), mode(kept)) == (b"ours", 0o600)


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT and some network file systems have none."""

    def unable(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", unable)
    with reserved([Place(tmp_path / "key", secret=True)]) as (file,):
        file.publish(b"ours")
    assert ((tmp_path / "key").read_bytes(), names(tmp_path)) == (b"ours", ["key"])


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ((None, "a.example.com"), "a.example.com"),
        (("*.example.com",), "wildcard.example.com"),
        (("spiffe://example.org/web",), "spiffe-example.org-web"),
        (("../../etc/passwd",), "etc-passwd"),
        (("2001:db8::1",), "2001-db8-1"),
        ((None,), "certificate"),
        (("..",), "certificate"),
        (("a" * 300,), "a" * 100),
    ],
)
def test_a_file_is_named_after_the_certificate(candidates: tuple[str | None, ...], expected: str) -> None:
    """And stays in its directory."""
    assert stem(*candidates) == expected


def outputs(*, directory: Path | None = None, private: Part | None = Part.KEY, **named: str) -> Outputs:
    paths = {Part[name.upper()]: Path(path) for name, path in named.items()}
    return Outputs(directory=directory, stem="a", named=paths, key=private, replace=False)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (outputs(), ["a.key", "a.crt", "a.chain.crt"]),
        (outputs(directory=Path("d")), ["d/a.key", "d/a.crt", "d/a.chain.crt"]),
        (outputs(directory=Path("d"), private=Part.PKCS12), ["d/a.p12", "d/a.crt", "d/a.chain.crt"]),
        (outputs(directory=Path("d"), certificate="c"), ["d/a.key", "c", "d/a.chain.crt"]),
        (outputs(private=None), ["a.crt", "a.chain.crt"]),
        (outputs(certificate="c", private=None), ["c"]),
        (outputs(fullchain="f", key="k"), ["k", "f"]),
    ],
)
def test_the_files_are_those_that_were_said(said: Outputs, expected: list[str]) -> None:
    """The key comes first: it is the one that cannot be had again."""
    assert [str(place.path) for place in said.places().values()] == expected


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (outputs(certificate="c"), "say with --key-out or --out-dir where it goes"),
        (outputs(key="x", certificate="./x"), "two files have the same name"),
    ],
)
def test_files_that_contradict_themselves_are_refused(said: Outputs, told: str) -> None:
    """Before anything is issued."""
    with pytest.raises(FileFault, match=told):
        said.places()


def late(**named: str) -> Outputs:
    """Those of a claim, whose answer alone tells whether the key is sealed."""
    return replace(outputs(**named), otherwise=Part.SEALED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (late(), ["a.key", "a.sealed.json", "a.crt", "a.chain.crt"]),
        (late(key="k", certificate="c"), ["k", "k", "c"]),
    ],
)
def test_a_key_that_may_come_sealed_has_a_place_for_both(said: Outputs, expected: list[str]) -> None:
    """One that was named is for either: an answer has one of them."""
    assert [str(place.path) for place in said.places().values()] == expected


@pytest.mark.parametrize("part", ["key", "certificate"])
def test_neither_form_of_a_key_takes_another_file_s_place(part: str) -> None:
    named = {part: "a.crt" if part == "key" else "a.sealed.json"}
    with pytest.raises(FileFault, match="two files have the same name"):
        replace(late(**named), directory=Path()).places()


def test_a_full_chain_begins_with_the_certificate() -> None:
    """The order that TLS servers want (RFC 8446, section 4.4.2)."""
    issued = IssuedCertificate(certificate="leaf\n", certificate_chain="issuer\n")
    assert Part.FULLCHAIN.content(IssueCertificateResponse(certificate=issued)) == b"leaf\nissuer\n"


def test_a_request_that_waits_is_told_by_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    """And that there are no files."""
    tell_pending(IssueCertificateResponse(certificate_request_id="7", warnings=["the CA ends soon"]))
    told = capsys.readouterr()
    assert told.out.startswith("the request 7 is not issued yet; nothing is written\n")
    assert told.err == "warning: the CA ends soon\n"


def test_what_could_not_be_written_does_not_stop_the_rest(tmp_path: Path) -> None:
    """A key without its certificate is of no use either."""
    parts = (Part.KEY, Part.CERTIFICATE)
    answer = IssueCertificateResponse(certificate=IssuedCertificate(private_key="k", certificate="c"))
    with reserved([Place(tmp_path / part.name) for part in parts]) as files:
        (tmp_path / "KEY").write_text("another's")
        written, faults = write(answer, dict(zip(parts, files, strict=True)))
    assert (written, len(faults)) == ({Part.CERTIFICATE: tmp_path / "CERTIFICATE"}, 1)
