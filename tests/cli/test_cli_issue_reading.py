"""``certmanager get`` and ``certmanager list`` against a running server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Desk, desk_at
from tests.serving import Live


@pytest.fixture
async def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, after two certificates, of which the second is for a day and has a label."""
    made = desk_at(sqlite_live, tmp_path)
    ask = ("issue", "--profile", "tls-server")
    await made.done(*ask, "--dns", "one.example.com")
    await made.done(*ask, "--dns", "two.example.org", "--ttl", "1d", "--metadata", "env=test")
    return made


async def names(desk: Desk, *filters: str) -> list[str]:
    """What a list with these filters holds, besides the certificates of CAs."""
    told = await desk.told("list", *filters)
    return [each["altNames"][0]["value"] for each in told["certificates"] if each["altNames"]]


ONE, TWO = "one.example.com", "two.example.org"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), [TWO, ONE]),
        (("--name", "*.example.com"), [ONE]),
        (("--name", TWO), [TWO]),
        (("--expires-before", "2d"), [TWO]),
        (("--expires-after", "2d"), [ONE]),
        (("--expires-after", "2099-01-01"), []),
        (("--metadata", "env=test"), [TWO]),
        (("--state", "active"), [TWO, ONE]),
        (("--state", "revoked", "--state", "expired"), []),
        (("--profile", "tls-server"), [TWO, ONE]),
        (("--profile", "tls-server-rsa"), []),
        (("--ca", "issuing"), [TWO, ONE]),
        (("--project", "default"), [TWO, ONE]),
        (("--requester", "owner"), [TWO, ONE]),
        (("--renewal-state", "off"), [TWO, ONE]),
        (("--renewal-state", "scheduled"), []),
        (("--serial", "0a"), []),
        (("--fingerprint", "ab" * 32), []),
        (("--lineage", "01a208f8-c2c0-7000-8c9f-7f2c02fb6744"), []),
    ],
)
async def test_a_filter_leaves_what_matches(
    desk: Desk, filters: tuple[str, ...], expected: list[str]
) -> None:
    """Each filter of the API has an option; newest first."""
    assert await names(desk, *filters) == expected


async def test_a_certificate_is_found_by_what_it_is(desk: Desk) -> None:
    """Serial number, fingerprint and lineage name exactly one."""
    one = (await desk.told("list", "--name", ONE))["certificates"][0]
    found = [
        await names(desk, "--serial", one["serialNumber"]),
        await names(desk, "--fingerprint", one["fingerprintSha256"]),
        await names(desk, "--lineage", one["lineageId"]),
    ]
    assert found == [[ONE]] * 3


async def test_a_list_ends_at_its_limit_and_says_so(desk: Desk) -> None:
    """Nobody takes a part for the whole."""
    outcome = await desk.run("list", "--limit", "1")
    assert (len(outcome.out.splitlines()), "there are more" in outcome.err) == (2, True)


@pytest.mark.parametrize("whole", [("--all",), ("--limit", "0")])
async def test_all_pages_are_read(desk: Desk, whole: tuple[str, ...]) -> None:
    """However many there are."""
    assert await names(desk, *whole) == [TWO, ONE]


async def test_a_certificate_is_shown_by_its_id(desk: Desk) -> None:
    """All that is known of it, and no key."""
    one = (await desk.told("list", "--name", TWO))["certificates"][0]
    told = await desk.done("get", one["id"])
    lines = dict(line.split(":", 1) for line in told.splitlines())
    assert lines["alternative names"].strip() == f"DNS:{TWO}"
    assert (lines["metadata"].strip(), lines["private key"].strip()) == ("env=test", "delivered")


async def test_a_certificate_is_shown_by_its_serial_number(desk: Desk) -> None:
    """With its CA by name; a serial number alone names nothing."""
    one = (await desk.told("list", "--name", ONE))["certificates"][0]
    found = await desk.told("get", "--serial", one["serialNumber"], "--ca", "issuing")
    assert found["certificate"]["id"] == one["id"]


async def test_a_certificate_is_written_with_its_chain(desk: Desk) -> None:
    """The same octets as issue wrote."""
    one = (await desk.told("list", "--name", ONE))["certificates"][0]
    await desk.done("get", one["id"], "--out", "again.pem")
    written = [(desk.home / f"{ONE}{ending}").read_text() for ending in (".crt", ".chain.crt")]
    assert (desk.home / "again.pem").read_text() == "".join(written)


async def test_stdout_is_a_file_as_well(desk: Desk) -> None:
    """For a pipe."""
    one = (await desk.told("list", "--name", ONE))["certificates"][0]
    out = await desk.done("get", one["id"], "--out", "-")
    assert out.startswith((desk.home / f"{ONE}.crt").read_text())


async def test_a_file_is_not_overwritten(desk: Desk) -> None:
    """Unless that is said."""
    one = (await desk.told("list", "--name", ONE))["certificates"][0]
    outcome = await desk.run("get", one["id"], "--out", f"{TWO}.crt")
    forced = await desk.run("get", one["id"], "--out", f"{TWO}.crt", "--force", "--text")
    assert (outcome.code, forced.code, f"DNS:{ONE}" in forced.out) == (2, 0, True)


@pytest.mark.parametrize("arguments", [(), ("--serial", "0a"), ("--ca", "issuing"), ("x", "--serial", "0a")])
async def test_one_certificate_must_be_named(desk: Desk, arguments: tuple[str, ...]) -> None:
    """In one way."""
    outcome = await desk.run("get", *arguments)
    assert (outcome.code, "say which certificate" in outcome.err) == (2, True)
