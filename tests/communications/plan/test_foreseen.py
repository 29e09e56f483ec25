"""What the page foresees of another time is what then happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from approvals.models import Decision
from approvals.signoff import standings
from communications.definitions import PlanLine
from communications.enums import Kind, MessageState
from communications.models import Message
from deployments import clock, outbox, services
from deployments.enums import Anchor, State
from deployments.foresight import Effect, Foresight, Topic, foresee
from deployments.models import Deployment, Event
from tests.approvals.makers import sign
from tests.builders import Team, make_deployment
from tests.communications.conftest import leave, make_planned, tell_notice

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LINES = st.lists(
    st.builds(
        PlanLine,
        kind=st.sampled_from([Kind.NOTICE, Kind.GO_NO_GO]),
        anchor=st.just(Anchor.T0),
        offset=st.integers(-72, -1).map(lambda hours: hours * HOUR),
        title=st.sampled_from(["First", "Second"]),
    ),
    min_size=1,
    max_size=4,
)
HOURS = st.integers(2, 120).map(lambda hours: hours * HOUR)


def words(foresight: Foresight, topic: Topic) -> list[Effect]:
    return [effect for effect in foresight.effects if effect.topic == topic]


def planned(deployment: Deployment) -> list[Message]:
    deployment.refresh_from_db()
    rows = deployment.messages.filter(schedule_revision=deployment.schedule_revision)
    return list(rows.filter(state=MessageState.PLANNED).order_by("due_at", "pk"))


@dataclass(frozen=True)
class Case:
    """A plan, what was told of it and signed for it, and the time it moves to."""

    lines: list[PlanLine]
    first: timedelta
    second: timedelta
    told: int
    state: str
    voters: set[str]


CASES = st.builds(
    Case,
    lines=LINES,
    first=HOURS,
    second=HOURS,
    told=st.integers(0, 2),
    state=st.sampled_from(["draft", "in_review", "on_hold"]),
    voters=st.sets(st.sampled_from(["security", "operations", "business"])),
)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(case=CASES)
def test_foreseen_is_what_happens(team: Team, case: Case) -> None:
    with transaction.atomic():
        deployment = make_planned(team, *case.lines, t0_in=case.first)
        for message in planned(deployment)[: case.told]:
            leave(message)
        for voter in sorted(case.voters):
            sign(team, deployment, voter)
        Deployment.objects.filter(pk=deployment.pk).update(state=case.state)
        agrees(team, deployment, clock.now() + case.second)
        transaction.set_rollback(True)


def agrees(team: Team, deployment: Deployment, at: datetime) -> None:
    def act() -> Event | None:
        return services.schedule(deployment.pk, at, actor=team.release_manager)

    rows = Counter(map(str, Message.objects.values_list("pk", "state")))
    signed = {vote.pk for one in standings(deployment) for vote in one.approvals}
    foreseen = foresee(deployment.pk, act)
    assert Counter(map(str, Message.objects.values_list("pk", "state"))) == rows

    act()
    outbox.deliver_due()
    now, now_planned = clock.now(), planned(deployment)
    lost = signed - {vote.pk for one in standings(deployment) for vote in one.approvals}
    assert len(words(foreseen, Topic.SIGNATURE)) == len(lost)
    Deployment.objects.filter(pk=deployment.pk).update(state=State.IN_REVIEW)
    happened: Counter[tuple[object, ...]] = Counter()
    corrected: set[datetime | None] = set()
    for message in now_planned:
        if message.kind == Kind.CORRECTION:
            corrected = {copy.knew_t0 for copy in leave(message)}
        elif message.due_at > now or leave(message) or message_state(message) == "missed":
            happened[message.title, message.due_at] += 1
    shown = Counter((one.words, one.will_be) for one in words(foreseen, Topic.MESSAGE))
    assert shown == happened
    assert {one.was for one in words(foreseen, Topic.CORRECTION)} == corrected


def message_state(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def test_who_is_corrected_and_who_signs_again_is_named(team: Team) -> None:
    deployment = make_planned(team, t0_in=72 * HOUR)
    for voter in ("security", "operations"):
        sign(team, deployment, voter)
    tell_notice(deployment)
    at = clock.now() + 96 * HOUR
    foresight = foresee(
        deployment.pk, lambda: services.schedule(deployment.pk, at, actor=team.release_manager)
    )
    (correction,) = words(foresight, Topic.CORRECTION)
    assert correction.words == (
        "Auditor, Business, Member, Operations, Ops Lead, Product Owner, Release Manager, "
        "Security, Stakeholder, Technical Lead"
    )
    assert correction.was == deployment.t0
    assert [one.words for one in words(foresight, Topic.SIGNATURE)] == ["Operations: Operations"]
    assert [(one.words, one.note) for one in words(foresight, Topic.MESSAGE)] == [
        ("Deployment notice", "planned anew"),
        ("Final go/no-go", ""),
    ]


def test_go_that_would_be_taken_back_is_said(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    Decision.objects.create(
        deployment=deployment, verdict="go", reason="All well", decided_by=team.ops_lead,
        decided_by_name="Ops Lead", at=clock.now(), content_hash=deployment.content_hash,
        schedule_hash=deployment.schedule_hash, latest_start=deployment.t0, dossier={},
    )  # fmt: skip
    Deployment.objects.filter(pk=deployment.pk).update(state=State.GO)
    at = clock.now() + 9 * HOUR
    foresight = foresee(
        deployment.pk, lambda: services.schedule(deployment.pk, at, actor=team.release_manager)
    )
    assert [one.words for one in words(foresight, Topic.VERDICT)] == [
        "GO no longer holds: the time changed after it; it goes back to “in review” and is "
        "decided again."
    ]
    assert Deployment.objects.get(pk=deployment.pk).state == State.GO
