"""Local times as people write them: one instant, a question which of two, or that there is none."""

from datetime import UTC, datetime

from accounts.zones import InstantError, zone_of

__all__ = ["InstantError", "in_utc", "instant", "zone_of"]


def instant(local: datetime, zone: str, *, later: bool | None = None) -> datetime:
    """The UTC instant of a wall-clock time in a zone.

    `later` chooses between two when the clock goes back; None asks instead (InstantError).
    """
    place = zone_of(zone)
    early, late = (in_utc(local.replace(tzinfo=place, fold=fold)) for fold in (0, 1))
    if early == late:
        return early
    # Where the clock is put forward the two folds swap: the later fold names the earlier instant.
    if early > late:
        raise InstantError(
            f"{local:%Y-%m-%dT%H:%M} does not exist in {zone}, the clock changes there; "
            "choose another time."
        )
    if later is None:
        raise InstantError(
            f"{local:%Y-%m-%dT%H:%M} exists twice in {zone}, the clock changes there; "
            "say which of the two."
        )
    return late if later else early


def in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InstantError(
            f"“{moment.isoformat(timespec='minutes')}” is outside the times that can be planned."
        ) from None
