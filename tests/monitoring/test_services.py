from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from approvals.verdict import readiness
from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.models import Item
from deployments import clock, content, outbox
from deployments.enums import State
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment, Event
from monitoring import panels, services
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)
from monitoring.enums import Channel, Result
from monitoring.models import Incident, Watch
from monitoring.policies import MOST_INCIDENTS
from tests.builders import Team, make_deployment, make_machine, signed_in

TRIGGER = TriggerDefinition("Cache hit rate drops below 70%", "cache_hit_rate < 70 %")
CRITERION = "System stability maintained"


def make_watched(team: Team, *, count: int = 1, mode: str = "recommend") -> Deployment:
    deployment = make_deployment(team, items=(), steps=())
    with transaction.atomic():
        deployment = Deployment.objects.lock(deployment.pk)
        services.define(
            deployment,
            targets=[TargetDefinition(f"Target {n}", "latency < 200 ms") for n in range(count)],
            alerts=[AlertDefinition("error_rate > 1%", "error_rate > 1 %", "critical")] * count,
            triggers=[TriggerDefinition(TRIGGER.text, TRIGGER.condition, mode)] * count,
            widgets=[WidgetDefinition("Cache", ["Hit rate", "Miss rate"])],
            length=timedelta(hours=12),
        )
        content.refresh(deployment, team.release_manager)
    return deployment


def completed(deployment: Deployment) -> Deployment:
    Deployment.objects.filter(pk=deployment.pk).update(
        state=State.WATCHING, completed_at=clock.now()
    )
    deployment.refresh_from_db()
    return deployment


def add_criterion(deployment: Deployment) -> Item:
    Item.objects.filter(deployment=deployment).delete()
    deployment.sections.all().delete()
    checklists.define(
        deployment,
        [SectionDefinition(["Success"])],
        [ItemDefinition(0, "criterion", "after", CRITERION)],
    )
    return Item.objects.get(text=CRITERION)


def test_triggers_and_targets_are_content_and_alerts_are_not(team: Team) -> None:
    deployment = make_watched(team)
    assert deployment.content_version is not None
    assert deployment.content_version.content["monitoring"] == {
        "targets": [{"key": "target-0", "text": "Target 0", "condition": "latency < 200 ms"}],
        "triggers": [
            {
                "key": "cache-hit-rate-drops-below-70",
                "text": TRIGGER.text,
                "condition": TRIGGER.condition,
                "mode": "recommend",
            }
        ],
    }


def test_watch_opens_once_when_the_deployment_completes(team: Team) -> None:
    deployment = completed(make_watched(team))
    assert deployment.completed_at is not None
    services.open_watch(deployment.pk)
    services.open_watch(deployment.pk)
    watch = Watch.objects.get(deployment=deployment)
    assert (watch.opened_at, watch.ends_at) == (
        deployment.completed_at,
        deployment.completed_at + timedelta(hours=12),
    )
    assert Event.objects.filter(verb="watch opened").count() == 1


def test_watch_opens_by_the_event_of_completion_and_lasts_48_hours(team: Team) -> None:
    deployment = make_deployment(team, items=(), steps=())
    Deployment.objects.filter(pk=deployment.pk).update(state=State.IN_PROGRESS)
    checklists.complete(deployment.pk, actor=team.ops_lead)
    outbox.deliver_due()
    watch = Watch.objects.get(deployment=deployment)
    assert watch.opened_at is not None and watch.ends_at is not None
    assert watch.ends_at - watch.opened_at == timedelta(hours=48)


@pytest.mark.parametrize("person", ["release_manager", "ops_lead"])
def test_close_ends_the_deployment(person: str, team: Team) -> None:
    deployment = completed(make_watched(team))
    event = services.close(deployment.pk, actor=team.people[person], result=Result.SUCCEEDED)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.closed_at, event.verb) == ("closed", event.at, "closed")


def test_close_waits_for_required_criteria(team: Team) -> None:
    deployment = completed(make_watched(team))
    item = add_criterion(deployment)
    with pytest.raises(Refused) as refused:
        services.close(deployment.pk, actor=team.ops_lead, result=Result.SUCCEEDED)
    assert refused.value.sentence == f"Not to be closed yet: “{CRITERION}” still to be judged."
    Item.objects.filter(pk=item.pk).update(required=False)
    services.close(deployment.pk, actor=team.ops_lead, result=Result.SUCCEEDED)


def test_close_is_refused_before_completion_and_to_members(team: Team) -> None:
    deployment = make_watched(team)
    with pytest.raises(Refused) as refused:
        services.close(deployment.pk, actor=team.ops_lead, result=Result.SUCCEEDED)
    assert refused.value.sentence == (
        "This deployment is draft and cannot become closed from there."
    )
    with pytest.raises(Forbidden):
        services.close(completed(deployment).pk, actor=team.member, result=Result.SUCCEEDED)


def test_close_by_browser(team: Team) -> None:
    deployment = completed(make_watched(team))
    address = reverse("monitoring:close", args=[deployment.pk])
    statuses = [
        signed_in(person).post(address, {"result": "succeeded"}).status_code
        for person in (team.outsider, team.member, team.ops_lead)
    ]
    assert statuses == [404, 403, 302]


def test_trigger_that_acts_by_itself_blocks_while_nothing_measures_it(team: Team) -> None:
    keys = {
        mode: [
            b.key for b in readiness(make_watched(team, mode=mode)).blockers if b.mend == "watch"
        ]
        for mode in ("recommend", "automatic")
    }
    assert keys == {"recommend": [], "automatic": ["trigger:cache-hit-rate-drops-below-70"]}


@pytest.mark.parametrize("count", [1, 30])
def test_panel_asks_five_questions_however_much_is_watched(
    count: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    deployment = make_watched(team, count=count)
    with django_assert_num_queries(5):
        context = panels.watch_panel(deployment)
        page = render_to_string("monitoring/_panel.html", {**context, "may": set()})
    assert page.count(TRIGGER.text) == count
    assert "lasts 12 hours" in page


def test_panel_says_how_many_criteria_closing_waits_for(team: Team) -> None:
    deployment = completed(make_watched(team))
    add_criterion(deployment)
    services.open_watch(deployment.pk)
    page = render_to_string("monitoring/_panel.html", panels.watch_panel(deployment))
    assert "Closing waits for 1 of them." in page
    assert "<button" not in page


def test_machine_that_reports_without_end_leaves_people_their_reports(team: Team) -> None:
    deployment = completed(make_watched(team))
    Incident.objects.bulk_create(
        Incident(deployment=deployment, at=clock.now(), text="Slow", channel=Channel.MACHINE)
        for _ in range(MOST_INCIDENTS)
    )
    with pytest.raises(Refused, match="no more is taken"):
        services.report_incident(
            deployment.pk, "Slow", channel=Channel.MACHINE, reporter=make_machine()
        )
    said = services.report_incident(
        deployment.pk, "Search is gone", channel=Channel.PAGE, reporter=team.stakeholder
    )
    assert said.channel == Channel.PAGE
