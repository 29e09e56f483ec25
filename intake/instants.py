"""From a time as people type it, with the zone it is meant in, to one instant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class InstantError(ValueError):
    """One sentence that says what is wrong with a time and what would be right."""


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, malformed, or the name of a folder
        raise InstantError(
            f"“{name}” is no time zone; name one of the IANA list such as Europe/Berlin or UTC."
        ) from None


def instant(text: str, zone: str) -> datetime:
    """Read an ISO time; without an offset it is local in the zone and must exist there once."""
    place = zone_of(zone)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InstantError(
            f"“{text}” is no ISO time; write it like 2026-03-14T20:00 or 2026-03-14T20:00+01:00."
        ) from None
    if read.tzinfo is not None:
        return _utc(read, text)
    early, late = (_utc(read.replace(tzinfo=place, fold=fold), text) for fold in (0, 1))
    if early == late:
        return early
    # Where the clock is put forward the two folds swap: the later fold names the earlier instant.
    many = "exists twice" if early < late else "does not exist"
    raise InstantError(
        f"{text} {many} in {zone}, the clock changes there; add the offset, such as +01:00."
    )


def _utc(moment: datetime, text: str) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InstantError(f"“{text}” is outside the times that can be planned.") from None
