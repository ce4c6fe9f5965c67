"""What is wrong with a field is told in words for people."""

from __future__ import annotations

import pytest

from server.web.refusals import Broken
from server.web.ui.forms import told

_RAW = "does not match regex pattern `^x$`"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("certificate_policy.slug", "small letters"),
        ("attributes.ttl", "as 90d"),
        ("attributes.country", "two capital letters"),
        ("attributes.extended_key_usage_oids[1]", "object identifier"),
        ("attributes.custom_extensions[0].oid", "object identifier"),
        ("metadata[2].key", "letters, digits"),
    ],
)
def test_a_pattern_is_told_as_what_to_write(field: str, words: str) -> None:
    """Wherever the field stands in its request."""
    assert words in told(Broken(field, "STRING_PATTERN", _RAW))


def test_what_has_no_better_words_is_told_as_it_came() -> None:
    """Another field, and another rule of a known one."""
    assert told(Broken("other", "STRING_PATTERN", _RAW)) == _RAW
    assert told(Broken("slug", "STRING_MAX_LEN", "too long")) == "too long"


def test_a_time_that_would_be_allowed_is_told_as_times_are() -> None:
    broken = Broken("attributes.ttl", "CA_LIFETIME", "too long", "2036-11-20T22:19:22+00:00")
    assert told(broken) == "too long (allowed: 20 Nov 2036, 22:19 UTC)"


def test_what_only_looks_like_a_time_stays() -> None:
    broken = Broken("attributes.alt_names[0].value", "URI_NOT_ALLOWED", "no", "x:2036-99-99T22:19:22+00:00")
    assert told(broken) == "no (allowed: x:2036-99-99T22:19:22+00:00)"
