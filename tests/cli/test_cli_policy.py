"""``certmanager policy`` against a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from certmanager.v1 import profile_pb2
from certmanager.v1.policy_service_pb2 import ListCertificatePoliciesRequest
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from tests.cli.commands import Desk, desk_at
from tests.serving import Live

WEB = """\
slug: web
description: TLS servers below example.com
subject_rules:
  rules:
    - {type: common_name, allowed: ["*.example.com"]}
    - {type: country, allowed: [NO]}
alt_name_rules:
  rules:
    - {type: DNS, allowed: ["**.example.com"]}
key_usage_rules: {allowed: [digital_signature]}
extended_key_usage_rules: {required: [server_auth]}
key_algorithm_rules: {allowed: [EC_prime256v1]}
validity: {default_lifetime: 30d, max_lifetime: 90d}
"""


@pytest.fixture
async def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, with the file of a policy that is there already."""
    made = desk_at(sqlite_live, tmp_path)
    (tmp_path / "web.yaml").write_text(WEB)
    await made.done("policy", "create", "-f", "web.yaml")
    return made


async def stored(live: Live, slug: str = "web") -> Any:
    """The policy as the server has it; None if there is none."""
    request = ListCertificatePoliciesRequest(project_id=live.ids["project_id"], name=slug)
    answer = await live.call(live.stub(PolicyServiceStub).ListCertificatePolicies, request)
    return next(iter(answer.certificate_policies), None)


def rewritten(desk: Desk, old: str, new: str, *, of: str = WEB) -> str:
    """The name of a file with the policy, one text of it replaced."""
    assert old in of
    (desk.home / "other.yaml").write_text(of.replace(old, new))
    return "other.yaml"


async def test_norway_stays_norway(desk: Desk, sqlite_live: Live) -> None:
    """The country code NO is no ``false``, from the file to the server."""
    policy = await stored(sqlite_live)
    assert policy.subject_rules.rules[1].allowed == ["NO"]


async def test_what_is_shown_can_be_given_back(desk: Desk, sqlite_live: Live) -> None:
    """Show and edit are each other's inverse: nothing is changed, and nobody is in the way."""
    before = await stored(sqlite_live)
    await desk.done("policy", "edit", "web", "-f", "-", stdin=await desk.done("policy", "show", "web"))
    after = await stored(sqlite_live)
    for message in (before, after):
        for name in ("revision", "updated_at", "etag"):
            message.ClearField(name)
    assert after == before


async def test_it_is_shown_as_json_as_well(desk: Desk) -> None:
    """The same document, and as good for editing."""
    (desk.home / "web.json").write_text(await desk.done("policy", "show", "web", "-o", "json"))
    assert (await desk.run("policy", "diff", "web", "-f", "web.json")).code == 0


async def test_json_answers_are_the_api_s(desk: Desk, sqlite_live: Live) -> None:
    """For scripts: the message, its literals spelled as the contract spells them."""
    told = (await desk.told("policy", "show", "web"))["certificatePolicy"]
    assert (told["id"], told["keyAlgorithmRules"]) == (
        (await stored(sqlite_live)).id,
        {"allowed": ["EC_prime256v1"]},
    )


async def test_an_unknown_key_is_refused_by_its_line(desk: Desk, sqlite_live: Live) -> None:
    """And nothing is asked of the server."""
    file = rewritten(desk, "\nkey_usage_rules", "\nkey_usage_rule", of=WEB.replace("web", "fresh"))
    outcome = await desk.run("policy", "create", "-f", file)
    told = "line 10: key_usage_rule: there is no such field; 'key_usage_rules' perhaps?"
    assert (outcome.code, outcome.err) == (2, f"certmanager: {file}: {told}\n")
    assert await stored(sqlite_live, "fresh") is None


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["no text", "no file"])
async def test_a_file_that_cannot_be_read_is_told(desk: Desk, content: bytes | None) -> None:
    """In a sentence, not a traceback."""
    if content is not None:
        (desk.home / "bad.yaml").write_bytes(content)
    outcome = await desk.run("policy", "create", "-f", "bad.yaml")
    assert (outcome.code, outcome.err.count("\n"), "bad.yaml" in outcome.err) == (2, 1, True)


async def test_every_violation_of_form_is_told(desk: Desk) -> None:
    """Both patterns, each by its place."""
    rules = "{type: DNS, allowed: ['a*.x.com']}, {type: IP, allowed: [10.0.0.1/8]}"
    text = f"slug: bad\nalt_name_rules: {{rules: [{rules}]}}"
    outcome = await desk.run("policy", "create", "-f", "-", stdin=text)
    assert outcome.code == 3
    assert "alt_name_rules.rules[0].allowed[0]  PATTERN_WILDCARD" in outcome.err
    assert "alt_name_rules.rules[1].allowed[0]  PATTERN_MALFORMED" in outcome.err


async def test_what_an_edited_file_leaves_out_is_cleared(desk: Desk, sqlite_live: Live) -> None:
    """A file says all there is to a policy; its name stays."""
    await desk.done("policy", "edit", "web", "-f", "-", stdin="any_subject: {}")
    policy = await stored(sqlite_live)
    assert {field.name for field, _ in policy.ListFields()} == {
        *("id", "project_id", "slug", "any_subject", "revision", "created_at", "updated_at", "etag")
    }


async def test_an_edit_overwrites_nobody_s_change(desk: Desk, sqlite_live: Live) -> None:
    """The etag that was seen goes with the document."""
    seen = await desk.done("policy", "show", "web")
    await desk.done("policy", "edit", "web", "-f", rewritten(desk, "90d", "80d"))
    outcome = await desk.run("policy", "edit", "web", "-f", "-", stdin=seen)
    assert outcome.code == 6
    assert (await stored(sqlite_live)).validity.max_lifetime.ToSeconds() == 80 * 86400


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("project: elsewhere\n", "a policy never changes its project"),
        ("id: 01a208f8-c2c0-7000-8c9f-7f2c02fb6744\n", "this is the document of another policy"),
    ],
)
async def test_a_document_of_something_else_is_refused(desk: Desk, text: str, told: str) -> None:
    """Before anything is overwritten with it."""
    await desk.done("project", "create", "elsewhere")
    place = ("--project", "default")
    outcome = await desk.run("policy", "edit", "web", "-f", "-", *place, stdin=text)
    assert (outcome.code, told in outcome.err) == (2, True)


async def test_the_editor_s_text_is_sent(desk: Desk, sqlite_live: Live) -> None:
    """``edit`` without a file opens $EDITOR on the document."""
    await desk.with_(EDITOR="sed -i s/90d/60d/").done("policy", "edit", "web")
    assert (await stored(sqlite_live)).validity.max_lifetime.ToSeconds() == 60 * 86400


async def test_an_edit_that_is_refused_is_kept(desk: Desk, sqlite_live: Live) -> None:
    """The server's reasons are told, and where the text is."""
    outcome = await desk.with_(EDITOR="sed -i s/90d/3d/", TMPDIR=str(desk.home)).run("policy", "edit", "web")
    (kept,) = desk.home.glob("certmanager-*.yaml")
    assert (outcome.code, "max_lifetime: 3d" in kept.read_text()) == (3, True)
    assert "default_lifetime must not be longer than max_lifetime" in outcome.err
    assert f"your text is kept in {kept}" in outcome.err


async def test_a_diff_of_the_same_is_empty(desk: Desk) -> None:
    """Exit status 0, and no line."""
    outcome = await desk.run("policy", "diff", "web", "-f", "web.yaml")
    assert (outcome.code, outcome.out) == (0, "")


async def test_a_diff_shows_what_would_change(desk: Desk, sqlite_live: Live) -> None:
    """Exit status 1, and the line itself; the server stays as it is."""
    outcome = await desk.run("policy", "diff", "web", "-f", rewritten(desk, "90d", "80d"))
    changed = [line for line in outcome.out.splitlines()[2:] if line[0] in "+-"]
    assert (outcome.code, changed) == (1, ["-  max_lifetime: 90d", "+  max_lifetime: 80d"])
    assert (await stored(sqlite_live)).validity.max_lifetime.ToSeconds() == 90 * 86400


async def test_a_diff_answers_scripts(desk: Desk) -> None:
    """Whether, and what."""
    outcome = await desk.run("policy", "diff", "web", "-f", rewritten(desk, "90d", "80d"), "--json")
    assert (outcome.code, outcome.json["changed"]) == (1, True)
    assert "+  max_lifetime: 80d\n" in outcome.json["diff"]


async def test_a_diff_of_what_is_not_there_is_trouble(desk: Desk) -> None:
    """Neither 0 nor 1: a script does not take it for an answer."""
    assert (await desk.run("policy", "diff", "none", "-f", "web.yaml")).code == 4


async def test_a_change_that_breaks_profiles_names_them_all(desk: Desk, sqlite_live: Live) -> None:
    """So that they can be changed first."""
    policy = await stored(sqlite_live)
    for slug in ("one", "two"):
        text = f"slug: {slug}\nca: issuing\npolicy: {policy.id}\ndefaults: {{ttl: 60d}}"
        await desk.done("profile", "create", "-f", "-", stdin=text)
    outcome = await desk.run("policy", "edit", "web", "-f", rewritten(desk, "90d", "40d"))
    assert outcome.code == 3
    for slug in ("one", "two"):
        assert f'certificate_profiles["{slug}"].defaults.ttl  LIFETIME_TOO_LONG' in outcome.err


async def test_a_policy_in_use_is_not_deleted(desk: Desk, sqlite_live: Live) -> None:
    """And the profile that is on it is named."""
    id_ = (await stored(sqlite_live)).id
    await sqlite_live.profile(policy_id=id_, message=profile_pb2.CertificateProfile())
    outcome = await desk.run("policy", "delete", "web")
    assert (outcome.code, "USED_BY_PROFILE" in outcome.err) == (3, True)


async def test_a_deleted_policy_is_gone(desk: Desk, sqlite_live: Live) -> None:
    """By its name."""
    await desk.done("policy", "delete", "web")
    assert await stored(sqlite_live) is None


async def test_policies_are_listed_by_name(desk: Desk) -> None:
    """With a star for anything."""
    told = await desk.told("policy", "list", "--name", "w*")
    assert [each["slug"] for each in told["certificatePolicies"]] == ["web"]
