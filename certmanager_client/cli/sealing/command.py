"""``certmanager open-key``: opens a sealed key with the recipient's private key, without any server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certmanager_client.cli.sealing import document, keys
from certmanager_client.cli.sealing.opening import Unopened, opened
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import say, show_json
from certmanager_client.cli.terminal.pem_files import Force
from certmanager_client.cli.terminal.writing import FileFault, Place, Reserved, reserved


def open_key(
    sealed: Annotated[
        str, typer.Argument(metavar="FILE", help="The sealed key, as `issue` wrote it; - for stdin.")
    ],
    key: Annotated[
        str, typer.Option(metavar="FILE", help="Your private key, PEM: X25519 or P-256; - for stdin.")
    ],
    password_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="The file of its password, if it is encrypted.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Where to write the key; - for stdout. [beside it, as NAME.key]"),
    ] = None,
    force: Force = False,
) -> None:
    """Open a key that was sealed to yours, offline; it is written as PKCS #8 PEM with mode 0600."""
    place = _place(sealed, out)
    found = document.read(sealed)
    private = keys.private(key, password_file)
    try:
        pem = opened(found, private)
    except Unopened as error:
        fail(f"{sealed} cannot be opened with the key in {key}: {error}")
    if place is None:
        _show(found, pem)
    else:
        _write(found, pem, Place(place, secret=True, replace=force))


def _place(sealed: str, out: str | None) -> Path | None:
    """Where the key goes; None is stdout, which has to be said."""
    if out is not None:
        return None if out == "-" else Path(out)
    if sealed == "-":
        fail("say with --out where the key goes")
    path = Path(sealed)
    return path.with_name(f"{path.name.removesuffix('.json').removesuffix('.sealed')}.key")


def _show(sealed: document.SealedKey, pem: bytes) -> None:
    text = pem.decode("ascii")
    if chosen().json:
        show_json({"certificateRequestId": sealed.request_id, "privateKey": text, "files": {}})
    else:
        print(text, end="")


def _write(sealed: document.SealedKey, pem: bytes, place: Place) -> None:
    try:
        with reserved((place,), hint="--force replaces what is there") as (file,):
            _publish(file, pem)
    except FileFault as error:
        fail(str(error))
    if chosen().json:
        files = {"privateKey": str(place.path)}
        show_json({"certificateRequestId": sealed.request_id, "files": files})
    say(f"the private key is in {place.path}")


def _publish(file: Reserved, pem: bytes) -> None:
    try:
        file.publish(pem)
    except FileFault as error:
        fail(str(error), status=Exit.UNEXPECTED)
