"""Local times as people write them: one instant, or a question which of two, or that there is none."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones


class NoSuchTime(ValueError):
    """The text names no instant, or two; the message is one sentence for the person who typed it."""


def instant(local: datetime, zone: str, *, later: bool | None = None) -> datetime:
    """The UTC instant of a wall-clock time in a zone.

    `later` chooses between two when the clock goes back; None asks instead (NoSuchTime).
    """
    if zone not in available_timezones():
        raise NoSuchTime(f"“{zone}” is no time zone; write it like Europe/Vienna.")
    place = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(place).replace(tzinfo=None) != local:
        raise NoSuchTime(
            f"{local:%Y-%m-%d %H:%M} does not exist in {zone}: the clock skips it; choose another time."
        )
    if first == second:
        return first
    if later is None:
        raise NoSuchTime(
            f"{local:%Y-%m-%d %H:%M} happens twice in {zone}, as the clock goes back: choose which one."
        )
    return second if later else first
