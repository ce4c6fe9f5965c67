"""The seed page's three commands, as they stand there, run by the real curl; and the answers it shows."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

from tests.facing.faces import Face

SEED = Path(__file__).parent / "seed"
HOST = "https://app.kms.hanzo.ai"
CSR = re.compile(r"-----BEGIN CERTIFICATE REQUEST-----.*-----END CERTIFICATE REQUEST-----")
SHAPES = {
    "string": re.compile(r".+", re.DOTALL),
    "Id": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "At": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
}


def command(name: str, face: Face, *, csr: str = "", **said: str) -> str:
    """A command of the page; only host, token, ids (as ``project_id=``) and CSR are replaced."""
    text = (SEED / f"{name}.sh").read_text().replace(HOST, face.url)
    for key, value in said.items():
        placeholder = f"<{key.replace('_', '-')}>"
        assert placeholder in text
        text = text.replace(placeholder, value)
    if csr:
        text, replaced = CSR.subn(lambda _: json.dumps(csr)[1:-1], text)
        assert replaced == 1
    assert "<" not in text
    return text


async def run(text: str, face: Face) -> Any:
    """What the command prints, as JSON."""
    trust = str(face.live.directory / "ca.pem")
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", text, env=os.environ | {"CURL_CA_BUNDLE": trust}, stdout=-1, stderr=-1
    )
    stdout, stderr = await process.communicate()
    assert process.returncode == 0, stderr.decode()
    return json.loads(stdout)


def sample(name: str) -> Any:
    """The answer that the page shows."""
    return json.loads((SEED / f"{name}.json").read_text())


def differences(shown: Any, answered: Any, path: str = "") -> list[str]:
    """Where an answer lacks what the page shows, or has another type or form there."""
    if isinstance(shown, dict):
        if not isinstance(answered, dict):
            return [f"{path} is no object"]
        return [
            each
            for key, value in shown.items()
            for each in differences(value, answered.get(key), f"{path}.{key}")
        ]
    form = SHAPES.get(path[-2:], SHAPES["string"])
    is_alike = isinstance(answered, type(shown)) and bool(form.fullmatch(answered))
    return [] if is_alike else [f"{path}: {answered!r} is not as {shown!r}"]
