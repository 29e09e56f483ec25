"""Brings a backup back, held: nothing leaves before an administrator has looked at it."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader

from deployments import history, portal_hold
from deployments.access.changing import PORTAL
from deployments.backup import archive, folders, programs
from deployments.backup.archive import About
from deployments.backup.making import own_key
from deployments.backup.problems import BackupError

# What another role's session is may be hidden from the owner; that somebody has one is not.
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
    AND coalesce(backend_type, 'client backend') = 'client backend'
"""
TRIES, PAUSE = 10, 0.2  # looks at who else is there, seconds between two
OTHER_KEY = (
    "The backup was made with another SECRET_KEY than this portal has: everybody signs in anew, and"
    " credentials of connections stay closed until that key is among SECRET_KEY_FALLBACKS"
    " or PORTAL_CREDENTIALS_KEYS."
)


@dataclass(frozen=True)
class Restored:
    about: About
    files: int
    warning: str


def restore(file: Path) -> Restored:
    """Replace what is there, in one transaction that also holds the portal; then migrate.

    Whatever fails before its end leaves the database as it was.
    """
    with tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=".restore-") as folder:
        place = Path(folder)
        about = archive.unpack(file, place)
        _refuse_newer(about)
        _refuse_company()
        files = _bring_evidence(place / archive.EVIDENCE, Path(settings.EVIDENCE_DIR))
        _bring_database(place, about)
        warning = _bring_key(place / archive.KEY)
        for name, to in folders.places().items():
            _bring_missing(place / archive.MORE / name, to)
    call_command("migrate", database=programs.owner(), verbosity=0, interactive=False)
    _record(about, files)
    return Restored(about, files, warning)


def _refuse_newer(about: About) -> None:
    """Tables that this version does not know cannot be led back."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := [name for name in about.migrations if name not in known]:
        raise BackupError(
            f"The backup was made by a later version of the portal ({unknown[-1]}): "
            "install that version, then restore."
        )


def _refuse_company() -> None:
    """Nobody may work on the database meanwhile: who was told something must not be forgotten."""
    for alias in connections:
        connections[alias].close()
    others = _others()
    # The server takes a moment to let go of a program that has just ended, such as a backup.
    for _ in range(TRIES):
        if not others:
            break
        time.sleep(PAUSE)
        others = _others()
    if others:
        raise BackupError(
            f"The database has {others} other connections: stop the portal and all its workers, "
            "close other sessions, and try again."
        )


def _others() -> int:
    with connections[programs.owner()].cursor() as cursor:
        cursor.execute(OTHERS)
        (others,) = cursor.fetchone()
    connections[programs.owner()].close()
    return int(others)


def _bring_database(place: Path, about: About) -> None:
    clear, dumped, hold = (place / name for name in ("clear.sql", "dump.sql", "hold.sql"))
    clear.write_text(programs.CLEAR)
    programs.script(place / archive.DUMP, dumped)
    reason = f"A backup of {about.instant:%d %b %Y, %H:%M} UTC was restored."
    hold.write_text(portal_hold.statements(reason, about.instant, restored=True))
    programs.run_together(clear, dumped, hold)


def _bring_evidence(brought: Path, to: Path) -> int:
    """Files are named by what is in them, so what is there already is the same."""
    count = 0
    for file in brought.rglob("*") if brought.is_dir() else ():
        if not file.is_file():
            continue
        place = to / file.relative_to(brought)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_name(f".arriving-{place.name}")
        shutil.copyfile(file, draft)
        draft.replace(place)
        count += 1
    return count


def _bring_key(brought: Path) -> str:
    """The key that `make run` made goes back to its place; one that is set is never touched."""
    if not brought.is_file() or brought.read_text() == settings.SECRET_KEY:
        return ""
    kept = own_key()
    if kept is None:
        return OTHER_KEY
    draft = kept.with_name(f".arriving-{kept.name}")
    draft.unlink(missing_ok=True)
    with archive.new_file(draft) as out:
        out.write(brought.read_bytes())
    kept.replace(kept.with_name("secret_key.before"))
    draft.replace(kept)
    return ""


def _bring_missing(brought: Path, to: Path) -> None:
    """Readable by us alone from its first byte; what is there stays, it may be later."""
    for file in sorted(brought.rglob("*")) if brought.is_dir() else ():
        place = to / file.relative_to(brought)
        if not file.is_file() or place.exists():
            continue
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_name(f".arriving-{place.name}")
        draft.unlink(missing_ok=True)
        with archive.new_file(draft) as out:
            out.write(file.read_bytes())
        draft.replace(place)


@transaction.atomic
def _record(about: About, files: int) -> None:
    """The portal's own chain says from where it goes on."""
    after = {"backup": about.made_at, "files of evidence": files}
    history.record(history.chain(PORTAL), "portal restored", actor=None, after=after)
