from __future__ import annotations

from datetime import timedelta

import pytest

from communications import services
from communications.definitions import STANDARD_PLAN, PlanLine
from communications.enums import Kind, MessageState
from communications.models import Delivery, Message, MessagePlan
from deployments import clock, outbox
from deployments import services as deployments
from deployments.enums import Anchor, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment, Event
from tests.builders import Team, make_deployment
from tests.communications.conftest import make_planned

HOUR = timedelta(hours=1)


def rows(deployment: Deployment) -> list[tuple[str, int | None, str]]:
    messages = Message.objects.filter(deployment=deployment).order_by("pk")
    return [(message.kind, message.schedule_revision, message.state) for message in messages]


def test_plan_without_lines_is_the_standard_plan(team: Team) -> None:
    deployment = make_planned(team)
    kinds = MessagePlan.objects.filter(deployment=deployment).values_list("kind", flat=True)
    assert list(kinds) == [line.kind for line in STANDARD_PLAN]


def test_planning_again_adds_nothing(team: Team) -> None:
    deployment = make_planned(team)
    assert rows(deployment) == [("notice", 1, "planned"), ("go_no_go", 1, "planned")]
    assert services.plan_messages(Deployment.objects.lock(deployment.pk)) == 0


def test_rows_of_a_plan_made_before_the_time_come_with_the_time(team: Team) -> None:
    deployment = make_deployment(team, t0_in=None)
    services.define_plan(Deployment.objects.lock(deployment.pk), [])
    assert rows(deployment) == []
    deployments.schedule(deployment.pk, clock.now() + 30 * HOUR, actor=team.release_manager)
    outbox.deliver_due()
    assert rows(deployment) == [("notice", 1, "planned"), ("go_no_go", 1, "planned")]


def test_rows_of_an_older_time_are_superseded_when_the_new_time_is_planned(team: Team) -> None:
    deployment = make_planned(team)
    deployments.schedule(deployment.pk, clock.now() + 30 * HOUR, actor=team.release_manager)
    outbox.deliver_due()
    assert rows(deployment) == [
        ("notice", 1, "superseded"),
        ("go_no_go", 1, "superseded"),
        ("notice", 2, "planned"),
        ("go_no_go", 2, "planned"),
    ]


def test_start_and_completion_are_planned_when_they_happen(team: Team) -> None:
    deployment = make_planned(team)
    now = clock.now()
    Deployment.objects.filter(pk=deployment.pk).update(
        state=State.WATCHING, started_at=now - HOUR, completed_at=now
    )
    services.plan_messages(Deployment.objects.lock(deployment.pk))
    due = {message.kind: message.due_at for message in Message.objects.all()}
    assert (due["start"], due["complete"], due["summary"]) == (now - HOUR, now, now + 24 * HOUR)


def test_planned_messages_of_a_cancelled_deployment_are_cancelled(team: Team) -> None:
    deployment = make_planned(team)
    deployments.cancel(deployment.pk, actor=team.release_manager, reason="Not needed")
    outbox.deliver_due()
    assert rows(deployment) == [("notice", 1, "cancelled"), ("go_no_go", 1, "cancelled")]


def later(team: Team) -> Message:
    deployment = make_planned(
        team, PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Go?"), t0_in=5 * HOUR
    )
    return Message.objects.get(deployment=deployment)


def test_send_now_makes_a_message_due(team: Team) -> None:
    message = later(team)
    event = services.send_now(message.deployment_id, message.pk, actor=team.ops_lead)
    message.refresh_from_db()
    assert message.due_at <= clock.now()
    assert (event.verb, event.object_id) == ("message sent now", str(message.pk))


def test_send_now_is_refused_while_on_hold(team: Team) -> None:
    message = later(team)
    Deployment.objects.filter(pk=message.deployment_id).update(state=State.ON_HOLD)
    with pytest.raises(Refused) as refused:
        services.send_now(message.deployment_id, message.pk, actor=team.ops_lead)
    assert refused.value.sentence == (
        "Messages before T0 leave while the deployment is in review or go; it is on hold."
    )


def test_send_now_is_for_release_managers_and_ops_leads(team: Team) -> None:
    message = later(team)
    with pytest.raises(Forbidden):
        services.send_now(message.deployment_id, message.pk, actor=team.member)


def test_skip_needs_a_reason(team: Team) -> None:
    message = later(team)
    with pytest.raises(Invalid):
        services.skip(message.deployment_id, message.pk, actor=team.ops_lead, reason="  ")


def test_skipped_message_says_who_and_why_and_cannot_be_sent(team: Team) -> None:
    message = later(team)
    actor = team.release_manager
    services.skip(message.deployment_id, message.pk, actor=actor, reason="Told by phone")
    message.refresh_from_db()
    assert (message.state, message.skipped_by, message.skip_reason) == (
        MessageState.SKIPPED,
        actor,
        "Told by phone",
    )
    assert Event.objects.get(verb="message skipped").reason == "Told by phone"
    with pytest.raises(Refused) as refused:
        services.send_now(message.deployment_id, message.pk, actor=actor)
    assert refused.value.sentence == "“Go?” is skipped."


def test_one_address_cannot_have_two_copies_of_one_message(team: Team) -> None:
    from django.db import IntegrityError

    message = later(team)
    common = {"message": message, "name": "Ann", "due_at": message.due_at}
    Delivery.objects.create(**common, address="ann@example.net", mail_id="<1@x>")
    with pytest.raises(IntegrityError):
        Delivery.objects.create(**common, address="Ann@example.net", mail_id="<2@x>")
