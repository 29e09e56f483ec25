"""GO, NO-GO and HOLD: what they need, what they keep, and when GO no longer holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Decision
from approvals.shown import Shown
from approvals.verdict import outlook, readiness
from deployments import clock
from deployments.enums import Grant, State
from deployments.exceptions import (
    Forbidden,
    Invalid,
    Overtaken,
    Refused,
)
from deployments.models import Deployment, Granted
from deployments.services import grant, schedule
from tests.approvals.makers import decide, make_ready, sign
from tests.builders import (
    ROLES,
    Team,
    make_deployment,
    make_machine,
    signed_in,
)

pytestmark = pytest.mark.django_db
SHOWN = ("shown_content", "shown_schedule", "latest_start_minutes")


def test_go_is_refused_when_something_blocks_and_says_what(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Refused) as refused:
        decide(team, deployment, Verdict.GO)

    assert refused.value.sentence == (
        "GO is not possible. Not ready: “Back up the database” is not ticked and 5 roles "
        "have not signed."
    )
    assert Decision.objects.count() == 0


def test_go_is_refused_when_a_warning_was_not_seen(team: Team) -> None:
    deployment = make_ready(team)
    Deployment.objects.filter(pk=deployment.pk).update(commit="")

    with pytest.raises(Refused, match="Mark every warning as seen first: no commit is named"):
        decide(team, deployment, Verdict.GO)
    assert decide(team, deployment, Verdict.GO, seen=["facts:commit"]).verdict == Verdict.GO


def test_go_freezes_the_facts_it_was_taken_on(team: Team) -> None:
    deployment = make_ready(team)

    decision = decide(team, deployment, Verdict.GO)

    deployment.refresh_from_db()
    assert deployment.state == State.GO
    assert decision.latest_start == deployment.t0 + timedelta(minutes=30)
    assert decision.content_hash == deployment.content_hash
    assert [vote["role"] for vote in decision.dossier["votes"]] == list(ROLES)
    assert decision.dossier["items"][0]["by"] == "Member"


def test_decision_is_refused_when_the_requester_leads_operations(team: Team) -> None:
    grant(team.service, Grant.OPS_LEAD, team.release_manager, actor=None)
    deployment = make_ready(team)

    with pytest.raises(Forbidden, match="another ops lead must decide it"):
        decide(team, deployment, Verdict.NO_GO, actor=team.release_manager)


def test_machine_decides_nothing_whatever_group_it_is_in(team: Team) -> None:
    machine = make_machine()
    for held in Granted.objects.filter(service=team.service):
        held.group.user_set.add(machine)
    deployment = make_ready(team)

    with pytest.raises(Forbidden, match="A machine may never decide a deployment"):
        decide(team, deployment, Verdict.NO_GO, actor=machine)
    decide(team, deployment, Verdict.GO)
    with pytest.raises(Forbidden, match="A machine may never start a deployment"):
        services.start(deployment.pk, actor=machine)


def test_each_decision_names_the_one_it_replaces(team: Team) -> None:
    deployment = make_ready(team)
    first = decide(team, deployment, Verdict.GO)

    second = decide(team, deployment, Verdict.HOLD, reason="the network team asks for an hour")

    assert second.replaces == first
    deployment.refresh_from_db()
    assert outlook(deployment).sentence == "On hold: the network team asks for an hour."


def test_decision_is_refused_when_the_time_moved_while_it_was_read(team: Team) -> None:
    deployment = make_ready(team)
    shown = Shown.of(deployment)
    schedule(deployment.pk, clock.now() + timedelta(days=3), actor=team.release_manager)

    with pytest.raises(Overtaken, match="nothing was decided"):
        decide(team, deployment, Verdict.HOLD, shown=shown)


def test_latest_start_stays_within_the_window(team: Team) -> None:
    deployment = make_ready(team)

    with pytest.raises(Invalid, match="cannot be after the window's end"):
        decide(team, deployment, Verdict.GO, start_within=timedelta(hours=3))


def test_go_is_recalled_when_the_time_moves_and_says_so_meanwhile(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    assert services.recall_if_broken(deployment.pk) is None

    schedule(deployment.pk, clock.now() + timedelta(days=3), actor=team.release_manager)
    deployment.refresh_from_db()
    assert outlook(deployment).sentence == "GO no longer holds: the time changed after it."
    recalled = services.recall_if_broken(deployment.pk)

    deployment.refresh_from_db()
    assert recalled is not None
    assert (deployment.state, recalled.verb) == (State.IN_REVIEW, "recalled")


def test_objection_after_go_recalls_it(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)

    sign(team, deployment, "security", Choice.REJECT, reason="a new vulnerability is public")
    services.recall_if_broken(deployment.pk)

    deployment.refresh_from_db()
    assert deployment.state == State.IN_REVIEW
    assert readiness(deployment).sentence == (
        "Not ready: Security said reject: “a new vulnerability is public”."
    )


def test_hold_moves_the_time_in_the_same_act(team: Team) -> None:
    deployment = make_ready(team)
    t0 = clock.now() + timedelta(days=1)

    decide(team, deployment, Verdict.HOLD, new_t0=t0, reason="the network team needs a day")

    deployment.refresh_from_db()
    assert (deployment.state, deployment.t0) == (State.ON_HOLD, t0)
    assert [event.verb for event in deployment.events.order_by("sequence")][-2:] == [
        "decided", "rescheduled",
    ]  # fmt: skip


def test_new_time_that_the_clock_shows_twice_is_asked_about(team: Team) -> None:
    deployment = make_ready(team)
    Deployment.objects.filter(pk=deployment.pk).update(zone="Europe/Vienna")
    address = f"{reverse('approvals:decide', args=[deployment.pk])}?verdict=hold"
    client = signed_in(team.ops_lead)
    asks = "If the clock shows it twice"
    first = client.get(address)
    assert asks not in first.content.decode()
    said = {
        **{name: first.context["form"][name].value() for name in SHOWN},
        "verdict": "hold", "reason": "A day later", "new_time": "2027-10-31T02:30",
    }  # fmt: skip

    asked = client.post(address, said)

    assert asked.status_code == 422
    assert asks in asked.content.decode()
    assert "exists twice in Europe/Vienna" in asked.content.decode()
    client.post(address, {**said, "which": "second"})
    deployment.refresh_from_db()
    assert (deployment.state, deployment.t0) == (
        State.ON_HOLD, datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    )  # fmt: skip


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
