"""Targets at their deadline: by what was measured, or by a person where nothing was."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from deployments.exceptions import Invalid, Refused
from gates.enums import Source
from monitoring import services, sweeps
from monitoring.definitions import TargetDefinition
from monitoring.enums import Verdict
from monitoring.models import Alert, Series, Target
from monitoring.services import Value
from tests.builders import Team, find_team
from tests.communications.conftest import move_clock
from tests.monitoring.makers import (
    HIT_RATE,
    MINUTE,
    machine,
    make_metric,
    make_watch,
    push,
    verbs,
)


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def test_targets_are_judged_at_their_deadline_by_what_was_measured(team: Team) -> None:
    targets = [
        TargetDefinition("Above 85 % within an hour", "hit_rate > 85 % within 1 h of complete"),
        TargetDefinition("Above 95 % within an hour", "hit_rate > 95 % within 1 h of complete"),
        TargetDefinition("Fast within an hour", "latency < 200 ms within 1 h of complete"),
        TargetDefinition("Above 80 %", "hit_rate > 80 %"),
        TargetDefinition("Nobody complains"),
    ]
    watch = make_watch(team, alerts=(), targets=targets)
    push(watch, 90, every=59 * MINUTE)
    sweeps.sweep()
    assert set(Target.objects.values_list("verdict", flat=True)) == {""}
    move_clock(2 * MINUTE)
    sweeps.sweep()
    found = Target.objects.order_by("position").values_list("verdict", "said")
    assert list(found) == [
        (Verdict.MET, "Hit rate: 90 % is more than 85 %"),
        (Verdict.NOT_MET, "Hit rate: 90 %, needs more than 95 %"),
        (Verdict.UNKNOWN, "Nothing measures latency."),
        ("", ""),
        ("", ""),
    ]
    assert verbs(watch).count("target judged") == 3


def test_old_value_meets_no_target(team: Team) -> None:
    target = TargetDefinition("Above 85 % within an hour", "hit_rate > 85 % within 1 h")
    watch = make_watch(team, alerts=(), targets=[target])
    push(watch, 90)
    move_clock(timedelta(hours=2))
    sweeps.sweep()
    assert Target.objects.get().verdict == Verdict.UNKNOWN


def test_person_judges_a_target_with_a_reason(team: Team) -> None:
    watch = make_watch(team, targets=[TargetDefinition("Nobody complains")])
    target = Target.objects.get()
    with pytest.raises(Invalid, match="Say by what you judge"):
        services.judge_by_hand(
            watch.deployment_id, target.pk, Verdict.MET, actor=team.release_manager, reason=""
        )
    services.judge_by_hand(
        watch.deployment_id, target.pk, Verdict.PARTLY, actor=team.release_manager, reason="Two did"
    )
    target.refresh_from_db()
    assert (target.verdict, target.judged_by) == (Verdict.PARTLY, team.release_manager)


def test_target_for_a_while_looks_at_all_of_that_time(team: Team) -> None:
    """One good value at the end does not make up for bad ones, nor for none."""
    targets = [
        TargetDefinition("Half an hour", "hit_rate > 85 % for 30 min within 1 h of complete"),
        TargetDefinition("Three minutes", "hit_rate > 85 % for 3 min within 1 h of complete"),
        TargetDefinition("An hour", "latency < 9 ms for 30 min within 1 h of complete"),
    ]
    watch = make_watch(team, alerts=(), targets=targets, metrics={**HIT_RATE, "latency": "ms"})
    push(watch, *[80] * 40, *[90] * 19)
    services.push(watch.deployment_id, [Value("latency", Decimal(5))], actor=machine())
    move_clock(2 * MINUTE)
    sweeps.sweep()
    found = Target.objects.order_by("position").values_list("verdict", "said")
    assert list(found) == [
        (Verdict.NOT_MET, "Hit rate: 80 %, needs more than 85 %"),
        (Verdict.MET, "Hit rate: 90 % is more than 85 %"),
        (Verdict.UNKNOWN, "Latency gave no value in the time before the deadline."),
    ]


def test_value_that_a_person_entered_is_never_late_by_itself(team: Team) -> None:
    target = TargetDefinition("Few wait", "waiting < 9 within 1 h of complete")
    watch = make_watch(team, alerts=(), targets=[target], metrics={})
    metric = make_metric(watch.deployment, "waiting", "", Source.BY_HAND)
    Series.objects.create(watch=watch, metric=metric, key="waiting", title="Waiting")
    move_clock(20 * MINUTE)
    sweeps.sweep()
    assert not Alert.objects.exists()
    services.enter(watch.deployment_id, "waiting", Decimal(4), actor=team.member)
    move_clock(timedelta(hours=1))
    sweeps.sweep()
    assert (Target.objects.get().verdict, Alert.objects.exists()) == (Verdict.MET, False)


def test_machines_judgment_is_not_a_persons_to_change(team: Team) -> None:
    target = TargetDefinition("Above 95 % within an hour", "hit_rate > 95 % within 1 h of complete")
    watch = make_watch(team, alerts=(), targets=[target])

    def judge() -> None:
        services.judge_by_hand(
            watch.deployment_id, Target.objects.get().pk, Verdict.MET,
            actor=team.release_manager, reason="It is good enough",
        )  # fmt: skip

    with pytest.raises(Refused, match="The portal judges this target"):
        judge()
    push(watch, 90, every=59 * MINUTE)
    move_clock(2 * MINUTE)
    sweeps.sweep()
    with pytest.raises(Refused, match="The portal has judged this target"):
        judge()
    assert Target.objects.get().verdict == Verdict.NOT_MET
