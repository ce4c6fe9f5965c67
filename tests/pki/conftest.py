"""Keys are slow to make: each algorithm's is made once a session."""

from __future__ import annotations

import pytest

from server.pki.algorithms import KeyAlgorithm
from server.pki.keys import PrivateKey, generate


@pytest.fixture(scope="session")
def keys() -> dict[KeyAlgorithm, PrivateKey]:
    return {algorithm: generate(algorithm) for algorithm in KeyAlgorithm}
