"""Makes a backup of a portal that may go on working meanwhile."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from deployments import clock
from deployments.backup import archive, folders, programs
from deployments.backup.archive import About

KEY_NAME = "secret_key"


def make(to: Path) -> int:
    """The number of files of evidence in it.

    The database comes first: a file is written before the row that leads to it, and never changed.
    """
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = About(clock.now().isoformat(), sorted(applied()))
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".backup-") as folder:
        dumped = Path(folder) / archive.DUMP
        programs.dump(dumped)
        kept = {f"{archive.MORE}/{name}": place for name, place in folders.places().items()}
        kept[archive.EVIDENCE] = Path(settings.EVIDENCE_DIR)
        return archive.write(to, about, dumped, own_key(), kept)[archive.EVIDENCE]


def applied() -> list[str]:
    recorder = MigrationRecorder(connections[programs.owner()])
    return [f"{app}.{name}" for app, name in recorder.applied_migrations()]


def own_key() -> Path | None:
    """The file of the key that `make run` made, where it is the key that is used."""
    kept = settings.VAR_DIR / KEY_NAME
    is_used = kept.is_file() and kept.read_text() == settings.SECRET_KEY
    return kept if is_used else None
