"""``make bench``: how fast the server issues, measured against what no server can beat.

Everything is measured in one run on one machine, load generator included, and
told as ratios: those can be compared between machines, certificates a second
cannot. docs/performance.md says how to read the table.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import durable, floor, material
from bench.load import HEALTH, ISSUE, Loader, Report, Stage, loader
from bench.usage import Usage
from tools.running import ROOT, Server

RESULTS = ROOT / "bench" / "results"
PARALLEL = (1, 16, 128)
ANSWERS = "answers"
_LONE_SHARE = 10
"""One call at a time gets this part of the requests: more would only take longer."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One stage: what the client saw, and what the server spent."""

    parallel: int
    report: Report
    spent: Usage


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that a run measures; times are in seconds."""

    loader: str
    floor_rate: float
    commit_seconds: float
    empty: Report
    stages: tuple[Measured, ...]
    answered: int
    durable: int

    @property
    def ideal(self) -> float:
        """What one call costs at least: its cryptography, one commit, an empty call."""
        return 1 / self.floor_rate + self.commit_seconds + self.empty.median


@dataclass(frozen=True, slots=True)
class Bench:
    """A server, and the program that loads it."""

    program: Loader
    server: Server
    directory: Path

    def issue(self, orders: list[bytes]) -> Iterator[Measured]:
        """Issue the orders with more and more calls in flight."""
        for parallel in PARALLEL:
            messages = orders if parallel > 1 else orders[: len(orders) // _LONE_SHARE]
            yield self.call(ISSUE, messages, parallel=parallel)

    def call(self, method: str, messages: list[bytes], *, parallel: int = 1) -> Measured:
        """Run one stage; a refused call ends the bench."""
        requests = self.directory / "requests"
        material.write_frames(requests, messages)
        answers = self.directory / f"{ANSWERS if method == ISSUE else 'empty'}-{parallel}"
        before = Usage.of(self.server)
        report = self.program.run(Stage(method, requests, answers, parallel), self.server)
        if report.refused:
            raise SystemExit(f"calls were refused: {dict(report.refused)}")
        return Measured(parallel, report, Usage.of(self.server).since(before))


def main() -> int:
    """Measure, print, and leave a file; 1 if an answered certificate was lost."""
    parser = argparse.ArgumentParser(description="Measures how fast the server issues certificates.")
    parser.add_argument("--certificates", type=int, default=10_000, help="distinct requests [10000]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="certmanager-bench-") as name:
        results = measure(Path(name), arguments.certificates)
    print("\n".join(table(results)))
    print(f"\nwritten to {keep(results).relative_to(ROOT)}")
    return 0 if results.durable == results.answered else 1


def measure(directory: Path, count: int) -> Results:
    """The whole run, from the requests to the rows that a killed server left."""
    note(f"making {count} signing requests, each with a key of its own")
    requests = material.signing_requests(count)
    note("measuring the floor: cryptography alone, one commit")
    floor_rate, commit = floor.issuance_rate(requests), floor.commit_seconds(directory)
    program = loader(directory)
    with Server(directory / "data", directory / "server.log") as server:
        ids = json.loads((server.data / "bootstrap.json").read_text())
        orders = list(material.orders(requests, profile_id=ids["profile_id"]))
        note(f"measuring the server, with a load generator in {program.name}")
        bench = Bench(program, server, directory)
        empty = bench.call(HEALTH, [b""] * (count // _LONE_SHARE)).report
        stages = tuple(bench.issue(orders))
        server.kill()
    note("starting it again after kill -9, and counting what it kept")
    certificates = durable.certificate_ids(sorted(directory.glob(f"{ANSWERS}-*")))
    kept = durable.kept(certificates, server)
    answered = sum(one.report.answered for one in stages)
    return Results(program.name, floor_rate, commit, empty, stages, answered, kept)


def table(results: Results) -> Iterator[str]:
    """The results for people, as Markdown."""
    crypto = 1 / results.floor_rate
    yield ""
    yield "| the floor | |"
    yield "|---|---|"
    yield f"| F: cryptography alone, one thread | {results.floor_rate:,.0f}/s ({crypto * 1e6:.0f} µs each) |"
    yield f"| one durable commit | {results.commit_seconds * 1e3:.2f} ms |"
    yield f"| an empty call (health, TLS), median | {results.empty.median * 1e3:.2f} ms |"
    yield ""
    yield "| calls in flight | certificates/s | ÷ F | median | p99 | server CPU each ÷ (1/F) | commits each |"
    yield "|---|---|---|---|---|---|---|"
    for one in results.stages:
        report, spent = one.report, one.spent
        yield (
            f"| {one.parallel} | {report.rate:,.0f} | {report.rate / results.floor_rate:.3f} "
            f"| {report.median * 1e3:.2f} ms | {report.p99 * 1e3:.2f} ms "
            f"| {spent.cpu_seconds / report.answered / crypto:.1f} | {spent.commits / report.answered:.3f} |"
        )
    lone = results.stages[0].report.median / results.ideal
    yield ""
    yield f"One call at a time takes {lone:.1f} times 1/F + one commit + an empty call."
    yield f"After kill -9 and a restart {results.durable} of {results.answered} certificates were there."


def keep(results: Results) -> Path:
    """Write the results as JSON."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"
    path.write_text(json.dumps(asdict(results), indent=2) + "\n")
    return path


def note(text: str) -> None:
    """Tell what is being done."""
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
