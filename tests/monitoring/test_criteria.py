"""Success criteria: judged by values when the watch ends where there are some, else by people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import ItemState
from checklists.models import Item
from deployments import content
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment
from monitoring import services, sweeps
from monitoring.enums import Result, Verdict
from monitoring.metrics.uses import watched
from monitoring.models import Judgment, Watch, judgment_of
from monitoring.report import report_of
from tests.builders import Team, find_team, make_deployment, make_stand_in, signed_in
from tests.communications.conftest import move_clock
from tests.monitoring.makers import MINUTE, make_watch, push

END = timedelta(hours=48)
FAST, HIGH, CALM, SOON = "Searches are fast", "The cache helps", "No incident", "Warm in an hour"
KEPT, LIKED = "The log is kept", "People like it"
CRITERIA = {
    FAST: "latency < 200 ms",
    HIGH: "hit_rate > 85 %",
    CALM: "incidents == 0",
    SOON: "hit_rate > 85 % within 1 h of complete",
    KEPT: "hit_rate > 10 %",
    LIKED: "",
}


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def make_criteria(team: Team) -> Watch:
    watch = make_watch(team, alerts=())
    with transaction.atomic():
        locked = Deployment.objects.lock(watch.deployment_id)
        locked.sections.all().delete()
        items = [
            ItemDefinition(0, "criterion", "after", text, condition=condition,
                           evidence_demanded=text == KEPT)
            for text, condition in CRITERIA.items()
        ]  # fmt: skip
        checklists.define(locked, [SectionDefinition(["Afterwards"])], items)
        content.refresh(locked, team.release_manager)
    return watch


def judged(watch: Watch) -> dict[str, str]:
    items = Item.objects.filter(deployment=watch.deployment_id).select_related("judgment")
    found = {item.text: judgment_of(item) for item in items}
    return {text: f"{one.verdict}: {one.reason}" for text, one in found.items() if one}


def end(watch: Watch) -> None:
    """Cold after an hour, warm at the end."""
    push(watch, 40, every=59 * MINUTE)
    push(watch, 90, every=END - 60 * MINUTE)
    sweeps.sweep()
    assert judged(watch) == {}
    move_clock(2 * MINUTE)
    sweeps.sweep()


def test_values_judge_when_the_watch_ends_and_leave_the_rest_to_people(team: Team) -> None:
    watch = make_criteria(team)

    end(watch)

    by_values = {
        HIGH: "met: Hit rate: 90 % is more than 85 %",
        CALM: "met: Incidents: 0 is exactly 0",
        SOON: "not_met: Hit rate: 40 %, needs more than 85 %",
    }
    assert judged(watch) == by_values
    assert set(Judgment.objects.values_list("judged_by", flat=True)) == {None}
    events = Deployment.objects.get(pk=watch.deployment_id).events.filter(verb="item done")
    assert set(events.values_list("actor", flat=True)) == {None}
    sweeps.sweep()
    assert events.count() == len(by_values)
    with pytest.raises(Refused, match=f"Not to be closed yet: “{FAST}” and 2 more"):
        services.close(watch.deployment_id, actor=team.ops_lead, result=Result.SUCCEEDED)


def test_what_values_said_is_said_otherwise_only_after_it_was_opened_again(team: Team) -> None:
    watch = make_criteria(team)
    end(watch)
    soon = Item.objects.get(text=SOON)
    place = (watch.deployment_id, soon.pk)

    with pytest.raises(Refused, match="The portal has judged this criterion by what was measured"):
        services.judge_criterion(*place, Verdict.MET, actor=team.product_owner, reason="Nearly")
    checklists.set_state(*place, ItemState.OPEN, actor=team.ops_lead)
    sweeps.sweep()
    services.judge_criterion(*place, Verdict.PARTLY, actor=team.product_owner, reason="Nearly")

    assert judged(watch)[SOON] == "partly: Nearly"


def test_criterion_is_judged_and_not_ticked(team: Team) -> None:
    watch = make_criteria(team)
    item = Item.objects.get(text=LIKED)
    place, said = (watch.deployment_id, item.pk), "is judged in the watch, not ticked"
    for person in (team.member, team.ops_lead):
        with pytest.raises(Refused, match=said):
            checklists.set_state(*place, ItemState.DONE, actor=person)
        with pytest.raises(Refused, match=said):
            checklists.tick_several(watch.deployment_id, item.section_id, {item.pk}, actor=person)

    page = signed_in(team.member).get(f"/deployments/{watch.deployment_id}/checklist/")

    told = page.content.decode()
    assert said in told
    assert f"/deployments/{watch.deployment_id}/criteria/{item.pk}/" in told
    assert 'aria-label="Tick' not in told
    own = signed_in(team.member).get(f"/deployments/{watch.deployment_id}/items/{item.pk}/")
    choices = dict(own.context["state_form"].fields["to"].widget.choices)
    assert ItemState.DONE not in choices and ItemState.SKIPPED in choices


def test_stand_in_of_the_product_owner_judges_in_their_name(team: Team) -> None:
    watch = make_criteria(team)
    place = (watch.deployment_id, Item.objects.get(text=LIKED).pk)
    with pytest.raises(Forbidden):
        services.judge_criterion(*place, Verdict.MET, actor=team.member, reason="They said so")
    make_stand_in(team.service, team.product_owner, team.member)

    event = services.judge_criterion(*place, Verdict.MET, actor=team.member, reason="They said so")

    assert (event.actor, event.on_behalf_of) == (team.member, team.product_owner)
    own = services.judge_criterion(
        *place, Verdict.PARTLY, actor=team.product_owner, reason="Most of them"
    )
    assert own.on_behalf_of is None


def test_what_a_person_judged_before_stays(team: Team) -> None:
    watch = make_criteria(team)
    high = Item.objects.get(text=HIGH)
    services.judge_criterion(
        watch.deployment_id, high.pk, Verdict.NOT_MET, actor=team.product_owner, reason="Not by us"
    )

    push(watch, 90, every=END - MINUTE)
    move_clock(2 * MINUTE)
    sweeps.sweep()

    assert judged(watch)[HIGH] == "not_met: Not by us"


def test_pages_and_report_say_by_what_and_by_whom(team: Team) -> None:
    watch = make_criteria(team)
    client, deployment = signed_in(team.product_owner), watch.deployment
    before = client.get(f"/deployments/{deployment.pk}/watch/").content.decode()
    assert "<code>hit_rate &gt; 85 %</code>, judged when the watch ends" in before

    end(watch)

    page = client.get(f"/deployments/{deployment.pk}/watch/").content.decode()
    assert "90 % is more than 85 % (the portal)" in page
    checklist = client.get(f"/deployments/{deployment.pk}/checklist/").content.decode()
    assert "by the portal" in checklist
    by = {one.text: one.by for one in report_of(Deployment.objects.get(pk=deployment.pk)).criteria}
    assert (by[HIGH], by[FAST]) == ("the portal", "")


def test_condition_of_a_criterion_is_signed_and_its_metric_is_known_to_be_named(
    team: Team,
) -> None:
    watch = make_criteria(team)
    signed = Deployment.objects.get(pk=watch.deployment_id).content_version.content["items"]
    assert {one["text"]: one.get("condition", "") for one in signed} == CRITERIA
    uses = {one.text: one for one in watched([watch.deployment])}
    assert [uses[text].is_measured({}) for text in (HIGH, CALM)] == [False, True]
    plain = content.collect(make_deployment(team))["items"]
    assert all("condition" not in one for one in plain)
