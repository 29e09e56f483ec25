"""Values that a machine sends: late, twice, out of order, by a wrong clock, or nonsense."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.services import issue
from deployments import clock
from deployments.enums import State
from deployments.models import Deployment
from monitoring.models import Alert, Reading, Series, Watch
from tests.api.makers import Machine, problem
from tests.builders import Team, make_team
from tests.monitoring.makers import MINUTE, WARNING, make_watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(team: Team) -> Machine:
    return Machine(issue(team.service, title="CI", actor=None)[1])


@pytest.fixture
def watch(team: Team) -> Watch:
    """Opened an hour ago."""
    watch = make_watch(team, alerts=[WARNING])
    opened = clock.now() - 60 * MINUTE
    Watch.objects.filter(pk=watch.pk).update(opened_at=opened)
    watch.refresh_from_db()
    return watch


def at(watch: Watch, minutes: float) -> str:
    assert watch.opened_at is not None
    return (watch.opened_at + minutes * MINUTE).isoformat()


def value(number: Any, when: str | None = None, **more: Any) -> dict[str, Any]:
    return {"key": "hit_rate", "value": number, **({"at": when} if when else {}), **more}


def send(machine: Machine, watch: Watch, *values: dict[str, Any]) -> Any:
    path = f"/deployments/{watch.deployment_id}/metrics"
    return machine.call("POST", path, {"values": list(values)})


def kept(watch: Watch) -> list[tuple[int, int]]:
    """In which second of the watch, which value."""
    assert watch.opened_at is not None
    rows = Reading.objects.exclude(value=None).order_by("at").values_list("at", "value")
    return [
        (int((moment - watch.opened_at).total_seconds()), int(one or 0)) for moment, one in rows
    ]


def test_values_are_kept_once_whenever_and_in_whatever_order_they_come(
    machine: Machine, watch: Watch
) -> None:
    late = [value(91, at(watch, 20)), value(90, at(watch, 10)), value(92, at(watch, 15))]
    assert send(machine, watch, *late).json() == {"written": 3, "known": 0}
    assert send(machine, watch, *late).json() == {"written": 0, "known": 3}
    more = [value(93, at(watch, 5)), value(93, at(watch, 5.001)), value(55, at(watch, 20))]
    assert send(machine, watch, *more).json() == {"written": 1, "known": 2}
    assert kept(watch) == [(300, 93), (600, 90), (900, 92), (1200, 91)]
    newest = Series.objects.select_related("last").get().last
    assert newest is not None
    assert newest.value == 91


def test_order_of_the_instants_decides_and_not_the_order_of_coming(
    machine: Machine, watch: Watch
) -> None:
    """Three bad values that are older than a good one raise nothing; three newest ones do."""
    send(machine, watch, value(90, at(watch, 40)))
    send(machine, watch, *(value(70, at(watch, minute)) for minute in (30, 31, 32)))
    assert not Alert.objects.filter(is_silence=False).exists()
    send(machine, watch, *(value(70, at(watch, minute)) for minute in (58, 56, 57)))
    assert Alert.objects.get(is_silence=False).said == "Hit rate: 70 % is less than 80 %"


@pytest.mark.parametrize(
    ("ahead", "is_taken"), [(timedelta(seconds=50), True), (timedelta(seconds=70), False)]
)
def test_clock_that_runs_ahead_a_little_counts_as_now_and_more_is_refused(
    machine: Machine, watch: Watch, ahead: timedelta, is_taken: bool
) -> None:
    answer = send(machine, watch, value(90, (clock.now() + ahead).isoformat()))
    if is_taken:
        assert answer.status_code == 200
        assert Reading.objects.get().at <= clock.now()
    else:
        told = "The value of “hit_rate” lies in the future; set that machine's clock."
        assert problem(answer) == (422, told)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"value": "NaN"}, "“NaN” is no plain number for “hit_rate”."),
        ({"value": "Infinity"}, "“Infinity” is no plain number for “hit_rate”."),
        ({"value": "many"}, "“many” is no plain number for “hit_rate”."),
        ({"unit": "ms"}, "“hit_rate” is measured in %."),
        ({"key": "other"}, "No metric “other” of this watch takes values in this way."),
        ({"at": "2020-01-01T00:00:00Z"}, "The value of “hit_rate” is older than the watch."),
    ],
)
def test_one_value_that_makes_no_sense_costs_the_whole_delivery(
    machine: Machine, watch: Watch, wrong: dict[str, str], sentence: str
) -> None:
    answer = send(machine, watch, value(90, at(watch, 10)), value(91, at(watch, 11)) | wrong)
    assert problem(answer) == (422, sentence)
    assert not Reading.objects.exists()


def test_time_without_a_zone_is_refused(machine: Machine, watch: Watch) -> None:
    naive = datetime(2026, 5, 1, 12).isoformat()
    assert problem(send(machine, watch, value(90, naive)))[0] == 422


def test_delivery_after_the_end_is_taken_for_its_time_and_refused_for_a_later_one(
    machine: Machine, watch: Watch
) -> None:
    ended = clock.now() - MINUTE
    Watch.objects.filter(pk=watch.pk).update(ends_at=ended, ended_at=ended)
    assert send(machine, watch, value(90, at(watch, 50))).json() == {"written": 1, "known": 0}
    status, said = problem(send(machine, watch, value(90)))
    assert (status, said.startswith("The watch has ended; ")) == (422, True)
    Deployment.objects.filter(pk=watch.deployment_id).update(state=State.CLOSED)
    assert problem(send(machine, watch, value(90, at(watch, 51))))[0] == 409


def test_machine_of_another_service_finds_no_such_deployment(watch: Watch) -> None:
    other = make_team("other", "o_")
    stranger = Machine(issue(other.service, title="CI", actor=None)[1])
    assert problem(send(stranger, watch, value(90)))[0] == 404
