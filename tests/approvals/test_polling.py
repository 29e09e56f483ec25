"""The go/no-go poll: when it opens and closes, who answers, and what GO needs of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from approvals import polling, runner, services
from approvals.definitions import PolledDefinition
from approvals.enums import Closed, Verdict
from approvals.models import Answer, Round
from approvals.rollcall import RollCall, roll_call
from deployments import clock
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.services import cancel, grant_role, schedule
from gates.definitions import GateDefinition
from gates.enums import GateState
from gates.models import GateRun
from gates.services import define_gates
from tests.approvals.makers import change_content, decide, make_ready
from tests.builders import (
    Team,
    answer_poll,
    make_deployment,
    make_role,
    make_stand_in,
    make_team,
)

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTES = st.integers(0, 60 * 24 * 3).map(lambda minutes: timedelta(minutes=minutes))


def poll_of(deployment: Deployment) -> RollCall:
    deployment.refresh_from_db()
    return roll_call(deployment, clock.now())


def answer(
    team: Team, deployment: Deployment, role: str, word: Verdict, remark: str = ""
) -> Answer:
    pk, person = make_role(role).pk, team.people[role]
    return services.answer(deployment.pk, pk, word, actor=person, remark=remark)


def later(by: timedelta) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            'UPDATE deployments_clock SET "offset" = "offset" + make_interval(secs => %s)',
            [by.total_seconds()],
        )


@given(MINUTES, MINUTES)
def test_poll_is_open_at_least_a_quarter_and_until_half_an_hour_before(
    ahead: timedelta, late: timedelta
) -> None:
    t0, opened = NOON + ahead, NOON + late
    closes = polling.closing(t0, opened)
    assert closes - opened >= timedelta(minutes=15)
    assert closes >= t0 - timedelta(minutes=30)
    assert closes in {t0 - timedelta(minutes=30), opened + timedelta(minutes=15)}


@pytest.mark.parametrize(
    ("closes", "due"),
    [
        (None, NOON),
        (NOON - timedelta(minutes=30), NOON),
        (NOON - timedelta(minutes=5), NOON + timedelta(minutes=10)),
        (NOON + timedelta(minutes=20), NOON + timedelta(minutes=35)),
    ],
)
def test_decision_is_due_at_t0_or_a_quarter_after_a_later_closing(
    closes: datetime | None, due: datetime
) -> None:
    assert polling.decision_due(NOON, closes) == due


@given(st.lists(st.sampled_from(Verdict), max_size=6))
def test_worst_answer_counts(words: list[Verdict]) -> None:
    found = polling.worst(words)
    if Verdict.NO_GO in words:
        assert found == Verdict.NO_GO
    elif Verdict.HOLD in words:
        assert found == Verdict.HOLD
    else:
        assert found == (Verdict.GO if words else None)


@pytest.mark.django_db
def test_poll_opens_with_the_review_when_t0_is_near(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)

    poll = poll_of(deployment)

    assert poll.is_open
    assert poll.round.closes_at == deployment.t0 - timedelta(minutes=30)
    assert [call.key for call in poll.calls] == [
        "product_owner", "technical_lead", "security", "operations", "business",
    ]  # fmt: skip
    assert deployment.events.latest("sequence").verb == "poll opened"


@pytest.mark.django_db
def test_poll_does_not_open_when_t0_is_far(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(hours=5), submitted=True)

    assert poll_of(deployment).round is None
    with pytest.raises(Refused, match="The poll opens at"):
        answer(team, deployment, "security", Verdict.GO)


def test_poll_opens_and_closes_by_itself_and_then_it_is_held(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team, t0_in=timedelta(hours=3), submitted=True)
    runner.tend_polls()
    assert poll_of(deployment).round is None

    later(timedelta(hours=1, minutes=1))
    runner.tend_polls()
    assert poll_of(deployment).is_open
    assert runner.hold_undecided() == 0

    later(timedelta(hours=1, minutes=30))
    assert not poll_of(deployment).is_open
    with pytest.raises(Refused, match="The poll closed at"):
        answer(team, deployment, "security", Verdict.GO)
    runner.tend_polls()
    assert Round.objects.get().closed_why == Closed.TIME
    assert runner.tend_polls() == 0

    later(timedelta(minutes=30))
    assert runner.hold_undecided() == 1
    deployment.refresh_from_db()
    decision = deployment.decisions.get()
    assert (deployment.state, decision.verdict) == (State.ON_HOLD, Verdict.HOLD)
    assert decision.reason == "nobody decided by the time it was due"
    assert deployment.events.latest("sequence").verb == "not decided"


@pytest.mark.django_db
def test_go_needs_go_from_every_polled_role(team: Team) -> None:
    deployment = make_ready(team)
    answer(team, deployment, "security", Verdict.HOLD, "the scan is still running")

    with pytest.raises(Refused) as refused:
        decide(team, deployment, Verdict.GO)
    assert refused.value.sentence == ("GO needs go from every polled role: Security says hold.")
    answer(team, deployment, "security", Verdict.GO)
    assert decide(team, deployment, Verdict.GO).verdict == Verdict.GO


@pytest.mark.django_db
def test_silence_is_hold(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    call = poll_of(deployment).calls[0]
    assert (call.word, call.counts_as, call.label) == (None, Verdict.HOLD, "Silent")


@pytest.mark.django_db
def test_of_several_holders_the_worst_counts_and_each_may_change_it(team: Team) -> None:
    grant_role(team.service, make_role("security"), team.member, actor=None)
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    role = make_role("security")
    answer(team, deployment, "security", Verdict.GO)
    services.answer(deployment.pk, role.pk, Verdict.NO_GO, actor=team.member, remark="a key leaked")
    assert {call.key: call.word for call in poll_of(deployment).calls}["security"] == Verdict.NO_GO

    services.answer(deployment.pk, role.pk, Verdict.GO, actor=team.member)

    call = next(one for one in poll_of(deployment).calls if one.key == "security")
    assert call.word == Verdict.GO
    assert [said.person for said in call.said] == ["Security", "Member"]
    assert Answer.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("word", [Verdict.HOLD, Verdict.NO_GO])
def test_answer_is_refused_when_it_does_not_say_why(team: Team, word: Verdict) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    with pytest.raises(Invalid, match="Say in one line why"):
        answer(team, deployment, "security", word, "  ")


@pytest.mark.django_db
def test_answer_is_refused_when_the_role_is_not_held(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    with pytest.raises(Forbidden, match="Only holders of the role Security"):
        services.answer(deployment.pk, make_role("security").pk, Verdict.GO, actor=team.ops_lead)
    with pytest.raises(Invalid, match="not polled here"):
        services.answer(deployment.pk, make_role("legal").pk, Verdict.GO, actor=team.security)


@pytest.mark.django_db
def test_answer_by_voice_names_who_wrote_it_down(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    role = make_role("security")

    services.write_down(
        deployment.pk, role.pk, Verdict.GO, person=team.security, actor=team.ops_lead
    )

    call = next(one for one in poll_of(deployment).calls if one.key == "security")
    assert [(said.person, said.by_voice, said.written_by) for said in call.said] == [
        ("Security", True, "Ops Lead")
    ]
    event = deployment.events.latest("sequence")
    assert (event.verb, event.actor, event.on_behalf_of) == (
        "answered by voice", team.ops_lead, team.security,
    )  # fmt: skip


@pytest.mark.django_db
def test_voice_is_refused_to_others_and_for_others(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    role = make_role("security")
    with pytest.raises(Forbidden, match="Only ops leads"):
        services.write_down(
            deployment.pk, role.pk, Verdict.GO, person=team.security, actor=team.member
        )
    with pytest.raises(Invalid, match="Member does not hold the role Security"):
        services.write_down(
            deployment.pk, role.pk, Verdict.GO, person=team.member, actor=team.ops_lead
        )


@pytest.mark.django_db
def test_stand_in_answers_for_the_absent_and_both_are_named(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)
    role = make_role("security")
    with pytest.raises(Forbidden):
        services.answer(deployment.pk, role.pk, Verdict.GO, actor=team.member)

    make_stand_in(team.service, team.security, team.member)
    services.answer(deployment.pk, role.pk, Verdict.GO, actor=team.member)

    call = next(one for one in poll_of(deployment).calls if one.key == "security")
    assert [(said.person, said.word) for said in call.said] == [("Member for Security", Verdict.GO)]


@pytest.mark.django_db
def test_only_the_roles_that_the_document_names_are_polled(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=10), submitted=True)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        services.redefine_rules(
            locked, [], [PolledDefinition("operations", "Operations", "the final word")]
        )
    assert [(call.key, call.purpose) for call in poll_of(deployment).calls] == [
        ("operations", "the final word")
    ]


@pytest.mark.django_db
def test_no_poll_is_needed_where_none_is_held(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(hours=5))
    before = deployment.content_hash
    services.plan_poll(deployment.pk, is_on=False, roles=[], actor=team.release_manager)
    deployment.refresh_from_db()
    assert deployment.content_hash != before
    services.submit(deployment.pk, actor=team.release_manager)

    poll = poll_of(deployment)
    assert (poll.is_held, poll.lacking) == (False, [])
    assert runner.tend_polls() == 0

    services.reopen(deployment.pk, actor=team.release_manager, reason="poll after all")
    services.plan_poll(deployment.pk, is_on=True, roles=[], actor=team.release_manager)
    deployment.refresh_from_db()
    assert deployment.content_hash == before


@pytest.mark.django_db
def test_planning_the_poll_as_it_is_changes_nothing(team: Team) -> None:
    deployment = make_deployment(team)
    count = deployment.events.count()
    assert (
        services.plan_poll(deployment.pk, is_on=True, roles=[], actor=team.release_manager) is None
    )
    assert deployment.events.count() == count
    with pytest.raises(Forbidden):
        services.plan_poll(deployment.pk, is_on=False, roles=[], actor=team.member)


@pytest.mark.django_db
def test_moved_time_ends_the_round_and_its_answers(team: Team) -> None:
    deployment = make_ready(team)
    schedule(deployment.pk, clock.now() + timedelta(hours=1), actor=team.release_manager)

    poll = poll_of(deployment)
    assert (poll.round, poll.is_open) == (None, False)
    services.tend(deployment.pk)

    poll = poll_of(deployment)
    assert poll.is_open
    assert poll.round.number == 2
    assert [call.word for call in poll.calls] == [None] * 5
    ((earlier, calls),) = poll.earlier
    assert (earlier.closed_why, {call.word for call in calls}) == (Closed.MOVED, {Verdict.GO})


@pytest.mark.django_db
def test_resume_opens_a_new_round(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.HOLD)
    assert [call.word for call in poll_of(deployment).calls] == [Verdict.GO] * 5

    services.resume(deployment.pk, actor=team.release_manager)

    poll = poll_of(deployment)
    assert (poll.is_open, poll.round.number) == (True, 2)
    with pytest.raises(Refused, match="has not answered"):
        decide(team, deployment, Verdict.GO)
    answer_poll(deployment)
    assert decide(team, deployment, Verdict.GO).verdict == Verdict.GO


@pytest.mark.django_db
def test_recall_opens_a_new_round(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    deployment.items.filter(position=1).update(state="open")

    services.recall_if_broken(deployment.pk)

    poll = poll_of(deployment)
    assert (deployment.state, poll.is_open, poll.round.number) == (State.IN_REVIEW, True, 2)


@pytest.mark.django_db
def test_ops_lead_opens_the_poll_again_once_it_closed(team: Team) -> None:
    deployment = make_ready(team)
    with pytest.raises(Refused, match="The poll is open"):
        services.open_again(deployment.pk, actor=team.ops_lead)
    Round.objects.update(closed_at=clock.now(), closed_why=Closed.TIME)
    with pytest.raises(Forbidden):
        services.open_again(deployment.pk, actor=team.member)

    found = services.open_again(deployment.pk, actor=team.ops_lead)

    assert found.number == 2
    assert poll_of(deployment).is_open


@pytest.mark.django_db
def test_cancelled_deployment_has_no_open_round(team: Team) -> None:
    deployment = make_ready(team)
    cancel(deployment.pk, actor=team.release_manager, reason="not needed")
    assert not poll_of(deployment).is_open
    services.tend(deployment.pk)
    assert Round.objects.get().closed_why == Closed.LEFT


@pytest.mark.django_db
def test_stale_gates_are_measured_again_when_the_poll_opens(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50))
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        settings = {"url": "https://example.org/health"}
        (gate,) = define_gates(locked, [GateDefinition("API", kind="http", settings=settings)])
    type(gate).objects.filter(pk=gate.pk).update(state=GateState.STALE, state_at=clock.now())

    services.submit(deployment.pk, actor=team.release_manager)

    assert GateRun.objects.live().filter(gate=gate).count() == 1


@pytest.mark.django_db
def test_hold_moves_the_time_in_the_same_act(team: Team) -> None:
    deployment = make_ready(team)
    t0 = clock.now() + timedelta(days=1)

    decide(team, deployment, Verdict.HOLD, new_t0=t0, reason="the network team needs a day")

    deployment.refresh_from_db()
    assert (deployment.state, deployment.t0) == (State.ON_HOLD, t0)
    assert [event.verb for event in deployment.events.order_by("sequence")][-2:] == [
        "decided", "rescheduled",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verdict", "by", "said"),
    [
        (Verdict.NO_GO, timedelta(days=1), "Only a HOLD names a new time"),
        (Verdict.HOLD, timedelta(days=-1), "is in the past"),
    ],
)
def test_decision_is_refused_when_its_new_time_makes_no_sense(
    team: Team, verdict: Verdict, by: timedelta, said: str
) -> None:
    deployment = make_ready(team)
    with pytest.raises(Invalid, match=said):
        decide(team, deployment, verdict, new_t0=clock.now() + by)
    assert deployment.decisions.count() == 0


@pytest.mark.django_db
def test_dossier_keeps_the_answers(team: Team) -> None:
    deployment = make_ready(team)
    poll = decide(team, deployment, Verdict.GO).dossier["poll"]
    assert poll["round"] == 1
    assert [(role["role"], role["word"]) for role in poll["roles"]][:2] == [
        ("product_owner", "go"), ("technical_lead", "go"),
    ]  # fmt: skip
    assert poll["roles"][0]["answers"][0]["person"] == "Product Owner"


@pytest.mark.parametrize("name", ["default", "owner"])
@pytest.mark.parametrize("change", ["UPDATE", "DELETE", "TRUNCATE"])
def test_answer_is_not_changed_by_raw_sql(
    committed: dict[str, str], name: str, change: str
) -> None:
    make_ready(make_team())
    sql = {
        "UPDATE": "UPDATE approvals_answer SET word = 'hold', remark = 'x'",
        "DELETE": "DELETE FROM approvals_answer",
        "TRUNCATE": "TRUNCATE approvals_answer",
    }[change]
    with pytest.raises(DatabaseError), connections[name].cursor() as cursor:
        cursor.execute(sql)
    assert set(Answer.objects.values_list("word", flat=True)) == {Verdict.GO}


@pytest.mark.django_db
def test_second_open_round_is_refused_by_the_database(team: Team) -> None:
    deployment = make_ready(team)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO approvals_round (deployment_id, number, schedule_hash, opened_at,"
            " closes_at, closed_why) VALUES (%s, 9, 'x', now(), now() + interval '1 h', '')",
            [deployment.pk],
        )


@pytest.mark.django_db
def test_queries_of_the_poll_do_not_grow_with_rounds_and_answers(team: Team) -> None:
    deployment = make_ready(team)
    with connection.execute_wrapper(counted := Counted()):
        poll_of(deployment)
    few = counted.count
    for _ in range(3):
        Round.objects.filter(closed_at=None).update(closed_at=clock.now(), closed_why=Closed.TIME)
        services.open_again(deployment.pk, actor=team.ops_lead)
        answer_poll(deployment)
    with connection.execute_wrapper(counted := Counted()):
        poll_of(deployment)
    assert counted.count == few


class Counted:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute, *given):
        self.count += 1
        return execute(*given)


@pytest.mark.django_db
def test_content_that_changes_leaves_the_round_open(team: Team) -> None:
    deployment = make_ready(team)
    change_content(team, deployment)
    assert poll_of(deployment).is_open
