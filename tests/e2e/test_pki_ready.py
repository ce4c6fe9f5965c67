"""The plain listener of a real process: told when it is ready, measured, and quiet whatever comes."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.e2e.processes import PATIENCE, Process, eventually, serving


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with serving(tmp_path_factory.mktemp("plain") / "data", "--pki-http-address", "127.0.0.1:0") as made:
        yield made


def test_the_ready_line_names_it_in_its_place(process: Process) -> None:
    place = r"127\.0\.0\.1:\d+"
    assert re.fullmatch(rf"ready grpc={place} pki=http://{place} metrics=http://{place}", process.ready)


def test_answers_and_responders_are_measured(process: Process) -> None:
    """By what was told, and by the seconds that each key's responder has left."""
    request = Request(f"{process.endpoints['pki']}/ocsp", data=b"?", method="POST")
    request.add_header("content-type", "application/ocsp-request")
    with urlopen(request, timeout=PATIENCE) as answer:
        assert len(answer.read()) == 5
    assert process.metric(r'certmanager_ocsp_answers_total{status="malformed_request"}') == 1
    eventually(lambda: process.metric("certmanager_upkeep_responders_renewed_total") == 3)
    week = 7 * 24 * 3600
    text = process.page("/metrics")[1]
    for name in ("root_ca_id", "ca_id", "rsa_ca_id"):
        labels = rf'{{ca_id="{process.ids[name]}",key_generation="1"}}'
        (left,) = re.findall(rf"^certmanager_ocsp_responder_seconds_left{labels} (\S+)$", text, re.MULTILINE)
        assert week - 600 < float(left) < week


def test_nothing_that_is_sent_is_logged(process: Process) -> None:
    """Neither what is no HTTP, nor an upgrade, nor half a request: whoever likes could fill the log."""
    before = process.log()
    where = urlsplit(process.endpoints["pki"])
    for sent in (
        b"\x16\x03\x01 hello\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    ):
        with socket.create_connection((where.hostname or "", where.port or 0)) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            while client.recv(4096):
                pass
    assert process.log() == before
