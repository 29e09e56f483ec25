"""Names of time zones, as the IANA list has them."""

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError


class InstantError(ValueError):
    """One sentence that says what is wrong with a time or its zone, and what would be right."""


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, malformed, or the name of a folder
        raise InstantError(
            f"“{name}” is no time zone; name one of the IANA list such as Europe/Berlin or UTC."
        ) from None


def validate_zone(name: str) -> None:
    try:
        zone_of(name)
    except InstantError as error:
        raise ValidationError(str(error)) from None
