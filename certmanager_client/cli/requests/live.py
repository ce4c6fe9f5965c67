"""Certificate requests as they change: live at a terminal, a line a change elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager_client.cli.requests.columns import ROWS, change, queued, waiting
from certmanager_client.cli.terminal.output import visible
from certmanager_client.errors import ApiError
from certmanager_client.watch_events import TERMINAL, Kind, QueueEvent
from certmanager_client.watching import Patience


def patience(seconds: float | None) -> Patience:
    """So long and no longer; what interrupts it meanwhile is told on stderr."""
    return Patience(timeout=seconds, on_pause=_tell)


def _tell(error: ApiError, seconds: float) -> None:
    print(f"{visible(error.message)}; again in {seconds:.0f} s", file=sys.stderr, flush=True)


@contextmanager
def one_shown(file: TextIO) -> Iterator[Callable[[CertificateRequest], None]]:
    """Takes each state of a request: lines that stay and, at a terminal, what it waits for."""
    if not file.isatty():
        yield lambda request: print(change(request), file=file, flush=True)
        return
    from rich.spinner import Spinner  # noqa: PLC0415 - slow to import, and only needed here
    from rich.text import Text  # noqa: PLC0415 - not markup: the text is the server's

    with _live(file) as live:

        def show(request: CertificateRequest) -> None:
            live.console.print(Text(change(request)), soft_wrap=True)
            ended = request.state in TERMINAL
            live.update(Text("") if ended else Spinner("dots", Text(waiting(request))), refresh=True)

        yield show


@contextmanager
def queue_shown(file: TextIO) -> Iterator[Callable[[QueueEvent], None]]:
    """Takes each event of a queue: lines; at a terminal a table of what is in it, under what left it."""
    if not file.isatty():
        yield lambda event: _print_event(event, file)
        return
    with _live(file) as live:
        present: dict[str, CertificateRequest] = {}

        def show(event: QueueEvent) -> None:
            if event.request is not None and event.kind is Kind.LEFT:
                live.console.print(queued(event.request), markup=False, highlight=False, soft_wrap=True)
            _update(present, event)
            live.update(_table(list(present.values())), refresh=True)

        yield show


@contextmanager
def _live(file: TextIO) -> Iterator[Any]:
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.live import Live  # noqa: PLC0415

    with Live(console=Console(file=file), transient=True, refresh_per_second=8) as live:
        yield live


def _update(present: dict[str, CertificateRequest], event: QueueEvent) -> None:
    for id_ in event.gone:
        present.pop(id_, None)
    if event.request is None:
        return
    if event.kind is Kind.LEFT:
        present.pop(event.request.id, None)
    else:
        present[event.request.id] = event.request


def _print_event(event: QueueEvent, file: TextIO) -> None:
    for id_ in sorted(event.gone):
        print(f"{Kind.LEFT.value.ljust(7)}  {visible(id_)}", file=file, flush=True)
    if event.request is not None:
        print(f"{event.kind.value.ljust(7)}  {queued(event.request)}", file=file, flush=True)


def _table(requests: list[CertificateRequest]) -> Any:
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in ROWS:
        table.add_column(column.title, overflow="fold")
    for request in requests:
        table.add_row(*(Text(column.text(request)) for column in ROWS))
    if not requests:
        table.add_row(Text("no request waits", style="dim"))
    return table
