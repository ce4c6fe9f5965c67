"""What an operator sees of a running server: metrics, probes, and log lines."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest

from tests.e2e.grpcurl import Grpcurl
from tests.e2e.processes import PATIENCE, Process, eventually, issue, serving

NOBODYS = "550e8400-e29b-41d4-a716-446655440000"


def sample(process: Process, name: str, **labels: str) -> float:
    """One sample of a metric; 0 if there is none yet."""
    wanted = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    found = re.search(rf"^{name}\{{{re.escape(wanted)}\}} (\S+)$", process.page("/metrics")[1], re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_calls_are_counted_by_how_they_ended(sqlite_copy: Path, grpcurl: Grpcurl) -> None:
    """Those that were good, and one that was refused with its reason."""
    method = "certmanager.v1.CertificateService/IssueCertificate"
    with serving(sqlite_copy) as process:
        async with process.channel() as channel:
            for _ in range(2):
                await issue(process, channel)
        grpcurl.refused(process, "CertificateService/IssueCertificate", {"profileId": NOBODYS})
        counted = {
            (code, reason): sample(process, "certmanager_rpc_total", method=method, code=code, reason=reason)
            for code, reason in (("OK", ""), ("NOT_FOUND", "RESOURCE_NOT_FOUND"))
        }
        assert counted == {("OK", ""): 2, ("NOT_FOUND", "RESOURCE_NOT_FOUND"): 1}
        assert sample(process, "certmanager_rpc_seconds_count", method=method) == 3
        assert process.metric("certmanager_certificates_issued_total") == 2
        assert process.metric("certmanager_store_units_total") >= 2
        assert process.metric("certmanager_store_waiting") == 0


@pytest.mark.parametrize(("path", "text"), [("/livez", "alive\n"), ("/readyz", "ready\n")])
def test_probes_of_a_running_server(shared: Process, path: str, text: str) -> None:
    assert shared.page(path) == (200, text)


def test_probes_of_a_draining_server(sqlite_copy: Path) -> None:
    """Not ready, so that nobody sends more, and alive, so that nobody kills it."""
    with serving(sqlite_copy, "--drain-delay", PATIENCE) as process:
        process.signal(signal.SIGTERM)
        eventually(process.is_draining)
        assert process.page("/livez")[0] == 200


def test_nothing_else_is_on_the_page(shared: Process) -> None:
    assert shared.page("/")[0] == 404


def test_metrics_can_be_turned_off(sqlite_copy: Path) -> None:
    with serving(sqlite_copy, "--metrics-address", "") as process:
        assert list(process.endpoints) == ["grpc"]
        assert json.loads((sqlite_copy / "endpoints.json").read_text()) == process.endpoints


async def test_each_call_is_one_line_of_json(sqlite_copy: Path) -> None:
    """Who called what, how it ended and how long it took."""
    with serving(sqlite_copy) as process:
        async with process.channel() as channel:
            await issue(process, channel)
        assert process.stop() == 0
        (line,) = process.log()
    assert line["method"] == "certmanager.v1.CertificateService/IssueCertificate"
    assert (line["code"], line["identity"], line["level"]) == ("OK", "owner", "info")
    assert line["ms"] > 0
