"""Where slow cryptography runs, so that the event loop never waits for it.

RSA key generation, RSA-4096 and ML-DSA signatures take from one to hundreds of
milliseconds and release the GIL; everything faster is done on the loop itself,
where it costs less than the hop to a thread (design page "ecosystem", 2.3).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from server.pki.algorithms import KeyAlgorithm
from server.pki.keys import PrivateKey, generate, is_slow_to_generate

T = TypeVar("T")


class CryptoPool:
    """A few threads for slow cryptography; nothing else may run on them."""

    def __init__(self, *, threads: int = 2) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="crypto")

    async def run(self, work: Callable[[], T]) -> T:
        """The result of ``work``, done off the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def generate(self, algorithm: KeyAlgorithm) -> PrivateKey:
        """A fresh private key."""
        if is_slow_to_generate(algorithm):
            return await self.run(lambda: generate(algorithm))
        return generate(algorithm)

    def close(self) -> None:
        """Let go of the threads once their work is done."""
        self._executor.shutdown()
