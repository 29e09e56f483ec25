"""The commands that an administrator declares in a TOML file; without the file there are none.

    [commands.backup-check]
    title = "Age of the last backup"
    argv = ["/usr/local/bin/backup-check", "--json"]
    folder = "/srv/backup"
    seconds = 30
    memory_mb = 256

    [commands.backup-check.environment]
    REGION = "eu-1"
    TOKEN = "$env:BACKUP_TOKEN"

`$env:NAME` stands for a variable of the worker; its value is a secret and never shown.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from connections.exceptions import Trouble

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SECRET = "$env:"  # noqa: S105
MOST_FILE_BYTES = 1024 * 1024
MOST_SECONDS = 3600
LEAST_MEGABYTES, MOST_MEGABYTES = 64, 1024 * 1024
KNOWN = ("argv", "folder", "seconds", "memory_mb", "title", "environment")


class Undeclared(Trouble):
    """The command cannot be run as it is declared, or is not declared at all."""


@dataclass(frozen=True)
class Command:
    """What is run: `argv` without a shell, in `folder` (empty: one of its own that goes after).

    `seconds` limits the whole run, `memory_mb` the memory of each process, `file_mb` the size of
    each file that it writes (None: as the machine has it).
    """

    name: str
    argv: tuple[str, ...]
    title: str = ""
    folder: str = ""
    seconds: int = 60
    memory_mb: int = 512
    file_mb: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.title or self.name


@dataclass(frozen=True)
class Declaration:
    """What is declared now; `problem` says in one sentence why nothing can be used."""

    is_on: bool
    commands: Mapping[str, Command] = field(default_factory=dict)
    problem: str = ""


def command_names() -> list[str]:
    """What a gate may name; none while commands are switched off or their file is broken."""
    return sorted(declaration().commands)


def declaration() -> Declaration:
    """For pages, which show a broken file rather than break over it."""
    try:
        return Declaration(bool(settings.PORTAL_COMMANDS), declared_commands())
    except Undeclared as undeclared:
        return Declaration(is_on=True, problem=undeclared.sentence)


def declared_commands() -> Mapping[str, Command]:
    """All of them by name, read anew; raises `Undeclared` where the file cannot be used."""
    return read_commands(Path(settings.PORTAL_COMMANDS)) if settings.PORTAL_COMMANDS else {}


def read_commands(file: Path) -> Mapping[str, Command]:
    """The commands in the file; raises `Undeclared` with a sentence."""
    document = _document(file)
    if unknown := sorted(set(document) - {"commands"}):
        raise Undeclared(f"{file.name} has “{unknown[0]}”; it knows [commands.NAME] only.")
    told = document.get("commands", {})
    if not isinstance(told, dict):
        raise Undeclared(f"Commands stand in {file.name} as [commands.NAME].")
    return {name: _command(name, one) for name, one in told.items()}


def _document(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        said = error.strerror or error
        raise Undeclared(f"The file of commands {file} cannot be read: {said}.") from error
    if len(content) > MOST_FILE_BYTES:
        raise Undeclared(f"The file of commands {file} is longer than {MOST_FILE_BYTES:,} bytes.")
    try:
        return tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise Undeclared(f"The file of commands {file} is no TOML: {error}.") from error


def _command(name: str, told: Any) -> Command:
    if not NAME.fullmatch(name):
        raise Undeclared(
            f"“{name}” is no name for a command: use up to 60 of a to z, digits, “-” and “_”."
        )
    if not isinstance(told, dict):
        raise Undeclared(f"The command “{name}” is declared as [commands.{name}].")
    if unknown := sorted(set(told) - set(KNOWN)):
        raise Undeclared(
            f"The command “{name}” has no setting “{unknown[0]}”; it knows {', '.join(KNOWN)}."
        )
    return Command(
        name,
        _argv(name, told.get("argv")),
        title=_text(name, "title", told),
        folder=_folder(name, told),
        seconds=_number(name, "seconds", told, Command.seconds, (1, MOST_SECONDS)),
        memory_mb=_number(
            name, "memory_mb", told, Command.memory_mb, (LEAST_MEGABYTES, MOST_MEGABYTES)
        ),
        environment=_environment(name, told.get("environment", {})),
    )


def _argv(name: str, told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or not told or not all(_is_word(one) for one in told):
        raise Undeclared(f'The command “{name}” needs argv, such as ["/usr/bin/check", "--all"].')
    program = told[0]
    if not program or ("/" in program and not program.startswith("/")):
        raise Undeclared(
            f"The program of the command “{name}” is a name on the PATH or a whole path,"
            f" not “{program}”."
        )
    return tuple(told)


def _is_word(told: Any) -> bool:
    return isinstance(told, str) and "\0" not in told


def _text(name: str, setting: str, told: Mapping[str, Any]) -> str:
    found = told.get(setting, "")
    if not _is_word(found):
        raise Undeclared(f"“{setting}” of the command “{name}” must be text.")
    return str(found)


def _folder(name: str, told: Mapping[str, Any]) -> str:
    folder = _text(name, "folder", told)
    if folder and not folder.startswith("/"):
        raise Undeclared(f"The folder of the command “{name}” must be a whole path.")
    return folder


def _number(
    name: str, setting: str, told: Mapping[str, Any], usual: int, limits: tuple[int, int]
) -> int:
    found = told.get(setting, usual)
    least, most = limits
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise Undeclared(
            f"“{setting}” of the command “{name}” must be a whole number from {least} to {most}."
        )
    return found


def _environment(name: str, told: Any) -> Mapping[str, str]:
    if not isinstance(told, dict) or not all(
        VARIABLE.fullmatch(key) and _is_word(value) for key, value in told.items()
    ):
        raise Undeclared(f"The environment of the command “{name}” gives texts to variable names.")
    return told
