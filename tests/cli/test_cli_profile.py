"""``certmanager profile`` against a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from certmanager.v1.profile_service_pb2 import GetCertificateProfileRequest, ProfileSlug
from tests.cli.commands import Desk, desk_at
from tests.serving import Live

SHOP = """\
slug: shop
ca: issuing
policy: tls-server
defaults: {ttl: 30d, country: NO}
api_config: {auto_renew: true, renew_before: 5d}
"""


@pytest.fixture
async def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, with the file of a profile that is there already."""
    made = desk_at(sqlite_live, tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP)
    await made.done("profile", "create", "-f", "shop.yaml")
    return made


async def stored(live: Live) -> Any:
    """The profile as the server has it."""
    key = ProfileSlug(project_id=live.ids["project_id"], slug="shop")
    request = GetCertificateProfileRequest(slug=key)
    return (await live.call(live.profiles.GetCertificateProfile, request)).certificate_profile


async def test_a_profile_names_ca_and_policy_by_name(desk: Desk, sqlite_live: Live) -> None:
    """Nobody has to copy ids."""
    profile = await stored(sqlite_live)
    ids = sqlite_live.ids
    assert (profile.ca_id, profile.certificate_policy_id) == (ids["ca_id"], ids["certificate_policy_id"])


async def test_a_profile_is_shown_by_names(desk: Desk) -> None:
    """The document says what its author would write."""
    shown = (await desk.done("profile", "show", "shop")).splitlines()
    assert [line for line in shown if line.startswith(("project", "ca:", "policy"))] == [
        "project: default",
        "ca: issuing",
        "policy: tls-server",
    ]


async def test_what_is_shown_can_be_given_back(desk: Desk) -> None:
    """Nothing would change by it."""
    shown = await desk.done("profile", "show", "shop")
    outcome = await desk.run("profile", "diff", "shop", "-f", "-", stdin=shown)
    assert (outcome.code, outcome.out) == (0, "")


async def test_an_edit_changes_what_the_file_says(desk: Desk, sqlite_live: Live) -> None:
    """And clears what it leaves out, but for its references and its name."""
    await desk.done("profile", "edit", "shop", "-f", "-", stdin="defaults: {ttl: 20d}")
    profile = await stored(sqlite_live)
    assert (profile.defaults.ttl, profile.HasField("api_config"), profile.ca_id) == (
        *("20d", False),
        sqlite_live.ids["ca_id"],
    )


async def test_a_disabled_profile_stays_disabled_by_an_edit(desk: Desk, sqlite_live: Live) -> None:
    """A file that does not speak of it does not switch it on again."""
    await desk.done("profile", "disable", "shop")
    await desk.done("profile", "edit", "shop", "-f", "shop.yaml")
    assert (await stored(sqlite_live)).disabled is True


async def test_a_document_tells_that_a_profile_is_enabled(desk: Desk) -> None:
    """So that it can be switched there."""
    assert "disabled: false" in await desk.done("profile", "show", "shop")


async def test_a_disabled_profile_refuses_until_it_is_enabled(desk: Desk) -> None:
    """Each switch works."""
    ask = ("issue", "--profile", "shop", "--dns", "a.example.com")
    await desk.done("profile", "disable", "shop")
    refused = await desk.run(*ask)
    await desk.done("profile", "enable", "shop")
    assert (refused.code, (await desk.run(*ask)).code) == (3, 0)


async def test_defaults_that_break_the_policy_are_refused(desk: Desk) -> None:
    """With the place and the rule."""
    (desk.home / "long.yaml").write_text(SHOP.replace("30d", "9y"))
    outcome = await desk.run("profile", "edit", "shop", "-f", "long.yaml")
    assert (outcome.code, "defaults.ttl  LIFETIME_TOO_LONG" in outcome.err) == (3, True)


@pytest.mark.parametrize(("key", "name"), [("ca", "nobody"), ("policy", "nothing")])
async def test_a_name_that_is_nothing_s_is_told(desk: Desk, key: str, name: str) -> None:
    """By itself."""
    lines = [line for line in SHOP.replace("shop", "new").splitlines() if not line.startswith(f"{key}:")]
    outcome = await desk.run("profile", "create", "-f", "-", stdin="\n".join((*lines, f"{key}: {name}")))
    assert (outcome.code, f"'{name}'" in outcome.err) == (4, True)


async def test_a_name_of_two_cas_names_neither(desk: Desk, sqlite_live: Live) -> None:
    """Their ids are told instead, and the document shows the id."""
    await desk.done("ca", "create", "issuing", "--root", "--ttl", "1y")
    outcome = await desk.run("profile", "create", "-f", "-", stdin=SHOP.replace("shop", "new"))
    assert (outcome.code, sqlite_live.ids["ca_id"] in outcome.err) == (2, True)
    assert f"ca: {sqlite_live.ids['ca_id']}" in await desk.done("profile", "show", "shop")


async def test_profiles_are_listed_by_their_state(desk: Desk) -> None:
    """And by their CA and policy."""
    await desk.done("profile", "disable", "shop")
    told = await desk.told("profile", "list", "--disabled", "--ca", "issuing", "--policy", "tls-server")
    assert [each["slug"] for each in told["certificateProfiles"]] == ["shop"]


async def test_a_profile_that_issued_is_not_deleted(desk: Desk) -> None:
    """One that did not, is."""
    await desk.done("issue", "--profile", "shop", "--dns", "a.example.com")
    refused = await desk.run("profile", "delete", "shop")
    assert (refused.code, "USED_BY_CERTIFICATE" in refused.err) == (3, True)


async def test_an_unused_profile_is_deleted(desk: Desk) -> None:
    await desk.done("profile", "delete", "shop")
    assert (await desk.run("profile", "show", "shop")).code == 4
