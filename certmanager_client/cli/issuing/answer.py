"""What ``certmanager issue`` tells of an answer: files that were written, or rules that would be broken."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from certmanager.v1.certificate_service_pb2 import IssueCertificateResponse
from certmanager_client import literals
from certmanager_client.cli.documents.write import plain, to_yaml
from certmanager_client.cli.issuing.places import Part
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import Column, show_json, show_one, show_table, visible
from certmanager_client.cli.terminal.signals import hold
from certmanager_client.cli.terminal.writing import FileFault, Reserved

_LINES = (
    Column("certificate", "certificate_id"),
    Column("serial number", "serial_number"),
    Column("valid from", "not_before"),
    Column("valid until", "not_after"),
    Column("auto-renewal", lambda issued: renewal(issued.auto_renewal)),
)


def renewal(told: Any) -> str:
    """When the server renews it, or why not."""
    if told.enabled:
        return f"at {told.renews_at.ToJsonString()}"
    return f"off: {told.message}" if told.message else ""


def write(
    answer: IssueCertificateResponse, held: Mapping[Part, Reserved]
) -> tuple[dict[Part, Path], list[str]]:
    """Write all parts that came, the key first; answer where they are, and what went wrong."""
    hold()  # nobody gives the key a second time
    written: dict[Part, Path] = {}
    faults: list[str] = []
    for part, reserved in held.items():
        if content := part.content(answer):
            try:
                written[part] = reserved.publish(content)
            except FileFault as error:
                faults.append(str(error))
    return written, faults


def tell_issued(answer: IssueCertificateResponse, written: Mapping[Part, Path]) -> None:
    """Tell of a certificate and its files; of the private key only where it is."""
    warn(answer)
    if not {Part.PKCS12, Part.CERTIFICATE, Part.FULLCHAIN} & set(written):
        id_ = answer.certificate.certificate_id
        print(
            f"the certificate itself is written nowhere; `certmanager get {id_} --out FILE` writes it",
            file=sys.stderr,
        )
    if Part.SEALED in written:
        file = visible(str(written[Part.SEALED]))
        print(f"`certmanager open-key {file} --key FILE` opens the sealed key", file=sys.stderr)
    answer.certificate.ClearField("private_key")
    answer.certificate.ClearField("pkcs12")
    answer.certificate.ClearField("sealed_private_key")
    if chosen().json:
        places = {part.told: str(path) for part, path in written.items()}
        show_json({**literals.plain(answer, with_defaults=True), "files": places})
        return
    files = (_line(_title(part), str(path)) for part, path in written.items())
    show_one(answer, answer.certificate, (*_LINES, *files))


def tell_pending(answer: IssueCertificateResponse) -> None:
    """Tell of a request that waits."""
    warn(answer)
    if chosen().json:
        show_json({**literals.plain(answer, with_defaults=True), "files": {}})
        return
    print(f"the request {answer.certificate_request_id} is not issued yet; nothing is written")
    print("`certmanager request watch` follows it, `certmanager request claim` writes what it brings")


def tell_judged(answer: IssueCertificateResponse) -> None:
    """Tell what a dry run found; ends with REFUSED if any rule would be broken."""
    warn(answer)
    if chosen().json:
        show_json(literals.plain(answer, with_defaults=True))
    else:
        _show_judged(answer)
    if answer.violations:
        raise typer.Exit(Exit.REFUSED)


def refuse_unwritten(faults: list[str]) -> None:
    """End the program if something could not be written where it belongs."""
    if faults:
        fail(*faults, status=Exit.UNEXPECTED)


def warn(answer: IssueCertificateResponse) -> None:
    """Pass the server's warnings on."""
    for sentence in answer.warnings:
        print(f"warning: {visible(sentence)}", file=sys.stderr)


def _show_judged(answer: IssueCertificateResponse) -> None:
    print(to_yaml(plain(answer.effective_attributes)), end="")
    print()
    if not answer.violations:
        print("it would be issued")
        return
    show_table(
        ["FIELD", "RULE", "VALUE", "ALLOWED", "MEANING"],
        [_cells(one) for one in answer.violations],
    )


def _cells(violation: Any) -> list[str]:
    allowed = ", ".join(violation.allowed)
    return [
        visible(text)
        for text in (violation.field, violation.rule, violation.value, allowed, violation.message)
    ]


def _line(title: str, text: str) -> Column:
    return Column(title, lambda _: text)


def _title(part: Part) -> str:
    return {
        Part.KEY: "private key in",
        Part.PKCS12: "PKCS #12 in",
        Part.SEALED: "sealed key in",
        Part.CERTIFICATE: "certificate in",
        Part.CHAIN: "chain in",
        Part.FULLCHAIN: "full chain in",
    }[part]
