"""Looks whether there is a backup that is young enough, and not empty.

By HTTP the answer's `Last-Modified` and `Content-Length` are believed; files are looked at only
below the folders that the administrator names, and no link leads out of them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_UP, Decimal
from email.utils import parsedate_to_datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from connections.client import GuardedClient
from deployments.conditions import plain_number
from gates.declared import Circumstances, Number, Probed, Settings, whole_address
from gates.enums import Kind
from gates.measurement import Measurement
from gates.probes.documents import Unreadable
from gates.probes.listing import MOST_PAGE_BYTES, listed
from gates.schedules import STANDING

MOST_FILES = 100_000
# Clocks differ a little; a backup from further ahead was not made yet.
AHEAD = timedelta(minutes=5)
PLACES = Decimal("0.01")


class BackupSettings(Settings):
    called = "A backup gate"

    url: str = Field(
        default="",
        title="Address of the newest backup",
        max_length=2000,
        description="Asked for its date and size; nothing is downloaded. Or of the bucket or"
        " container that lists the backups.",
    )
    listing: Literal["", "S3", "Azure"] = Field(
        default="",
        title="The address lists objects as",
        description="S3 (ListObjectsV2) or Azure (List Blobs): the newest object counts, and a"
        " listing that cannot be read to its end is an error.",
    )
    prefix: str = Field(
        default="",
        title="Names of listed backups begin with",
        max_length=500,
        description="Such as portal/daily-.",
    )
    connection: str = Field(
        default="",
        title="Connection",
        max_length=60,
        description="Declared by an administrator, for private addresses and credentials.",
    )
    files: str = Field(
        default="",
        title="Or files",
        max_length=500,
        description="A pattern such as /backups/portal/*.dump, below a folder that the"
        " administrator of the portal opened for this.",
    )
    max_age_hours: int = Field(default=24, title="Not older than, hours", ge=1, le=8760)
    min_bytes: int = Field(default=1, title="At least, bytes", ge=1, le=10**15)
    seconds: int = Field(default=10, title="Time limit, s", ge=1, le=20)

    @model_validator(mode="after")
    def names_one_place(self) -> Self:
        if bool(self.url) == bool(self.files):
            raise ValueError("A backup gate looks at an address or at files; say one of them.")
        if (self.listing and not self.url) or (self.prefix and not self.listing):
            raise ValueError("A listing needs its address, and a prefix needs a listing.")
        return self

    def target(self, around: Circumstances) -> str:
        return whole_address(self.url, around.permit) if self.url else self.files

    @property
    def threshold(self) -> str:
        return f"at most {self.max_age_hours} h old, at least {self.min_bytes} bytes"


@dataclass(frozen=True)
class Backup:
    """`made_at` is UTC; `size` is None where nobody says it."""

    name: str
    made_at: datetime
    size: int | None


def probe(wanted: BackupSettings, around: Circumstances) -> Measurement:
    if wanted.listing:
        found = _newest_listed(wanted, around)
    else:
        found = _asked(wanted, around) if wanted.url else _newest_file(wanted.files, around)
    if found is None:
        return Measurement("bad", "there is no backup", threshold=wanted.threshold)
    return _judged(found, wanted, around.now)


def _judged(found: Backup, wanted: BackupSettings, now: datetime) -> Measurement:
    age = now - found.made_at
    hours = _hours(age)
    outcome, reason = "good", f"the newest backup is {int(hours)} h old"
    if age < -AHEAD:
        outcome, reason = "error", f"the newest backup is dated {found.made_at:%Y-%m-%d %H:%M} UTC"
        reason += ", which is still to come"
    elif age > timedelta(hours=wanted.max_age_hours):
        outcome, reason = "bad", f"{reason}, needs at most {wanted.max_age_hours} h"
    elif found.size is None:
        outcome, reason = "no_data", "the newest backup does not say how large it is"
    elif found.size < wanted.min_bytes:
        outcome = "bad"
        reason = f"the newest backup has {found.size} bytes, needs at least {wanted.min_bytes}"
    return Measurement(
        outcome,
        reason,
        value=plain_number(hours),
        threshold=wanted.threshold,
        counts={"age_hours": hours, "bytes": found.size or 0},
        details=(found.name,),
    )


def _hours(age: timedelta) -> Decimal:
    """Rounded up, so that a limit is never met by rounding."""
    seconds = Decimal(max(age, timedelta(0)) // timedelta(seconds=1))
    return (seconds / 3600).quantize(PLACES, ROUND_UP)


def _asked(wanted: BackupSettings, around: Circumstances) -> Backup | None:
    target = wanted.target(around)
    with GuardedClient(permit=around.permit, seconds=wanted.seconds) as client:
        answer = client.head(target)
    if answer.status in (404, 410):
        return None
    if answer.status != 200:
        raise Unreadable(f"The backup's address answered {answer.status}, needs 200.")
    try:
        made_at = parsedate_to_datetime(answer.headers.get("last-modified", ""))
    except ValueError as error:
        raise Unreadable("The backup's address does not say when it was modified.") from error
    if made_at.tzinfo is None:
        raise Unreadable("The backup's address gives its date without a zone.")
    size = answer.headers.get("content-length", "")
    return Backup(target, made_at.astimezone(UTC), int(size) if size.isdecimal() else None)


def _newest_listed(wanted: BackupSettings, around: Circumstances) -> Backup | None:
    target = wanted.target(around)
    with GuardedClient(
        permit=around.permit, seconds=wanted.seconds, most_bytes=MOST_PAGE_BYTES
    ) as client:
        objects = listed(client, target, wanted.listing, wanted.prefix)
        newest = max(objects, key=lambda one: one.made_at, default=None)
    return Backup(newest.name, newest.made_at, newest.size) if newest else None


def _newest_file(pattern: str, around: Circumstances) -> Backup | None:
    if not around.backup_folders:
        raise Unreadable(
            "Files are not looked at: the administrator of the portal opened no folder for this."
        )
    place = Path(pattern)
    folder = next((one for one in around.backup_folders if _is_below(place, Path(one))), None)
    if folder is None or ".." in place.parts:
        raise Unreadable(f"“{pattern}” is not below a folder that the administrator opened.")
    return max(_files(Path(folder), place), key=lambda one: one.made_at, default=None)


def _is_below(place: Path, folder: Path) -> bool:
    return place.is_absolute() and place.is_relative_to(folder)


def _files(folder: Path, pattern: Path) -> Iterator[Backup]:
    """Regular files that match, each part of the path by its own pattern; no link is followed."""
    wanted = pattern.relative_to(folder).parts
    for seen, (path, entry) in enumerate(_entries(folder, wanted)):
        if seen >= MOST_FILES:
            raise Unreadable(f"More than {MOST_FILES} files match; write a narrower pattern.")
        facts = entry.stat(follow_symlinks=False)
        yield Backup(path, datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size)


def _entries(folder: Path, parts: tuple[str, ...]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    if not parts:
        return
    try:
        with os.scandir(folder) as listed:
            found = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        raise Unreadable(f"“{folder}” cannot be looked at: {error.strerror}.") from error
    for entry in found:
        if not fnmatch(entry.name, parts[0]):
            continue
        if len(parts) > 1 and entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path), parts[1:])
        elif len(parts) == 1 and entry.is_file(follow_symlinks=False):
            yield entry.path, entry


KIND = Probed(
    kind=Kind.BACKUP,
    asks="Is there a young backup to go back to?",
    settings=BackupSettings,
    schedule=STANDING,
    version="backup/3",
    numbers={
        "age_hours": Number("", "hours since the newest backup, never rounded down"),
        "bytes": Number("", "size of the newest backup"),
    },
    red=(
        "no backup, one that is too old, or one that is smaller than asked",
        "no data: nobody says how large it is",
        "could not be measured: no date, a date that is still to come, another status than 200, a"
        " folder that is not opened, a listing that is cut or cannot be read, blocked address",
    ),
    probe=probe,
)
