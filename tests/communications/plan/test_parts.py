"""The message plan is edited as a part of the plan, and costs nobody a signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from communications import policies, services
from communications.definitions import PlanLine
from communications.enums import Fate, Kind, MessageState
from communications.models import Message, MessagePlan
from communications.plan.parts import LINES
from communications.whom.readers import readers_of
from deployments import clock, editing
from deployments import services as deployments
from deployments.enums import Anchor, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from tests.builders import Team
from tests.communications.conftest import leave, make_planned

HOUR = timedelta(hours=1)
NOTICE = PlanLine(Kind.NOTICE, Anchor.T0, -24 * HOUR, "Notice")


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_planned(team, NOTICE, t0_in=100 * HOUR)


def line(deployment: Deployment) -> MessagePlan:
    return deployment.message_plan.get()


def message(deployment: Deployment) -> Message:
    return deployment.messages.get(state=MessageState.PLANNED)


def change(deployment: Deployment, team: Team, **columns: object) -> None:
    row = line(deployment)
    now = services.said_by(row)
    plan = replace(now, **columns)  # type: ignore[arg-type]
    actor, shown = team.release_manager, now.fingerprint
    editing.change(LINES, deployment.pk, row.pk, plan, actor=actor, shown=shown)


def test_added_line_has_its_message_and_stales_no_content(
    deployment: Deployment, team: Team
) -> None:
    before = Deployment.objects.get(pk=deployment.pk).content_hash
    go = PlanLine(Kind.GO_NO_GO, Anchor.T0, -3 * HOUR, "Ready?", "Say go or no-go.")
    (row,) = editing.add(LINES, deployment.pk, [go], actor=team.release_manager)
    planned = row.messages.get()
    assert deployment.t0 is not None
    assert (planned.due_at, planned.text) == (deployment.t0 - 3 * HOUR, "Say go or no-go.")
    assert Deployment.objects.get(pk=deployment.pk).content_hash == before
    assert deployment.events.get(verb="message line added").after["when"] == "3 h before T0"


def test_changed_line_moves_its_planned_message(deployment: Deployment, team: Team) -> None:
    first = message(deployment)
    change(deployment, team, offset=-30 * HOUR, text="Bring tea", title="Earlier")
    moved = message(deployment)
    assert deployment.t0 is not None
    assert (moved.pk, moved.due_at) == (first.pk, deployment.t0 - 30 * HOUR)
    assert (moved.title, moved.text) == ("Earlier", "Bring tea")
    assert moved.useful_until == deployment.t0 - 2 * HOUR


def test_calendar_time_is_that_of_the_planner(deployment: Deployment, team: Team) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(
        zone="Europe/Vienna",
        t0=datetime(2027, 3, 29, 6, tzinfo=UTC),
        window_end=datetime(2027, 3, 29, 9, tzinfo=UTC),
    )
    change(deployment, team, offset=timedelta(0), day=-2, at=time(9))
    # Two days before it is winter time still: 09:00 in Vienna is 08:00 UTC.
    assert message(deployment).due_at == datetime(2027, 3, 27, 8, tzinfo=UTC)
    assert message(deployment).waits_for == "review"


def test_calendar_time_follows_a_new_t0(deployment: Deployment, team: Team) -> None:
    change(deployment, team, offset=timedelta(0), day=-1, at=time(9))
    t0 = clock.now() + 200 * HOUR
    deployments.schedule(deployment.pk, t0, actor=team.release_manager)
    services.plan_messages(Deployment.objects.lock(deployment.pk))
    day = (t0 - timedelta(days=1)).date()
    assert message(deployment).due_at == datetime.combine(day, time(9), tzinfo=UTC)


def test_line_that_waits_for_another_moment_has_no_message_until_then(
    deployment: Deployment, team: Team
) -> None:
    change(deployment, team, kind=Kind.COMPLETE, anchor=Anchor.COMPLETE, offset=timedelta(0))
    assert not deployment.messages.exists()


def test_line_counted_from_the_decision_waits_on_hold_as_all_before_t0_do(
    deployment: Deployment, team: Team
) -> None:
    change(deployment, team, anchor=Anchor.DECISION, offset=HOUR)
    row = line(deployment)
    planned = services.message_of(deployment, row, clock.now(), clock.now())
    planned.save()
    for state, becomes in (
        (State.GO, Fate.LEAVE),
        (State.IN_REVIEW, Fate.LEAVE),
        (State.ON_HOLD, Fate.WAIT),
        (State.NO_GO, Fate.WAIT),
        (State.DRAFT, Fate.WAIT),
    ):
        Deployment.objects.filter(pk=deployment.pk).update(state=state)
        deployment.refresh_from_db()
        assert policies.fate(planned, deployment, clock.now()) == becomes
        is_due = Message.objects.due(clock.now()).filter(pk=planned.pk).exists()
        assert is_due == (becomes == Fate.LEAVE)


def test_line_whose_message_has_left_stays_with_it(deployment: Deployment, team: Team) -> None:
    leave(message(deployment))
    with pytest.raises(Refused) as refused:
        change(deployment, team, text="Other words")
    assert refused.value.sentence == (
        "“Notice” has left; its line stays with it. Add another line instead."
    )


def test_line_taken_out_keeps_what_was_sent(deployment: Deployment, team: Team) -> None:
    sent, row = message(deployment), line(deployment)
    leave(sent)
    editing.take_out(LINES, deployment.pk, [row.pk], actor=team.release_manager)
    sent.refresh_from_db()
    assert not deployment.message_plan.exists()
    assert (sent.state, sent.plan_id) == (MessageState.LEAVING, row.pk)


def test_lines_are_put_elsewhere(deployment: Deployment, team: Team) -> None:
    go = PlanLine(Kind.GO_NO_GO, Anchor.T0, -3 * HOUR, "Ready?")
    (row,) = editing.add(LINES, deployment.pk, [go], actor=team.release_manager)
    editing.move(LINES, deployment.pk, row.pk, "up", actor=team.release_manager)
    assert list(deployment.message_plan.values_list("title", flat=True)) == ["Ready?", "Notice"]


def test_plan_may_change_after_go_but_not_after_cancelling(
    deployment: Deployment, team: Team
) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(state=State.GO)
    change(deployment, team, title="Still changed")
    Deployment.objects.filter(pk=deployment.pk).update(state=State.CANCELLED)
    with pytest.raises(Refused, match="The deployment is cancelled"):
        change(deployment, team, title="Too late")


def test_only_release_managers_edit_the_plan(deployment: Deployment, team: Team) -> None:
    with pytest.raises(Forbidden) as refused:
        editing.add(LINES, deployment.pk, [NOTICE], actor=team.ops_lead)
    assert refused.value.sentence == (
        "Only release managers of this service may edit the message plan."
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": " "}, "Give the message a title."),
        ({"kind": Kind.CORRECTION}, "This kind of message comes by itself and needs no line."),
        (
            {"anchor": Anchor.START},
            "“Notice before the deployment” is counted from Decision or T0.",
        ),
        (
            {"offset": timedelta(0)},
            "“Notice before the deployment” is of use before T0 only; choose a time before it.",
        ),
        (
            {"kind": Kind.START, "anchor": Anchor.START},
            "Nobody knows this moment before it comes; choose a time after it.",
        ),
        ({"addresses": ("nobody",)}, "“nobody” is not a mail address."),
        ({"text": "a\0b"}, "The text contains a NUL character; remove it."),
    ],
)
def test_line_that_makes_no_sense_is_refused(
    deployment: Deployment, team: Team, wrong: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        change(deployment, team, **wrong)
    assert refused.value.sentence == sentence


def test_line_tells_only_whom_it_means_and_its_addresses(
    deployment: Deployment, team: Team
) -> None:
    change(
        deployment, team, audience=("ops_lead", "role:security"),
        addresses=("press@example.net", team.ops_lead.email.upper()),
    )  # fmt: skip
    told = {one.address.lower() for one in readers_of(message(deployment), deployment)}
    assert told == {"press@example.net", team.ops_lead.email, team.security.email}


def test_line_without_an_audience_tells_everybody_as_before(
    deployment: Deployment, team: Team
) -> None:
    everybody = {one.address for one in readers_of(message(deployment), deployment)}
    change(deployment, team, addresses=("press@example.net",))
    now = {one.address for one in readers_of(message(deployment), deployment)}
    assert now == everybody | {"press@example.net"}
