"""What certificates are found by besides their columns: an inverted index of names and labels.

A name stands in it twice, as it is and from its end, so that a search from
either end is a range of the index; a label stands as a digest of key and value.
Names are cut: no more can be asked for, and PostgreSQL's B-tree takes 2,704
octets an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

LONGEST_NAME = 255
"""Characters of a name that can be searched for; one more is kept, so that a cut name equals none."""

_DIGEST_CHARACTERS = 32
_LAST = "\U0010ffff"


def terms_of(names: Iterable[str], labels: Mapping[str, str]) -> set[str]:
    """Every term of a certificate with these names, in lower case, and these labels."""
    return {*_either_way(names), *(label(key, value) for key, value in labels.items())}


def forwards(name: str) -> str:
    """The term of a name, or of what a name begins with."""
    return "n" + name[: LONGEST_NAME + 1]


def backwards(name: str) -> str:
    """The term of a name, or of what a name ends with, from its end."""
    return "r" + name[: -LONGEST_NAME - 2 : -1]


def label(key: str, value: str) -> str:
    """The term of a label."""
    return "l" + sha256(f"{key}={value}".encode()).hexdigest()[:_DIGEST_CHARACTERS]


def certified_key(lineage_id: str, spki_sha256: str) -> str:
    """The term of a renewal, by which it is told whether a lineage has had a key before."""
    return "k" + sha256(f"{lineage_id}={spki_sha256}".encode()).hexdigest()[:_DIGEST_CHARACTERS]


def end_of(lineage_id: str) -> str:
    """The term of a certificate whose revocation has ended its lineage, for its key is compromised."""
    return "e" + lineage_id


def beyond(term: str) -> str:
    """What comes after every term that begins with ``term``."""
    return term + _LAST


def _either_way(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield forwards(name)
        yield backwards(name)
