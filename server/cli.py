"""The server's commands: ``certmanager serve``, ``bootstrap``, ``migrate``, ``audit verify``.

The console script is certmanager_client's, and runs these by name.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar, get_args

import click

from server import config, files, telemetry
from server.api.startup import StartupError
from server.app import Application, application, opened
from server.clock import utc_now
from server.pki.describe import names_of
from server.store import migrate
from server.store.failures import StoreError
from server.store.verify import Anchor, verify

F = TypeVar("F", bound=Callable[..., Any])

_REFUSALS = (config.SettingsError, files.InUse, StartupError, StoreError, OSError)
"""What an operator can mend, such as a directory that cannot be written: told in a sentence, no traceback."""


@click.group()
@click.version_option(package_name="certmanager")
def main() -> None:
    """Issue X.509 certificates against certificate profiles, over gRPC."""


def with_settings(command: F) -> F:
    """Give a command a flag for each setting; what it is called with are the flags that were said."""
    for name, info in reversed(config.flags().items()):
        command = _option(name, info)(command)
    return click.option("--config", metavar="FILE", help="TOML file of settings.")(command)


def _option(name: str, info: Any) -> Callable[[F], F]:
    spelling, help_ = config.flag(name), info.description
    if info.annotation is bool:
        return click.option(f"{spelling}/--no-{spelling[2:]}", default=None, help=f"{help_} [{info.default}]")
    choices = [one for one in get_args(info.annotation) if isinstance(one, str)]
    shown = f" [{info.default}]" if info.default not in (None, "") else ""
    metavar = "|".join(choices) or name.rpartition("_")[2].upper()
    return click.option(spelling, default=None, metavar=metavar, help=help_ + shown)


@main.command()
@with_settings
def serve(**flags: Any) -> None:
    """Serve until SIGTERM or SIGINT; a second signal stops at once."""
    settings = _settings(flags)
    _configure_logging(settings)
    files.allow_many()
    _run(settings, _serve)


@main.command()
@with_settings
def bootstrap(**flags: Any) -> None:
    """Set up an empty database and data directory, and end."""
    settings = _settings(flags | {"bootstrap": True})
    _run(settings, _bootstrap)
    click.echo(f"the database is set up; the owner's token is in {settings.data_dir / 'owner.token'}")


@main.command("migrate")
@with_settings
def migrate_(**flags: Any) -> None:
    """Bring the database's tables to this program's version."""
    settings = _settings(flags)
    with _refusals(), files.locked(settings.data_dir):
        before = migrate.current(settings.database)
        migrate.upgrade(settings.database, names_of=names_of)
        click.echo(f"the database went from {before or 'nothing'} to {migrate.head()}")


@main.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command("verify")
@with_settings
@click.option(
    "--anchor", metavar="SEQUENCE:HASH", help="What an earlier check told; the log must still hold it."
)
def verify_(anchor: str | None, **flags: Any) -> None:
    """Check that no row was changed, taken out, put in or moved.

    Prints the newest row's place and hash, to be kept where nobody who can
    write to the database can change them. Ends with status 1 if the log is not
    whole. A server may run meanwhile.
    """
    settings = _settings(flags)
    with _refusals():
        verdict = asyncio.run(verify(settings.database, anchor=None if anchor is None else _anchor(anchor)))
    if verdict.fault:
        click.echo(f"certmanager: the audit log is broken: {verdict.fault}", err=True)
        click.echo(f"it is whole up to {verdict.head}", err=True)
        sys.exit(1)
    click.echo(f"the audit log is whole: {verdict.head}")


def _anchor(text: str) -> Anchor:
    try:
        return Anchor.parse(text)
    except ValueError:
        raise config.SettingsError("--anchor must be SEQUENCE:HASH, as an earlier check told it") from None


def _settings(flags: dict[str, Any]) -> config.Settings:
    with _refusals():
        return config.load(flags)


class _refusals:  # noqa: N801 - used as a statement
    """Ends the program with a sentence and status 2 for what an operator can mend."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _REFUSALS):
            click.echo(f"certmanager: {error}", err=True)
            sys.exit(2)


def _run(settings: config.Settings, work: Callable[[config.Settings], Coroutine[Any, Any, None]]) -> None:
    with _refusals(), files.locked(settings.data_dir):
        asyncio.run(work(settings))


def _configure_logging(settings: config.Settings) -> None:
    form = telemetry.LogForm.JSON if settings.log_format == "json" else telemetry.LogForm.CONSOLE
    telemetry.configure_logging(level=settings.log_level, form=form)


async def _bootstrap(settings: config.Settings) -> None:
    async with AsyncExitStack() as stack:
        await opened(settings, stack, clock=utc_now)


async def _serve(settings: config.Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, stopped, number)
    async with application(settings) as running:
        _announce(running)
        await stopped.wait()


def _stop(stopped: asyncio.Event, number: signal.Signals) -> None:
    if stopped.is_set():
        # Nothing is lost: what was answered is durable, and what was not was never told.
        os._exit(128 + number)
    stopped.set()


def _announce(running: Application) -> None:
    parts = (f"{name}={address}" for name, address in running.endpoints.items())
    click.echo(f"ready {' '.join(parts)}")
    sys.stdout.flush()
