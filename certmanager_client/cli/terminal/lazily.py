"""Groups of commands that are imported when one of them is run, so that help and completion are quick."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, ClassVar, TypeVar, get_type_hints

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.options import choose

T = TypeVar("T")

EVERYWHERE = "The options of certmanager itself, such as --json and --context, may stand here as well."


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command to come: where it is, ``module:name`` of a Typer app or a function, and its help's line."""

    place: str
    help: str


def group(help_: str, **others: Any) -> typer.Typer:
    """A Typer app for commands that belong together; all groups of this program are made here."""
    settings = {"add_completion": False, "no_args_is_help": True, "pretty_exceptions_enable": False} | others
    return typer.Typer(help=help_, rich_markup_mode=None, **settings)


def taking(kind: type[T]) -> Callable[[Callable[[T], None]], Callable[..., None]]:
    """Make a function of one value a command that takes the value's fields, a dataclass's, as its options.

    Fields that are inherited come last in the help.
    """
    hints = get_type_hints(kind, include_extras=True)
    parts = sorted(fields(kind), key=lambda one: one.name not in kind.__annotations__)  # type: ignore[arg-type]

    def decorated(function: Callable[[T], None]) -> Callable[..., None]:
        def command(**said: Any) -> None:
            function(kind(**said))

        told: Any = command
        told.__name__, told.__doc__ = function.__name__, function.__doc__
        told.__annotations__ = {one.name: hints[one.name] for one in parts}
        told.__signature__ = inspect.Signature([_parameter(one, hints[one.name]) for one in parts])
        return command

    return decorated


def _parameter(one: Field[Any], hint: Any) -> inspect.Parameter:
    default = inspect.Parameter.empty if one.default is MISSING else one.default
    return inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


class LazyGroup(TyperGroup):
    """A group whose commands are a table; told of in the help without being imported."""

    table: ClassVar[Mapping[str, Lazy | ServerCommand]] = {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as click calls it
        """The names, in the table's order."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as click calls it
        """What help and completion need of a command: its name and its line."""
        entry = self.table.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.help) if isinstance(entry, Lazy) else entry

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself, imported."""
        self.commands = dict.fromkeys(self.table, TyperCommand(None))  # for "did you mean"
        name, command, rest = super().resolve_command(ctx, args)
        entry = self.table.get(name or "")
        if not isinstance(entry, Lazy):
            return name, command, rest
        found = _loaded(entry, name or "")
        for leaf in _leaves(found):
            _accept_everywhere(leaf, self.params)
            _refuse_what_is_no_text(leaf)
        return name, found, rest


class ServerCommand(TyperCommand):
    """A command of the server's own program, which reads its arguments itself."""

    def __init__(self, *words: str, help_: str) -> None:
        super().__init__(words[-1], help=help_, add_help_option=False, rich_markup_mode=None)
        self._words = words

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Leave them to the server's program."""
        ctx.args = rest = list(args)
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Run it in this process."""
        if importlib.util.find_spec("server") is None:
            fail(f"`certmanager {' '.join(self._words)}` needs the server, which is not installed here")
        program: Callable[..., Any] = importlib.import_module("server.cli").main
        program(args=[*self._words, *ctx.args], prog_name="certmanager")


def _loaded(entry: Lazy, name: str) -> Any:
    # What gRPC's core logs is told in sentences; to be set before it is imported, and not for the server.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    module, _, attribute = entry.place.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, typer.Typer):
        command: Any = typer.main.get_group(found)
    else:
        alone = group(entry.help)
        alone.command(name, epilog=EVERYWHERE)(found)
        command = typer.main.get_command(alone)
    command.name = name
    return command


def _leaves(command: Any) -> Iterator[Any]:
    if not isinstance(command, TyperGroup):
        yield command
        return
    for each in command.commands.values():
        yield from _leaves(each)


def _accept_everywhere(command: Any, options: list[Any]) -> None:
    """Let a command take the program's own options too: ``certmanager ca list --json``."""
    if isinstance(command, ServerCommand):
        return
    taken = {spelling for parameter in command.params for spelling in parameter.opts}
    for option in options:
        if isinstance(option, TyperOption) and option.expose_value and not taken & set(option.opts):
            command.params.append(_echo(option))
    command.epilog = command.epilog or EVERYWHERE


def _refuse_what_is_no_text(command: Any) -> None:
    """Let texts that the server is to have be Unicode; the name of a file may be any octets."""
    for parameter in command.params:
        if parameter.metavar not in {"FILE", "DIR"}:
            parameter.callback = parameter.callback or _unicode


def _unicode(_ctx: Any, _parameter: Any, value: Any) -> Any:
    for text in value if isinstance(value, list | tuple) else (value,):
        if isinstance(text, str) and any("\ud800" <= each <= "\udfff" for each in text):
            raise typer.BadParameter(f"{text!r} is not UTF-8 text")
    return value


def _echo(option: TyperOption) -> TyperOption:
    echo = copy.copy(option)
    echo.hidden, echo.expose_value, echo.default = True, False, None
    echo.callback = lambda _, parameter, value: choose(**{parameter.name: value or None})
    return echo
