"""A copy that failed goes again only where its message would still leave; else it is said why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from approvals.enums import Verdict
from approvals.services.deciding import record_decision
from approvals.verdict import readiness
from communications.enums import DeliveryState, Kind
from communications.models import Delivery
from communications.sending import settling
from deployments import clock, history, outbox, services
from deployments.enums import State
from deployments.exceptions import Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment
from tests.communications.conftest import make_copy, make_planned, tell_notice

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def refused(deployment: Deployment, copy: Delivery, team: Team) -> str:
    with pytest.raises(Refused) as found:
        settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead)
    assert Delivery.objects.get(pk=copy.pk).state == copy.state
    return found.value.sentence


def test_reminder_of_an_item_that_is_closed_does_not_go_again(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    item = deployment.items.get(position=1)
    said = {"due": (clock.now() + HOUR).isoformat(), "owner": "member", "role": ""}
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        history.record(locked, "item due", actor=None, obj=item, after=said)
    outbox.deliver_due()
    Delivery.objects.update(state=DeliveryState.FAILED)
    copy = Delivery.objects.get(message__kind=Kind.REMINDER)
    deployment.items.update(state="done")
    assert refused(deployment, copy, team) == (
        "What this message asks for is done by now, or nobody needs it any more."
    )
    deployment.items.update(state="open")
    settling.send_again(deployment.pk, copy.pk, actor=team.ops_lead)
    assert Delivery.objects.get(pk=copy.pk).state == DeliveryState.SCHEDULED


def test_hold_that_is_over_says_that_it_is_and_of_no_older_time(team: Team) -> None:
    deployment = make_planned(team, t0_in=72 * HOUR)
    tell_notice(deployment)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        record_decision(
            locked, Verdict.HOLD, facts=readiness(locked), actor=team.ops_lead, reason="so"
        )
    outbox.deliver_due()
    copy = make_copy(deployment.messages.get(kind=Kind.HOLD), DeliveryState.FAILED)
    Deployment.objects.filter(pk=deployment.pk).update(state=State.IN_REVIEW)
    assert refused(deployment, copy, team) == (
        "What this message says is no longer so: the deployment is in review."
    )


def test_copy_of_an_older_time_and_of_a_cancelled_deployment_does_not_go_again(team: Team) -> None:
    deployment = make_planned(team, t0_in=72 * HOUR)
    tell_notice(deployment)
    copy = make_copy(deployment.messages.get(kind=Kind.NOTICE), DeliveryState.FAILED)
    services.cancel(deployment.pk, actor=team.release_manager, reason="Not needed")
    assert refused(deployment, copy, team) == (
        "The deployment is cancelled; this message no longer leaves."
    )
    Deployment.objects.filter(pk=deployment.pk).update(schedule_revision=2, state=State.IN_REVIEW)
    assert refused(deployment, copy, team) == (
        "This message names an older time; who got it is told the new one."
    )


def test_copy_to_a_closed_account_does_not_go_again(team: Team) -> None:
    deployment = make_planned(team, t0_in=72 * HOUR)
    tell_notice(deployment)
    copy = make_copy(deployment.messages.get(kind=Kind.NOTICE), DeliveryState.FAILED)
    Delivery.objects.filter(pk=copy.pk).update(user=team.outsider)
    team.outsider.is_active = False
    team.outsider.save()
    assert refused(deployment, copy, team) == (
        "The account of Lost is closed; nothing is mailed to it any more."
    )
