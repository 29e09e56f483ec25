import pytest

from intake.moments import Moment, moment

HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24h before", Moment("t0", -DAY)),
        ("2 hours before deployment", Moment("t0", -2 * HOUR)),
        ("30 min prior", Moment("t0", -1800)),
        ("1 day before", Moment("t0", -DAY)),
        ("T-2h", Moment("t0", -2 * HOUR)),
        ("T+30m", Moment("t0", 1800)),
        ("T0 − 24 h", Moment("t0", -DAY)),
        ("D-2", Moment("t0", -2 * DAY)),
        ("Deployment start", Moment("start", 0)),
        ("Deployment complete", Moment("complete", 0)),
        ("24h after", Moment("complete", DAY)),
        ("1h after start", Moment("start", HOUR)),
        ("24h before start", Moment("t0", -DAY)),
        ("30 minutes before the deployment starts", Moment("t0", -1800)),
        ("T0", Moment("t0", 0)),
        ("2 days before go-live", Moment("t0", -2 * DAY)),
        ("one week before", Moment("t0", -7 * DAY)),
        ("T minus 2 hours", Moment("t0", -2 * HOUR)),
        ("T-01:30", Moment("t0", -5400)),
        ("Day -1", Moment("t0", -DAY)),
        ("J-2", Moment("t0", -2 * DAY)),
        ("-24h", Moment("t0", -DAY)),
        ("1.5 hours after", Moment("complete", 5400)),
        ("24 Stunden vorher", Moment("t0", -DAY)),
        ("2 heures avant", Moment("t0", -2 * HOUR)),
        ("24 horas antes", Moment("t0", -DAY)),
        ("30 minuti dopo", Moment("complete", 1800)),
        ("24 godziny przed", Moment("t0", -DAY)),
        ("за 2 часа до выпуска", Moment("t0", -2 * HOUR)),
        ("24小时前", Moment("t0", -DAY)),
        ("提前2小时", Moment("t0", -2 * HOUR)),
        ("2時間前", Moment("t0", -2 * HOUR)),
        ("2시간 전", Moment("t0", -2 * HOUR)),
        ("2 saat önce", Moment("t0", -2 * HOUR)),
        ("قبل 24 ساعة", Moment("t0", -DAY)),
        ("Monday 09:00", None),
        ("sometimes", None),
        ("", None),
    ],
)
def test_usual_notations_are_read(text: str, expected: Moment | None) -> None:
    assert moment(text) == expected
