"""Shall it be rolled back? Who asks, who answers, and what happens when nobody does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from deployments import clock, subscriptions
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment, Event
from monitoring import services, sweeps
from monitoring.definitions import AlertDefinition, TargetDefinition, TriggerDefinition
from monitoring.enums import Answer, Result, Verdict
from monitoring.models import Alert, Question, Series, Target, Watch
from monitoring.services import Value
from tests.builders import Team, find_team, make_deployment
from tests.communications.conftest import move_clock
from tests.monitoring.makers import (
    AUTOMATIC,
    CRITICAL,
    HIT_RATE,
    MINUTE,
    TRIGGER,
    machine,
    make_watch,
    push,
    state_of,
    verbs,
)

FAST = TargetDefinition("Fast within an hour", "latency < 200 ms within 1 h of complete")


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def test_trigger_recommends_and_asks_on_when_nobody_answers(team: Team) -> None:
    watch = make_watch(team, alerts=(), triggers=[TRIGGER])
    push(watch, *[50] * 3)
    question = Question.objects.get()
    assert question.because == ["Hit rate breaks down: 50 % is less than 60 %"]
    move_clock(timedelta(minutes=16))
    sweeps.sweep()
    question.refresh_from_db()
    assert (question.answer, state_of(watch)) == (Answer.UNANSWERED, State.WATCHING)
    services.stay(watch.deployment_id, actor=team.ops_lead, reason="A known cold cache")
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == (Answer.STAYED, team.ops_lead)
    asked = [verb for verb in verbs(watch) if verb.startswith("rollback")]
    assert asked == ["rollback asked", "rollback unanswered", "rollback answered"]


def test_automatic_trigger_goes_back_when_the_countdown_ends(team: Team) -> None:
    watch = make_watch(team, alerts=(), triggers=[AUTOMATIC])
    push(watch, *[50] * 3)
    sweeps.sweep()
    assert state_of(watch) == State.WATCHING
    move_clock(timedelta(minutes=16))
    sweeps.sweep()
    assert state_of(watch) == State.ROLLING_BACK
    assert Question.objects.get().answer == Answer.ROLLED_BACK
    begun = Event.objects.get(deployment=watch.deployment_id, verb="rollback begun")
    assert (begun.actor, begun.actor_name) == (None, "Deploy Portal")
    assert "Nobody answered within the countdown" in begun.reason


def test_trigger_of_the_first_while_holds_by_what_was_measured_then_and_never_later(
    team: Team,
) -> None:
    """Signed was that it goes back by itself within ten minutes, not forty hours later."""
    soon = replace(AUTOMATIC, condition="hit_rate < 60 % within 10 min of complete")
    watch = make_watch(
        team, alerts=[AlertDefinition("Cold", "hit_rate < 60 % within 10 min")], triggers=[soon]
    )
    push(watch, *[90] * 8, *[50] * 5)
    assert (Question.objects.count(), Alert.objects.count()) == (0, 0)
    move_clock(timedelta(hours=1))
    push(watch, *[50] * 20)
    sweeps.sweep()
    assert (Question.objects.count(), Alert.objects.count()) == (0, 0)


def test_trigger_that_held_in_its_first_while_asks_on_after_it_until_it_is_calm(
    team: Team,
) -> None:
    soon = replace(TRIGGER, condition="hit_rate < 60 % within 10 min of complete")
    watch = make_watch(team, alerts=(), triggers=[soon])
    push(watch, *[90] * 5, *[50] * 12)
    assert Question.objects.get().answer == Answer.ASKED
    push(watch, *[90] * 3)
    assert Question.objects.get().answer == Answer.WITHDRAWN


def test_trigger_that_is_calm_again_asks_no_longer(team: Team) -> None:
    watch = make_watch(team, alerts=(), triggers=[AUTOMATIC])
    push(watch, *[50] * 3, *[90] * 3)
    assert Question.objects.get().answer == Answer.WITHDRAWN
    move_clock(timedelta(minutes=16))
    sweeps.sweep()
    assert state_of(watch) == State.WATCHING


def test_after_a_later_start_at_the_same_place_triggers_only_recommend(team: Team) -> None:
    watch = make_watch(team, alerts=(), triggers=[AUTOMATIC])
    later = make_deployment(team)
    Deployment.objects.filter(pk=later.pk).update(started_at=clock.now())
    push(watch, *[50] * 3)
    assert not Question.objects.get().is_automatic
    move_clock(timedelta(minutes=16))
    sweeps.sweep()
    assert state_of(watch) == State.WATCHING


def test_later_start_during_the_countdown_keeps_it_from_going_back(team: Team) -> None:
    watch = make_watch(team, alerts=(), triggers=[AUTOMATIC])
    push(watch, *[50] * 3)
    later = make_deployment(team)
    Deployment.objects.filter(pk=later.pk).update(started_at=clock.now())
    move_clock(timedelta(minutes=16))
    sweeps.sweep()
    assert state_of(watch) == State.WATCHING
    assert Question.objects.get().answer == Answer.UNANSWERED


def test_closing_withdraws_what_nobody_answered(team: Team) -> None:
    watch = make_watch(team, alerts=(), triggers=[TRIGGER])
    push(watch, *[50] * 3)
    closed = services.close(watch.deployment_id, actor=team.ops_lead, result=Result.FAILED)
    for receive in subscriptions.receivers_of(closed.verb):
        receive(closed)
    assert Question.objects.get().answer == Answer.WITHDRAWN


def test_two_alerts_at_once_are_one_question(team: Team) -> None:
    watch = make_watch(team, triggers=[TRIGGER])
    push(watch, *[50] * 3)
    assert len(Question.objects.get().because) == 2


def test_person_says_that_a_trigger_without_a_number_holds(team: Team) -> None:
    words = TriggerDefinition("Data consistency issues detected")
    watch = make_watch(team, alerts=(), triggers=[words])
    trigger = watch.deployment.triggers.get()
    with pytest.raises(Invalid, match="Say what you see"):
        services.raise_by_hand(watch.deployment_id, trigger.pk, actor=team.member, reason=" ")
    services.raise_by_hand(
        watch.deployment_id, trigger.pk, actor=team.member, reason="Orders are doubled"
    )
    push(watch, 90)
    question = Question.objects.get()
    assert question.is_open
    assert question.because == [f"{words.text}: Orders are doubled ({team.member})"]
    services.go_back(watch.deployment_id, actor=team.ops_lead, reason="")
    assert state_of(watch) == State.ROLLING_BACK


def test_only_an_ops_lead_who_did_not_ask_for_it_answers(team: Team) -> None:
    watch = make_watch(team, alerts=(), triggers=[TRIGGER])
    with pytest.raises(Refused, match="Nobody asks to roll back"):
        services.stay(watch.deployment_id, actor=team.ops_lead, reason="No")
    push(watch, *[50] * 3)
    for actor in (team.member, team.release_manager):
        with pytest.raises(Forbidden):
            services.go_back(watch.deployment_id, actor=actor, reason="Now")
    with pytest.raises(Invalid, match="Say why it stays"):
        services.stay(watch.deployment_id, actor=team.ops_lead, reason=" ")


def test_flapping_critical_metric_asks_again_what_was_withdrawn(team: Team) -> None:
    watch = make_watch(team, alerts=[CRITICAL])
    push(watch, *[65] * 3, *[90] * 3)
    assert Question.objects.get().answer == Answer.WITHDRAWN
    push(watch, *[65] * 3)
    assert Question.objects.filter(answer=Answer.ASKED).count() == 1
    assert verbs(watch).count("alert raised") == 1


def test_flapping_critical_metric_does_not_ask_again_what_a_person_answered(team: Team) -> None:
    watch = make_watch(team, alerts=[CRITICAL])
    push(watch, *[65] * 3)
    services.stay(watch.deployment_id, actor=team.ops_lead, reason="A known cold cache")
    push(watch, *[90] * 3, *[65] * 3)
    assert [one.answer for one in Question.objects.all()] == [Answer.STAYED]


def test_nothing_goes_back_by_itself_for_what_was_signed_to_recommend(team: Team) -> None:
    """The automatic trigger is calm again; what still asks is an alert of another metric."""
    slow = AlertDefinition("Slow", "latency > 500 ms", "critical")
    watch = make_watch(
        team, alerts=[slow], triggers=[AUTOMATIC], metrics={**HIT_RATE, "latency": "ms"}
    )
    push(watch, *[50] * 3)
    assert Question.objects.get().is_automatic
    for _ in range(3):
        move_clock(MINUTE)
        both = [Value("hit_rate", Decimal(90)), Value("latency", Decimal(900))]
        services.push(watch.deployment_id, both, actor=machine())
    assert not Question.objects.get().is_automatic
    move_clock(timedelta(minutes=16))
    sweeps.sweep()
    assert (state_of(watch), Question.objects.get().answer) == (State.WATCHING, Answer.UNANSWERED)


def test_place_that_another_one_holds_is_not_rolled_back_and_stops_no_other_watch(
    team: Team,
) -> None:
    watch = make_watch(team, alerts=(), triggers=[AUTOMATIC], targets=[FAST])
    push(watch, *[50] * 3)
    earlier = make_deployment(team)
    Deployment.objects.filter(pk=earlier.pk).update(
        state=State.ROLLING_BACK, started_at=clock.now() - timedelta(days=1),
        rollback_at=clock.now(), rollback_reason="It is slow",
    )  # fmt: skip
    move_clock(timedelta(hours=2))
    sweeps.sweep()
    assert (state_of(watch), Question.objects.get().answer) == (State.WATCHING, Answer.UNANSWERED)
    assert Target.objects.get().verdict == Verdict.UNKNOWN


def test_watch_that_cannot_go_on_keeps_no_other_from_it(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    broken, watch = make_watch(team, targets=[FAST]), make_watch(team, targets=[FAST], metrics={})
    Target.objects.filter(deployment=broken.deployment_id).update(said="x" * 599)
    Series.objects.filter(watch=broken).update(key="latency", unit="ms")
    Watch.objects.filter(pk=broken.pk).update(opened_at=None, ends_at=None)
    move_clock(timedelta(hours=2))
    sweeps.sweep()
    assert Target.objects.get(deployment=watch.deployment_id).verdict == Verdict.UNKNOWN
