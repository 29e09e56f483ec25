from datetime import UTC, datetime

import pytest

from deployments.zones import InstantError
from intake.instants import instant


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-03-14T20:00", "UTC", datetime(2026, 3, 14, 20, tzinfo=UTC)),
        ("2026-03-14T20:00", "Europe/Vienna", datetime(2026, 3, 14, 19, tzinfo=UTC)),
        ("2026-03-14T20:00+02:00", "Europe/Vienna", datetime(2026, 3, 14, 18, tzinfo=UTC)),
        ("2026-03-29T02:30+01:00", "Europe/Vienna", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-03-14T20:00Z", "Asia/Tokyo", datetime(2026, 3, 14, 20, tzinfo=UTC)),
    ],
)
def test_a_time_is_meant_in_its_zone_or_by_its_offset(
    text: str, zone: str, expected: datetime
) -> None:
    assert instant(text, zone) == expected


@pytest.mark.parametrize(
    ("text", "zone", "sentence"),
    [
        (
            "2026-03-29T02:30",
            "Europe/Vienna",
            "2026-03-29T02:30 does not exist in Europe/Vienna, the clock changes there; "
            "choose another time.",
        ),
        (
            "2026-10-25T02:30",
            "Europe/Vienna",
            "2026-10-25T02:30 exists twice in Europe/Vienna, the clock changes there; "
            "say which of the two.",
        ),
        (
            "tomorrow",
            "UTC",
            "“tomorrow” is no ISO time; write it like 2026-03-14T20:00 or 2026-03-14T20:00+01:00.",
        ),
        (
            "2026-03-14T20:00",
            "Mars/Base",
            "“Mars/Base” is no time zone; name one of the IANA list such as Europe/Berlin or UTC.",
        ),
        (
            "0001-01-01T00:00+10:00",
            "UTC",
            "“0001-01-01T00:00+10:00” is outside the times that can be planned.",
        ),
    ],
)
def test_a_time_that_is_unclear_is_refused(text: str, zone: str, sentence: str) -> None:
    with pytest.raises(InstantError) as refused:
        instant(text, zone)
    assert str(refused.value) == sentence
