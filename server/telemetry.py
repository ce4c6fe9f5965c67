"""What an operator sees of a running server: its log lines and its metrics.

Logs are JSON, one object a line, on standard error; a terminal may have them
coloured. Log lines written while a call is served carry its trace id. Metrics
live in a registry of their own, so that tests and several servers in one
process never share numbers.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from enum import Enum
from typing import TYPE_CHECKING, TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

trace: ContextVar[str] = ContextVar("trace", default="")
"""The trace id of the call that is being served, empty outside of one."""

Sample = Callable[[], Mapping[str, float]]
"""Reads numbers that another part keeps: name → value; names that end in ``_total`` only grow."""

LabelledSample = Callable[[], Mapping[tuple[str, ...], float]]
"""The same by the values of some labels."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_ENCODER = json.JSONEncoder(default=repr, check_circular=False)


class LogForm(Enum):
    """How log lines look."""

    JSON = "json"
    CONSOLE = "console"


class Metrics:
    """The server's numbers, in a registry that the metrics page shows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.running = 0
        self.calls = Counter(
            "certmanager_rpc",
            "Calls that have ended, by status code and error reason.",
            ("method", "code", "reason"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "certmanager_rpc_seconds",
            "How long calls took; a stream counts until its end.",
            ("method",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.certificates_issued = Counter(
            "certmanager_certificates_issued",
            "Certificates that were signed and stored, by the subject key's algorithm.",
            ("key_algorithm",),
            registry=self.registry,
        )
        self.certificates_revoked = Counter(
            "certmanager_certificates_revoked",
            "Revocations that were stored, by reason; a hold counts, and so does what it becomes.",
            ("reason",),
            registry=self.registry,
        )
        self.ocsp_answers = Counter(
            "certmanager_ocsp_answers",
            "OCSP responses, by what they told: good, revoked, unknown, or why they told nothing.",
            ("status",),
            registry=self.registry,
        )
        self.http_answers = Counter(
            "certmanager_http_answers",
            "Answers of the HTTP face, by verb and status; a stream counts at its end.",
            ("verb", "status"),
            registry=self.registry,
        )
        in_flight = Gauge("certmanager_rpc_in_flight", "Calls being served now.", registry=self.registry)
        in_flight.set_function(lambda: self.running)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def sample(self, prefix: str, read: Sample) -> None:
        """Shows what ``read`` returns, as ``certmanager_<prefix>_<name>``, at each scrape."""
        self.registry.register(_Sampled(f"certmanager_{prefix}_", read))

    def sample_by(self, name: str, label: str, read: Sample) -> None:
        """Shows what ``read`` returns as one gauge, ``certmanager_<name>``, its names as a label."""
        self.sample_by_all(name, (label,), lambda: {(value,): number for value, number in read().items()})

    def sample_by_all(self, name: str, labels: Sequence[str], read: LabelledSample) -> None:
        """The same with several labels."""
        self.registry.register(_SampledBy(f"certmanager_{name}", labels, read))


class _Sampled(Collector):
    """Turns the numbers of a ``Sample`` into metrics when they are asked for."""

    def __init__(self, prefix: str, read: Sample) -> None:
        self._prefix = prefix
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Nothing: a registry would otherwise read the numbers before they exist."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The numbers as they are now."""
        for name, value in self._read().items():
            family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            yield family(self._prefix + name, name.replace("_", " "), value=value)


class _SampledBy(Collector):
    """Turns the numbers of a ``LabelledSample`` into one metric with its labels."""

    def __init__(self, name: str, labels: Sequence[str], read: LabelledSample) -> None:
        self._name = name
        self._labels = labels
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Nothing, as above."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The numbers as they are now."""
        family = GaugeMetricFamily(self._name, self._name.replace("_", " "), labels=self._labels)
        for values, number in self._read().items():
            family.add_metric(values, number)
        yield family


def configure_logging(
    *, level: str = "info", form: LogForm = LogForm.JSON, stream: TextIO | None = None
) -> None:
    """Sends the lines of structlog and of the standard library, from ``level`` up, to ``stream``."""
    stream = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        _add_trace,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering = _rendering(form)
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    # Libraries below us speak up only when something is wrong: their debug
    # lines may quote payloads.
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines carry ``logger=name``, of the configuration that holds now."""
    return cast("FilteringBoundLogger", structlog.get_logger().bind(logger=name))


def _rendering(form: LogForm) -> list[Processor]:
    if form is LogForm.CONSOLE:
        # The plain formatter shows no local variables; they may be keys.
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_encode)]


def _encode(event: EventDict, **_: object) -> str:
    """Writes JSON with one encoder for all lines: making one a line costs more than using it."""
    return _ENCODER.encode(event)


def _add_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    trace_id = trace.get()
    if trace_id and "trace_id" not in event:
        event["trace_id"] = trace_id
    return event
