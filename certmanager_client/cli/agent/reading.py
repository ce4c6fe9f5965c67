"""What was said to ``certmanager agent``, read; what contradicts itself ends the program."""

from __future__ import annotations

import grp
import pwd
import re
import shlex
from collections.abc import Callable
from typing import Any

from certmanager.v1.certificate_pb2 import CertificateAttributes
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from certmanager_client.cli.agent import keys
from certmanager_client.cli.agent.folder import Access
from certmanager_client.cli.agent.options import Assignment
from certmanager_client.cli.agent.ordering import Wishes
from certmanager_client.cli.agent.reloading import Reload
from certmanager_client.cli.issuing.options import label
from certmanager_client.cli.issuing.order import alt_names, usages
from certmanager_client.cli.sealing import keys as recipients
from certmanager_client.cli.sealing.document import SealedKey
from certmanager_client.cli.sealing.opening import Unopened, opened
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.reading import must_read
from certmanager_client.client import Client

_LONGEST_KEY = 64 * 1024
_MODE = re.compile(r"0?[0-7]{3}")
_READABLE_BY_ALL = 0o007
_NAMES = ("name", "dns", "ip", "email", "uri", "ttl", "ext_key_usage", "metadata")


def wishes(said: Assignment) -> Wishes:
    """Which certificate, and whose keys."""
    if (said.certificate is None) == (said.profile is None):
        fail("say which certificate to keep: --certificate, or --profile to begin one")
    if said.profile is None and any(getattr(said, name) for name in _NAMES):
        fail("a renewal has the names and the terms of what it renews: they go with --profile")
    if said.certificate is not None and not finding.is_id(said.certificate):
        fail(f"{said.certificate!r} is no ID of a certificate; `certmanager list` shows them")
    if said.server_key and (said.csr_from or said.reuse_key):
        fail("with --server-key the server makes each key anew: --csr-from and --reuse-key say otherwise")
    if said.open_with and not said.server_key:
        fail("--open-with is for keys that the server makes: it needs --server-key")
    private = recipients.private(said.open_with, None) if said.open_with else None
    return Wishes(
        certificate_id=said.certificate or "",
        first=_first(said) if said.profile else None,
        first_key=_key(str(said.csr_from)) if said.csr_from else b"",
        algorithm=said.key_algorithm,
        reuse_key=said.reuse_key,
        server_keys=said.server_key,
        recipient=recipients.public_of(private) if private else None,
        open_sealed=opening(private) if private else None,
        renew_before=getattr(said.renew_before, "seconds", None),
    )


def reload(said: Assignment) -> Reload | None:
    """The command to run when there are new files."""
    if said.reload_command is None:
        return None
    try:
        words = (
            ["/bin/sh", "-c", said.reload_command] if said.reload_shell else shlex.split(said.reload_command)
        )
    except ValueError as error:
        fail(f"--reload-command cannot be read: {error}")
    if not words:
        fail("--reload-command is empty")
    return Reload(arguments=words, timeout=getattr(said.reload_timeout, "seconds", 30.0))


def access(said: Assignment) -> Access:
    """Whose the files are to be."""
    if _MODE.fullmatch(said.mode) is None or int(said.mode, 8) & _READABLE_BY_ALL:
        fail(f"--mode must be like 0640, and let nobody have the key but an owner and a group: {said.mode!r}")
    user, _, group = (said.owner or "").partition(":")
    try:
        found = pwd.getpwnam(user) if user else None
        gid = grp.getgrnam(group).gr_gid if group else found.pw_gid if found else -1
    except KeyError:
        fail(f"there is no such user or group: {said.owner}")
    return Access(owner=found.pw_uid if found else -1, group=gid, key_mode=int(said.mode, 8))


def _first(said: Assignment) -> Any:
    named, oids = usages(said.ext_key_usage or ())
    attributes = CertificateAttributes(
        common_name=said.name,
        alt_names=alt_names(dns=said.dns or (), ip=said.ip or (), email=said.email or (), uri=said.uri or ()),
        extended_key_usages=named,  # type: ignore[arg-type]
        extended_key_usage_oids=oids,
        key_algorithm=said.key_algorithm if said.server_key else 0,  # type: ignore[arg-type]
        ttl=said.ttl,
    )
    order = IssueCertificateRequest(attributes=attributes, metadata=map(label, said.metadata or ()))

    async def first(client: Client) -> IssueCertificateRequest:
        order.profile_id = await finding.profile_id(client, said.profile or "", project=said.project)
        return order

    return first


def _key(file: str) -> bytes:
    pem = must_read(file, _LONGEST_KEY, what="the private key")
    try:
        keys.certification_request(pem)
    except keys.Unusable as error:
        fail(f"the private key in {file} cannot be used: {error}")
    return pem


def opening(private: recipients.PrivateKey) -> Callable[[Any, str], bytes]:
    """What opens a key that the server has sealed to the private key's other half."""

    def open_sealed(sealed: Any, request_id: str) -> bytes:
        found = SealedKey(sealed.kem, sealed.enc, sealed.ciphertext, request_id)
        try:
            return opened(found, private)
        except Unopened as error:
            raise keys.Unusable(f"the sealed key cannot be opened: {error}") from None

    return open_sealed
