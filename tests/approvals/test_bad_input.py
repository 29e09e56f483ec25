"""What comes wrong to sign-off gets a sentence and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.fresh import Authentication
from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Decision, Vote, Waiver
from approvals.services.waiving import Terms
from approvals.shown import Shown
from checklists import services as checklists
from checklists.enums import ItemState
from deployments import clock
from deployments.access.granting import revoke
from deployments.enums import Grant, State
from deployments.exceptions import Forbidden, Invalid, NeedsFreshAuthentication, Refused
from deployments.models import Deployment
from deployments.services import grant
from gates.enums import GateState
from gates.models import Gate, Sample
from gates.reports import Result
from gates.services import report_by_hand
from tests.approvals.makers import change_content, decide, make_ready, make_waiver, sign
from tests.builders import (
    PASSWORD,
    ROLES,
    Team,
    make_deployment,
    make_proof,
    make_role,
    make_team,
    signed_in,
)
from tests.gates.makers import make_gate

pytestmark = pytest.mark.django_db
Proof = Authentication | None


def make_red(deployment: Deployment) -> Gate:
    gate = make_gate(deployment, title="Coverage")
    Gate.objects.filter(pk=gate.pk).update(state=GateState.FAILED, state_at=clock.now())
    return gate


def ask(team: Team, deployment: Deployment, proof: Proof) -> None:
    terms = Terms("Known", team.product_owner, clock.now() + timedelta(hours=3))
    services.ask_waiver(make_red(deployment), terms, actor=team.member, proof=proof)


def sign_waiver(team: Team, deployment: Deployment, proof: Proof) -> None:
    waiver = make_waiver(make_red(deployment), asked_by=team.product_owner)
    services.sign_waiver(waiver, actor=team.technical_lead, proof=proof)


def break_glass(team: Team, deployment: Deployment, proof: Proof) -> None:
    grant(team.service, Grant.BREAK_GLASS, team.member, actor=None)
    services.break_glass(
        deployment.pk, actor=team.member, second_person=team.ops_lead, proof=proof,
        reason="so", shown=Shown.of(deployment),
    )  # fmt: skip


def by_hand(team: Team, deployment: Deployment, proof: Proof) -> None:
    result = Result(outcome="good", value="86", evidence="the report")
    report_by_hand(make_gate(deployment, title="Coverage"), result, reporter=team.security,
                   proof=proof)  # fmt: skip


FRESH_ACTS: dict[str, Callable[[Team, Deployment, Proof], object]] = {
    "sign": lambda team, one, proof: sign(team, one, "security", proof=proof),
    "withdraw": lambda team, one, proof: sign(
        team, one, "operations", Choice.WITHDRAW, reason="so", proof=proof
    ),
    "hold": lambda team, one, proof: decide(team, one, Verdict.HOLD, proof=proof),
    "no-go": lambda team, one, proof: decide(team, one, Verdict.NO_GO, proof=proof),
    "break glass": break_glass,
    "ask waiver": ask,
    "sign waiver": sign_waiver,
    "report by hand": by_hand,
}


@pytest.mark.parametrize("minutes_ago", [None, 6, -1], ids=["none", "old", "of tomorrow"])
@pytest.mark.parametrize("act", FRESH_ACTS)
def test_act_that_needs_a_fresh_proof_is_refused_without(
    team: Team, act: str, minutes_ago: int | None
) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "operations")
    proof = None if minutes_ago is None else make_proof(minutes_ago)

    with pytest.raises(NeedsFreshAuthentication, match="Prove who you are first"):
        FRESH_ACTS[act](team, deployment, proof)

    assert (Vote.objects.count(), Decision.objects.count(), Sample.objects.count()) == (1, 0, 0)
    assert not Waiver.objects.exclude(signed_at=None).exists()


@pytest.mark.parametrize("act", FRESH_ACTS)
def test_same_act_is_taken_with_a_fresh_proof(team: Team, act: str) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "operations")
    count = deployment.events.count()
    FRESH_ACTS[act](team, deployment, make_proof())
    assert deployment.events.count() > count


def form(deployment: Deployment, **more: Any) -> dict[str, Any]:
    shown = Shown.of(deployment)
    return {"choice": "approve", "reason": "so", "shown_content": shown.content,
            "shown_schedule": shown.schedule, **more}  # fmt: skip


def address(deployment: Deployment, role: str = "security") -> str:
    return f"/deployments/{deployment.pk}/sign/{deployment.rules.get(role__key=role).pk}/"


def test_page_in_an_old_session_asks_who_it_is_and_signs_nothing(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    team.security.set_password(PASSWORD)
    team.security.save()
    client = signed_in(team.security)
    session = client.session
    old = make_proof(6)
    session["authenticated"] = {"means": old.means, "at": old.at.isoformat()}
    session.save()

    answer = client.post(address(deployment), form(deployment))

    assert answer.status_code == 422
    assert "password" in answer.content.decode().lower()
    assert Vote.objects.count() == 0


def test_second_tab_signs_again_and_still_counts_once(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    client, other = signed_in(team.security), signed_in(team.security)
    given = form(deployment)
    assert client.post(address(deployment), given).status_code == 302
    assert other.post(address(deployment), given).status_code == 302
    counted = [one for one in deployment.standings.all() if one.person == team.security]
    assert len(counted) == 1


def test_second_tab_of_old_content_signs_nothing(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    given = form(deployment)
    change_content(team, deployment)
    answer = signed_in(team.security).post(address(deployment), given)
    assert answer.status_code == 409
    assert "nothing was signed" in answer.content.decode()
    assert Vote.objects.count() == 0


def test_whoever_just_lost_the_role_signs_nothing(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    revoke(team.service, make_role("security"), team.security, actor=None, aware=True)
    grant(team.service, Grant.MEMBER, team.security, actor=None)
    with pytest.raises(Forbidden, match="Only holders of the role Security"):
        sign(team, deployment, "security")
    assert signed_in(team.security).post(address(deployment), form(deployment)).status_code == 403


def test_link_of_another_service_leads_nowhere(team: Team) -> None:
    theirs = make_deployment(make_team("billing", prefix="b_"), submitted=True)
    ours = make_deployment(team, submitted=True)
    client = signed_in(team.security)
    foreign = theirs.rules.get(role__key="security").pk
    cut = address(ours)[:-2] + "/"
    for link in (address(theirs), f"/deployments/{ours.pk}/sign/{foreign}/",
                 f"/deployments/{theirs.pk}/decide/", f"/deployments/{ours.pk}/sign/0/",
                 cut if cut.count("//") == 0 else "/deployments/0/sign/1/"):  # fmt: skip
        assert client.get(link).status_code == 404
        assert client.post(link, form(theirs)).status_code == 404
    assert Vote.objects.count() == 0


def test_decision_during_a_recall_is_on_the_fresh_state(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    item = deployment.items.get(position=1)
    checklists.set_state(deployment.pk, item.pk, ItemState.OPEN, actor=team.member)
    services.recall_if_broken(deployment.pk)

    with pytest.raises(Refused, match="GO is not possible"):
        decide(team, deployment, Verdict.GO)
    decide(team, deployment, Verdict.HOLD)
    assert services.recall_if_broken(deployment.pk) is None
    deployment.refresh_from_db()
    assert deployment.state == State.ON_HOLD


@pytest.mark.parametrize("choice", [Choice.REJECT, Choice.REQUEST_CHANGES, Choice.WITHDRAW])
def test_blank_reason_is_none(team: Team, choice: Choice) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security")
    with pytest.raises(Invalid, match="needs a reason that others can act on"):
        sign(team, deployment, "security", choice, reason=" \n\t")
    assert Vote.objects.count() == 1


@pytest.mark.parametrize("verdict", Verdict)
def test_decision_with_a_blank_reason_is_none(team: Team, verdict: Verdict) -> None:
    with pytest.raises(Invalid, match="Give the reason in one line"):
        decide(team, make_ready(team), verdict, reason=" ")


def test_t0_an_hour_away_is_submitted_and_polled_at_once(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(hours=1), submitted=True)
    found = deployment.rounds.get()
    assert found.closes_at - found.opened_at >= timedelta(minutes=15)
    services.tend_requests(deployment.pk)
    assert deployment.events.filter(verb="signature asked").count() == len(ROLES)


def test_role_that_everybody_left_is_named_and_blocks(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    revoke(team.service, make_role("security"), team.security, actor=None, aware=True)
    with pytest.raises(Refused, match="GO is not possible"):
        decide(team, deployment, Verdict.GO)
    assert services.tend_requests(deployment.pk)
