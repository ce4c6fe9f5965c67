"""What the plain listener serves is kept by HTTP caches for as long as that is harmless, and no longer."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from server.clock import utc_now
from tests.revoking.pki_paths import each_path
from tests.revoking.relying import Party, question, question_of
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_each_says_how_long_it_may_be_kept(relying_party: Party) -> None:
    """Five minutes at most, so that a revocation is not hidden for longer by a cache between."""
    for path in await each_path(relying_party):
        headers = (await relying_party.http.get(path)).headers
        assert headers["cache-control"] == "max-age=300, public, no-transform, must-revalidate"
        now = utc_now()
        left = parsedate_to_datetime(headers["expires"]) - now
        assert timedelta(seconds=290) <= left <= timedelta(seconds=300)
        assert parsedate_to_datetime(headers["last-modified"]) <= now


async def test_each_has_a_tag_of_its_octets(relying_party: Party) -> None:
    for path in await each_path(relying_party):
        answer = await relying_party.http.get(path)
        assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'


async def test_who_has_it_already_is_told_so(relying_party: Party) -> None:
    """By tag, weak or one of several, by any tag, and by time; without the octets (RFC 9110, 13)."""
    for path in await each_path(relying_party):
        first = await relying_party.http.get(path)
        tag, time = first.headers["etag"], first.headers["last-modified"]
        for condition in (
            {"if-none-match": tag},
            {"if-none-match": f'"x", W/{tag}'},
            {"if-none-match": "*"},
            {"if-modified-since": time},
        ):
            again = await relying_party.http.get(path, headers=condition)
            assert (again.status_code, again.content) == (304, b""), condition
            assert again.headers["etag"] == tag


async def test_who_has_another_one_gets_it(relying_party: Party) -> None:
    """A tag counts more than a time, and what is no time counts nothing."""
    for path in await each_path(relying_party):
        time = (await relying_party.http.get(path)).headers["last-modified"]
        for condition in (
            {"if-none-match": '"x"', "if-modified-since": time},
            {"if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"},
            {"if-modified-since": "yesterday"},
            {"if-modified-since": f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT"},
            {"if-modified-since": f"Mon, 01 Jan 2001 00:00:00 +{'9' * 20}"},
        ):
            assert (await relying_party.http.get(path, headers=condition)).status_code == 200, condition


async def test_head_tells_the_same_without_the_octets(relying_party: Party) -> None:
    for path in await each_path(relying_party):
        got, head = await relying_party.http.get(path), await relying_party.http.head(path)
        assert head.content == b""
        told = ("etag", "content-type", "content-length", "last-modified")
        assert [head.headers[name] for name in told] == [got.headers[name] for name in told]


async def test_what_must_be_fresh_is_kept_by_nobody(relying_party: Party) -> None:
    """An answer with a nonce is for one alone, and one about an unknown certificate may be over at once."""
    held = await relying_party.issue()
    for body in (question(held, nonce=b"0123456789abcdef"), question_of(held, 1)):
        answer = await relying_party.get(body)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
