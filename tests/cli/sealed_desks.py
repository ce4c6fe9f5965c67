"""Desks of recipients: keys made by OpenSSL, issuances that are sealed to them, and their approval."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from tests.cli.commands import Desk, desk_at
from tests.serving import Live

NAME = "a.example.com"
SEALED = f"{NAME}.sealed.json"
KINDS = {
    "x25519": ("-algorithm", "X25519"),
    "p256": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p384": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "ed25519": ("-algorithm", "ED25519"),
}
PROFILES = {
    "sealed": "private_key_delivery: sealed_only",
    "reviewed": "approval_config: {steps: [{name: team, approvals_required: 1, roles: [operator]}]}",
}


def openssl(desk: Desk, *arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], cwd=desk.home, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def recipients_desk(live: Live, home: Path) -> Desk:
    """The owner's, in a new directory, with the keys ``mine.pem`` and ``mine.pub``."""
    home.mkdir()
    made = desk_at(live, home)
    recipient(made)
    return made


def recipient(desk: Desk, kind: str = "x25519", name: str = "mine") -> None:
    """A new pair of keys: ``NAME.pem`` and ``NAME.pub``."""
    openssl(desk, "genpkey", *KINDS[kind], "-out", f"{name}.pem")
    openssl(desk, "pkey", "-in", f"{name}.pem", "-pubout", "-out", f"{name}.pub")


def ask(profile: str = "tls-server", public: str = "mine.pub") -> tuple[str, ...]:
    return ("issue", "--profile", profile, "--dns", NAME, "--recipient-key", public)


def fits(desk: Desk, key: str = f"{NAME}.key", certificate: str = f"{NAME}.crt") -> bool:
    """Whether OpenSSL reads the same public key in both."""
    ours = openssl(desk, "pkey", "-in", key, "-pubout")
    return ours == openssl(desk, "x509", "-in", certificate, "-pubkey", "-noout")


async def create(desk: Desk, profile: str) -> None:
    text = f"slug: {profile}\nca: issuing\npolicy: tls-server\n{PROFILES[profile]}\n"
    await desk.done("profile", "create", "-f", "-", stdin=text)


async def asked(desk: Desk) -> Any:
    """The answer to a request that waits, whose key will be sealed."""
    await create(desk, "reviewed")
    return await desk.told(*ask("reviewed"), "--no-wait")


async def approver(live: Live, desk: Desk) -> Desk:
    token = await live.token("olga", roles={live.ids["project_id"]: "OPERATOR"})
    return desk_at(live, desk.home, token=token)


async def approve(live: Live, desk: Desk, id_: str) -> None:
    await (await approver(live, desk)).done("request", "approve", id_)
    await desk.done("request", "watch", id_)


async def waiting_id(operator: Desk) -> str:
    """The request that awaits the operator, as soon as there is one."""
    while True:
        listed = await operator.told("request", "list", "--awaiting-me")
        if listed["certificateRequests"]:
            return str(listed["certificateRequests"][0]["id"])
