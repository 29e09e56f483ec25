"""From a time as people type it on a command line, with the zone it is meant in, to one instant."""

from datetime import datetime

from deployments import zones
from deployments.zones import InstantError


def instant(text: str, zone: str) -> datetime:
    """Read an ISO time; without an offset it is local in the zone and must exist there once."""
    zones.zone_of(zone)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InstantError(
            f"“{text}” is no ISO time; write it like 2026-03-14T20:00 or 2026-03-14T20:00+01:00."
        ) from None
    return zones.instant(read, zone) if read.tzinfo is None else zones.in_utc(read)
