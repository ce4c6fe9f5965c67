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
