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
        ("T0", Moment("t0", 0)),
        ("sometimes", None),
        ("", None),
    ],
)
def test_usual_notations_are_read(text: str, expected: Moment | None) -> None:
    assert moment(text) == expected
