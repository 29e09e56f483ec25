"""A deployment that is watched and has something of everything that a summary tells."""

from __future__ import annotations

from django.db import transaction

from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.models import Item
from communications import services
from communications.definitions import PlanLine
from deployments.models import Deployment
from monitoring import services as monitoring
from monitoring import sweeps
from monitoring.definitions import TargetDefinition
from monitoring.enums import Channel, Verdict
from tests.builders import Team
from tests.monitoring.makers import make_watch, push

LOST, SLOW = "No data is lost", "Searches are answered faster"
TARGET = TargetDefinition("Hit rate above 85 %", "hit_rate > 85 % within 2 min of complete")


def make_report(team: Team, *lines: PlanLine) -> Deployment:
    """One alert that is over, one criterion of two judged, a target met, an incident of two."""
    watch = make_watch(team, targets=[TARGET])
    pk = watch.deployment_id
    with transaction.atomic():
        locked = Deployment.objects.lock(pk)
        locked.sections.all().delete()
        checklists.define(
            locked,
            [SectionDefinition(["Afterwards"])],
            [ItemDefinition(0, "criterion", "after", text) for text in (LOST, SLOW)],
        )
    push(watch, 90, 90, 75, 75, 75, 84, 84, 84, 95)
    sweeps.sweep()
    owner = team.product_owner
    lost = Item.objects.get(deployment=pk, text=LOST)
    monitoring.judge_criterion(pk, lost.pk, Verdict.MET, actor=owner, reason="All rows are there")
    for text in ("The search is slow", "My printer is broken"):
        said = monitoring.report_incident(pk, text, channel=Channel.PAGE, reporter=team.member)
    monitoring.dismiss_incident(pk, said.pk, actor=team.ops_lead, reason="Not ours")
    with transaction.atomic():
        services.define_plan(Deployment.objects.lock(pk), lines)
    return Deployment.objects.with_names().get(pk=pk)
