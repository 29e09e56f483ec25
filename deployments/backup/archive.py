"""The one file of a backup: a tar with the dump, files of evidence, keys, and what it is."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from deployments.backup.problems import BackupError

FORMAT = 1
ABOUT, DUMP, KEY, EVIDENCE = "about.json", "database.dump", "secret_key", "evidence"
MORE = "folders"


@dataclass(frozen=True)
class About:
    """When the dump began, and which migrations its tables have."""

    made_at: str
    migrations: list[str]
    format: int = FORMAT

    @property
    def instant(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def write(
    to: Path, about: About, dumped: Path, key: Path | None, folders: Mapping[str, Path]
) -> dict[str, int]:
    """Pack everything, readable by us alone, and under its name only once it is whole.

    It says how many files of which folder there are.
    The draft lies beside the dump, in a folder that nobody else may enter; in one where others
    write somebody could have put a link to another file under its name.
    """
    described, draft = dumped.with_name(ABOUT), dumped.with_name("backup.tar")
    described.write_text(json.dumps(asdict(about), indent=1))
    with new_file(draft) as out, tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(described, ABOUT)
        tar.add(dumped, DUMP)
        if key is not None:
            tar.add(key, KEY)
        files = {name: _add(tar, name, folder) for name, folder in folders.items()}
    draft.replace(to)
    return files


def _add(tar: tarfile.TarFile, name: str, folder: Path) -> int:
    files = list(_files(folder))
    for file in files:
        tar.add(file, f"{name}/{file.relative_to(folder)}")
    return len(files)


def new_file(path: Path) -> IO[bytes]:
    """One that was not there, readable by us alone from its first byte."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _files(folder: Path) -> Iterator[Path]:
    """Whole files only: what is just arriving has a name that begins with a dot."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            yield file


def unpack(file: Path, into: Path) -> About:
    """Everything of a backup below `into`; nothing in it may lead out of there."""
    try:
        with tarfile.open(file) as tar:
            tar.extractall(into, filter="data")
        about = About(**json.loads((into / ABOUT).read_text()))
    except FileNotFoundError as error:
        raise BackupError(f"{file} is not there, or is no backup of a portal: {error}.") from error
    except (tarfile.TarError, ValueError, TypeError, OSError) as error:
        raise BackupError(f"{file} is no backup of a portal, or not whole: {error}") from error
    if about.format != FORMAT or not (into / DUMP).is_file():
        raise BackupError(f"{file} is of another kind of backup than this portal makes.")
    return about
