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
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from connections.declaring import Entry, Undeclared, entries, is_word

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SECRET = "$env:"  # noqa: S105
MOST_SECONDS = 3600
LEAST_MEGABYTES, MOST_MEGABYTES = 64, 1024 * 1024
KNOWN = ("argv", "folder", "seconds", "memory_mb", "title", "environment")


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
    return {one.name: _command(one) for one in entries(file, "commands", "command", KNOWN)}


def _command(entry: Entry) -> Command:
    return Command(
        entry.name,
        _argv(entry),
        title=entry.text("title"),
        folder=entry.path("folder"),
        seconds=entry.number("seconds", Command.seconds, (1, MOST_SECONDS)),
        memory_mb=entry.number("memory_mb", Command.memory_mb, (LEAST_MEGABYTES, MOST_MEGABYTES)),
        environment=_environment(entry),
    )


def _argv(entry: Entry) -> tuple[str, ...]:
    told = entry.told.get("argv")
    if not isinstance(told, list) or not told or not all(is_word(one) for one in told):
        raise Undeclared(
            f'The command “{entry.name}” needs argv, such as ["/usr/bin/check", "--all"].'
        )
    program = told[0]
    if not program or ("/" in program and not program.startswith("/")):
        raise Undeclared(
            f"The program of {entry.whose} is a name on the PATH or a whole path, not “{program}”."
        )
    return tuple(told)


def _environment(entry: Entry) -> Mapping[str, str]:
    told: Any = entry.told.get("environment", {})
    if not isinstance(told, dict) or not all(
        VARIABLE.fullmatch(key) and is_word(value) for key, value in told.items()
    ):
        raise Undeclared(f"The environment of {entry.whose} gives texts to variable names.")
    return told
