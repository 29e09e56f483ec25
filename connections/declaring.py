"""The administrator's TOML file: read whole, and each setting of it checked with a sentence."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connections.exceptions import Trouble

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
MOST_FILE_BYTES = 1024 * 1024
TABLES = ("commands", "repositories")


class Undeclared(Trouble):
    """What is named cannot be used as it is declared, or is not declared at all."""


@dataclass(frozen=True)
class Entry:
    """One [table.NAME] of the file; `whose` is how a sentence calls it."""

    name: str
    whose: str
    told: Mapping[str, Any]

    def text(self, setting: str, usual: str = "") -> str:
        found = self.told.get(setting, usual)
        if not is_word(found):
            raise Undeclared(f"“{setting}” of {self.whose} must be text.")
        return str(found)

    def path(self, setting: str) -> str:
        path = self.text(setting)
        if path and not path.startswith("/"):
            raise Undeclared(f"The {setting} of {self.whose} must be a whole path.")
        return path

    def number(self, setting: str, usual: int, limits: tuple[int, int]) -> int:
        found = self.told.get(setting, usual)
        least, most = limits
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            raise Undeclared(
                f"“{setting}” of {self.whose} must be a whole number from {least} to {most}."
            )
        return found


def is_word(told: Any) -> bool:
    return isinstance(told, str) and "\0" not in told


def entries(file: Path, table: str, one: str, known: tuple[str, ...]) -> list[Entry]:
    """All that the table declares; `one` is the word for each. Raises `Undeclared`."""
    document = _document(file)
    if unknown := sorted(set(document) - set(TABLES)):
        knows = " and ".join(f"[{name}.NAME]" for name in TABLES)
        raise Undeclared(f"{file.name} has “{unknown[0]}”; it knows {knows} only.")
    told = document.get(table, {})
    if not isinstance(told, dict):
        raise Undeclared(f"{table.capitalize()} stand in {file.name} as [{table}.NAME].")
    return [_entry(name, told[name], table, one, known) for name in told]


def _entry(name: str, told: Any, table: str, one: str, known: tuple[str, ...]) -> Entry:
    if not NAME.fullmatch(name):
        raise Undeclared(
            f"“{name}” is no name for a {one}: use up to 60 of a to z, digits, “-” and “_”."
        )
    if not isinstance(told, dict):
        raise Undeclared(f"The {one} “{name}” is declared as [{table}.{name}].")
    if unknown := sorted(set(told) - set(known)):
        raise Undeclared(
            f"The {one} “{name}” has no setting “{unknown[0]}”; it knows {', '.join(known)}."
        )
    return Entry(name, f"the {one} “{name}”", told)


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
