"""Debian's Chromium, driven by Playwright; it trusts the service CA of the server that it is to visit."""

from __future__ import annotations

import hashlib
import os
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Browser, Playwright, async_playwright, expect

PATIENCE = 30_000
"""Milliseconds until a page has what a test waits for; the machine may be busy with other tests."""


@dataclass(slots=True)
class Browsers:
    """One browser a service CA: which one it trusts is told to Chromium when it starts."""

    _playwright: Playwright
    _path: str
    _started: dict[str, Browser] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def started(cls) -> AsyncIterator[Browsers]:
        """None yet; all that are wanted later end with the block."""
        path = shutil.which("chromium")
        if path is None:
            pytest.fail("the browser tests need Chromium: on Debian, apt-get install chromium", pytrace=False)
        expect.set_options(timeout=PATIENCE)
        async with async_playwright() as playwright:
            made = cls(playwright, path)
            try:
                yield made
            finally:
                for browser in made._started.values():
                    await browser.close()

    async def trusting(self, ca: str) -> Browser:
        """A browser that takes what a CA (PEM) has signed, and nothing else of no public CA."""
        pin = _pin(ca.encode())
        if pin not in self._started:
            self._started[pin] = await self._playwright.chromium.launch(
                executable_path=self._path,
                args=[f"--ignore-certificate-errors-spki-list={pin}"],
                # Chromium's own sandbox does not run as root, as containers do.
                chromium_sandbox=os.geteuid() != 0,
            )
        return self._started[pin]


def _pin(pem: bytes) -> str:
    """The hash of a certificate's key, as in RFC 7469, 2.4."""
    key = x509.load_pem_x509_certificate(pem).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(hashlib.sha256(spki).digest()).decode()
