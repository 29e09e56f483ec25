"""A watch with values: alerts, the question to go back, targets, and what no value means."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from deployments import clock, subscriptions
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment, Event
from monitoring import services, sweeps
from monitoring.definitions import TargetDefinition, TriggerDefinition
from monitoring.enums import Answer, Result, Severity, Verdict
from monitoring.models import Alert, Question, Reading, Series, Target, Watch
from monitoring.services import Value
from tests.builders import Team, make_deployment, make_team
from tests.communications.conftest import move_clock
from tests.monitoring.makers import AUTOMATIC, MINUTE, TRIGGER, machine, make_watch, push


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return make_team()


def verbs(watch: Watch) -> list[str]:
    """What happened in the watch since it was opened."""
    found = list(
        Event.objects.filter(deployment=watch.deployment_id)
        .order_by("sequence")
        .values_list("verb", flat=True)
    )
    return found[found.index("watch opened") + 1 :]


def state_of(watch: Watch) -> str:
    return Deployment.objects.values_list("state", flat=True).get(pk=watch.deployment_id)


def test_warning_is_raised_after_three_readings_and_ends_beyond_the_second_limit(
    team: Team,
) -> None:
    watch = make_watch(team)
    push(watch, 85, 79, 79)
    assert not Alert.objects.exists()
    push(watch, 79)
    alert = Alert.objects.get()
    assert (alert.severity, alert.said) == (Severity.WARNING, "Hit rate: 79 % is less than 80 %")
    push(watch, 81, 81, 81)
    assert Alert.objects.get().is_open
    push(watch, 83, 83, 83)
    assert not Alert.objects.get().is_open
    assert verbs(watch) == ["alert raised", "alert ended"]


def test_metric_that_gets_worse_is_one_alert_that_becomes_critical_and_asks_once(
    team: Team,
) -> None:
    watch = make_watch(team)
    push(watch, *[75] * 3)
    alert = Alert.objects.get()
    services.acknowledge(watch.deployment_id, alert.pk, actor=team.member, note="I look at it")
    push(watch, *[65] * 5)
    alert.refresh_from_db()
    assert (alert.severity, alert.acknowledged_by) == (Severity.CRITICAL, None)
    assert verbs(watch) == ["alert raised", "alert acknowledged", "alert raised", "rollback asked"]
    assert Question.objects.get().because == ["Hit rate: 65 % is less than 70 %"]


def test_flapping_metric_is_one_incident_and_is_told_once(team: Team) -> None:
    watch = make_watch(team)
    for _ in range(4):
        push(watch, *[75] * 3, *[90] * 3)
    assert Alert.objects.get().times == 4
    assert verbs(watch).count("alert raised") == 1
    move_clock(timedelta(hours=1))
    push(watch, *[75] * 3)
    assert Alert.objects.count() == 2
    assert verbs(watch).count("alert raised") == 2


def test_metric_that_is_no_longer_sent_is_told_by_the_sweep_and_is_never_healthy(
    team: Team,
) -> None:
    watch = make_watch(team)
    push(watch, 90)
    move_clock(2 * MINUTE)
    sweeps.sweep()
    assert not Alert.objects.exists()
    move_clock(2 * MINUTE)
    sweeps.sweep()
    sweeps.sweep()
    alert = Alert.objects.get()
    assert alert.is_silence
    assert alert.said == "Hit rate: no value comes"
    push(watch, 90)
    assert not Alert.objects.get().is_open


def test_limit_that_was_passed_stays_passed_while_nothing_comes(team: Team) -> None:
    watch = make_watch(team)
    push(watch, *[75] * 3)
    move_clock(timedelta(hours=2))
    sweeps.sweep()
    assert [(one.is_open, one.is_silence) for one in Alert.objects.all()] == [(True, False)]


def test_no_value_and_a_bad_value_are_told_as_two_things(team: Team) -> None:
    watch = make_watch(team)
    move_clock(4 * MINUTE)
    sweeps.sweep()
    push(watch, *[75] * 3)
    move_clock(MINUTE)
    start = clock.now()
    move_clock(5 * MINUTE)
    values = [Value("hit_rate", Decimal(90), start + n * timedelta(seconds=1)) for n in range(3)]
    services.push(watch.deployment_id, values, actor=machine())
    found = Alert.objects.order_by("opened_at").values_list("said", "is_silence", "times")
    assert list(found) == [
        ("Hit rate: no value comes", True, 2),
        ("Hit rate: 75 % is less than 80 %", False, 1),
    ]
    assert [one.is_open for one in Alert.objects.order_by("opened_at")] == [True, False]
    assert verbs(watch) == [
        "alert raised", "alert ended", "alert raised", "alert ended", "alert came back",
    ]  # fmt: skip


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


def test_values_may_be_repeated_and_come_in_any_order(team: Team) -> None:
    watch = make_watch(team)
    move_clock(5 * MINUTE)
    start = clock.now() - 4 * MINUTE
    values = [Value("hit_rate", Decimal(75), start + n * MINUTE) for n in (2, 0, 1)]
    first = services.push(watch.deployment_id, values, actor=machine())
    again = services.push(watch.deployment_id, [*values, values[0]], actor=machine())
    assert [(one.written, one.known) for one in (first, again)] == [(3, 0), (0, 4)]
    series = Series.objects.get()
    assert series.last is not None
    assert series.last.at == start + 2 * MINUTE
    assert Alert.objects.get().is_open


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (Value("unheard_of", Decimal(1)), "No metric “unheard_of”"),
        (Value("hit_rate", Decimal(1), unit="ms"), "is measured in %"),
        (Value("hit_rate", Decimal("NaN")), "finite number"),
        (Value("hit_rate", Decimal("1e40")), "finite number"),
    ],
)
def test_value_that_makes_no_sense_is_refused_with_all_that_came_with_it(
    team: Team, value: Value, sentence: str
) -> None:
    watch = make_watch(team)
    good = Value("hit_rate", Decimal(90))
    with pytest.raises(Invalid, match=sentence):
        services.push(watch.deployment_id, [good, value], actor=machine())
    assert not Reading.objects.exists()


def test_value_of_a_clock_that_runs_ahead_or_behind_is_refused(team: Team) -> None:
    watch = make_watch(team)
    for off, sentence in ((5 * MINUTE, "lies in the future"), (-5 * MINUTE, "older than the")):
        value = Value("hit_rate", Decimal(90), clock.now() + off)
        with pytest.raises(Invalid, match=sentence):
            services.push(watch.deployment_id, [value], actor=machine())
    slightly = Value("hit_rate", Decimal(90), clock.now() + timedelta(seconds=30))
    services.push(watch.deployment_id, [slightly], actor=machine())
    assert Reading.objects.get().at <= clock.now()


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


def test_watch_ends_once_and_takes_nothing_more(team: Team) -> None:
    watch = make_watch(team)
    move_clock(timedelta(hours=49))
    sweeps.sweep()
    sweeps.sweep()
    assert verbs(watch).count("watch ended") == 1
    assert state_of(watch) == State.WATCHING


def test_database_keeps_one_question_one_alert_and_no_reading_without_a_value(team: Team) -> None:
    watch = make_watch(team)
    push(watch, *[65] * 3)
    question, alert, series = Question.objects.get(), Alert.objects.get(), Series.objects.get()
    for again in (question, alert):
        again.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reading.objects.create(series=series, at=clock.now(), outcome="good", means="asked")
