"""The acts of the day: each is offered exactly when it may be done, and says its own reason."""

from __future__ import annotations

from itertools import product

import pytest

from accounts.models import User
from approvals.verdict import outlook
from checklists import services
from checklists.enums import ItemState, Kind, Phase
from checklists.progress import still_to_do
from dashboard import day_acts
from dashboard.act import Act
from deployments.enums import Grant, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.services import grant
from tests.builders import Team
from tests.checklists.makers import make_day, say

pytestmark = pytest.mark.django_db
STATES = (ItemState.OPEN, ItemState.IN_PROGRESS, ItemState.FAILED, ItemState.SKIPPED)


def acts(deployment: Deployment, person: User) -> dict[str, Act]:
    deployment.refresh_from_db()
    rights = rights_of(person, deployment.service)
    return {one.label: one for one in day_acts.acts_of(rights, deployment, outlook(deployment))}


def test_each_act_says_its_own_reason_to_the_ops_lead_who_requested_it(team: Team) -> None:
    deployment = make_day(team)
    say(deployment, "Drain", ItemState.FAILED, team, "node 2 hangs")
    grant(team.service, Grant.OPS_LEAD, team.release_manager, actor=None)

    said = {label: one.refusal for label, one in acts(deployment, team.release_manager).items()}

    mine = "You requested this deployment; another ops lead"
    assert said == {
        "Say how it goes on: “Drain” failed": f"{mine} says how it goes on.",
        "Complete the deployment": f"{mine} must complete it.",
        "Roll back": f"{mine} must begin the rollback of it.",
        "Stop": f"{mine} must stop it.",
    }


def test_roll_back_of_a_watch_and_of_a_runbook_is_refused_alike(team: Team) -> None:
    deployment = make_day(team)
    Deployment.objects.filter(pk=deployment.pk).update(state=State.WATCHING)
    grant(team.service, Grant.OPS_LEAD, team.release_manager, actor=None)

    [act] = day_acts.roll_back(rights_of(team.release_manager, deployment.service), deployment)

    with pytest.raises(Refused) as refused:
        services.roll_back(deployment.pk, actor=team.release_manager, reason="errors")
    assert act.refusal == refused.value.sentence


@pytest.mark.parametrize(
    ("kind", "required"), list(product((Kind.STEP, Kind.CHECK), (True, False)))
)
@pytest.mark.parametrize("state", STATES)
def test_complete_is_offered_exactly_when_it_is_done(
    team: Team, kind: Kind, required: bool, state: ItemState
) -> None:
    deployment = make_day(team, steps=("Warm up",))
    item = deployment.items.filter(text="Warm up")
    item.update(kind=kind, phase=Phase.DURING, required=required, state=state, reason="so")
    offered = acts(deployment, team.ops_lead)["Complete the deployment"].refusal

    try:
        services.complete(deployment.pk, actor=team.ops_lead)
        refused = ""
    except Refused as refusal:
        refused = refusal.sentence

    assert offered == refused
    begun = {ItemState.IN_PROGRESS, ItemState.FAILED}
    waits = state != ItemState.SKIPPED if required else kind == Kind.STEP and state in begun
    assert bool(refused) == waits


def test_a_deployment_that_has_not_started_has_nothing_still_to_do(team: Team) -> None:
    deployment = make_day(team)
    assert still_to_do(deployment) == ["Drain", "Migrate", "Deploy", "Check"]
    deployment.state = State.STOPPED
    assert still_to_do(deployment) == []
