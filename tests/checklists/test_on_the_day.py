"""Owners, hand-overs, what cannot be undone, and steps that nobody planned."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from checklists import services
from checklists.commands import from_text
from checklists.content import collect
from checklists.enums import ItemState
from checklists.services.adding import AdHoc
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_role, signed_in
from tests.checklists.makers import do, make_day, say, step

pytestmark = pytest.mark.django_db
BEGUN, DONE = ItemState.IN_PROGRESS, ItemState.DONE


def own(deployment: Deployment, text: str, **owner: object) -> None:
    deployment.items.filter(text=text).update(**owner)


def test_begin_says_who_and_when_and_so_does_the_end(team: Team) -> None:
    deployment = make_day(team)
    begun = say(deployment, "Drain", BEGUN, team)
    services.set_state(deployment.pk, begun.pk, DONE, actor=team.ops_lead)

    done = step(deployment, "Drain")
    assert (done.begun_by, done.state_by) == (team.member, team.ops_lead)
    assert done.started_at == begun.started_at < done.state_at


def test_an_owned_step_is_the_owners_and_the_ops_leads(team: Team) -> None:
    deployment = make_day(team)
    own(deployment, "Drain", owner=team.release_manager)

    with pytest.raises(Forbidden, match="“Drain” is Release Manager's; take it over first"):
        say(deployment, "Drain", BEGUN, team)
    item = step(deployment, "Drain")
    services.set_state(deployment.pk, item.pk, BEGUN, actor=team.release_manager)
    services.set_state(deployment.pk, item.pk, DONE, actor=team.ops_lead)

    own(deployment, "Migrate", owner_role=make_role("operations"))
    with pytest.raises(Forbidden, match="“Migrate” is for Operations; take it over first"):
        say(deployment, "Migrate", BEGUN, team)


def test_owner_of_a_check_before_the_start_keeps_nobody_from_ticking_it(team: Team) -> None:
    deployment = make_deployment(team)
    own(deployment, "Back up the database", owner=team.release_manager)

    assert say(deployment, "Back up the database", DONE, team).state == DONE


def test_a_step_is_handed_over_and_history_says_so(team: Team) -> None:
    deployment = make_day(team)
    own(deployment, "Drain", owner_role=make_role("operations"))
    before = deployment.content_hash

    services.hand_over(
        deployment.pk,
        step(deployment, "Drain").pk,
        to=team.member,
        actor=team.ops_lead,
        seen="Operations",
    )

    assert say(deployment, "Drain", BEGUN, team).owner == team.member
    event = deployment.events.get(verb="item handed over")
    assert (event.before, event.after) == ({"owner": "Operations"}, {"owner": "Member"})
    deployment.refresh_from_db()
    assert deployment.content_hash == before


def test_whoever_hands_over_what_went_elsewhere_meanwhile_is_told(team: Team) -> None:
    deployment = make_day(team)
    pk = step(deployment, "Drain").pk
    services.hand_over(deployment.pk, pk, to=team.member, actor=team.member)

    with pytest.raises(Overtaken, match="handed over meanwhile; it is Member's now"):
        services.hand_over(deployment.pk, pk, to=team.ops_lead, actor=team.ops_lead, seen="")
    with pytest.raises(Overtaken, match="is Member's already"):
        services.hand_over(deployment.pk, pk, to=team.member, actor=team.ops_lead)


def test_nobody_is_handed_what_they_may_not_do_and_no_step_that_is_over(team: Team) -> None:
    deployment = make_day(team)
    pk = step(deployment, "Drain").pk

    for stranger in (team.stakeholder, team.outsider):
        with pytest.raises(Invalid, match="may not act on this service"):
            services.hand_over(deployment.pk, pk, to=stranger, actor=team.ops_lead)
    with pytest.raises(Forbidden):
        services.hand_over(deployment.pk, pk, to=team.member, actor=team.stakeholder)
    do(deployment, team, "Drain")
    with pytest.raises(Overtaken, match="“Drain” is Done by Member already"):
        services.hand_over(deployment.pk, pk, to=team.member, actor=team.ops_lead)


def test_what_cannot_be_undone_is_begun_only_by_whoever_confirms_it(team: Team) -> None:
    deployment = make_day(team)
    own(deployment, "Drain", irreversible=True)
    item = step(deployment, "Drain")

    for to in (BEGUN, DONE):
        with pytest.raises(Refused, match="“Drain” cannot be undone; read on its page"):
            services.set_state(deployment.pk, item.pk, to, actor=team.member)
    assert step(deployment, "Drain").no_return_at is None
    services.set_state(deployment.pk, item.pk, BEGUN, actor=team.member, confirmed=True)

    assert step(deployment, "Drain").no_return_at is not None


def test_the_point_of_no_return_stays_when_the_step_is_opened_again(team: Team) -> None:
    deployment = make_day(team)
    own(deployment, "Drain", irreversible=True)
    passed = say(deployment, "Drain", BEGUN, team).no_return_at

    again = say(deployment, "Drain", ItemState.OPEN, team)

    assert (again.no_return_at, again.started_at, again.begun_by) == (passed, None, None)
    services.set_state(deployment.pk, again.pk, BEGUN, actor=team.member)


def add(deployment: Deployment, team: Team, after: str, **more: Any) -> None:
    said = AdHoc("Restart the cache", step(deployment, after).pk, **more)
    services.add_step(deployment.pk, said, actor=team.ops_lead)


def test_an_added_step_is_marked_and_what_comes_after_waits_for_it(team: Team) -> None:
    deployment = make_day(team)
    before = collect(deployment)

    add(deployment, team, "Drain", irreversible=True, commands=tuple(from_text("cache restart")))

    order = list(deployment.items.order_by("position").values_list("text", flat=True))
    assert order[:3] == ["Drain", "Restart the cache", "Migrate"]
    added = step(deployment, "Restart the cache")
    assert (added.ad_hoc, added.required, added.phase) == (True, True, "during")
    assert added.commands == [{"language": "", "text": "cache restart"}]
    do(deployment, team, "Drain")
    with pytest.raises(Refused, match="Comes after “Restart the cache”"):
        say(deployment, "Migrate", BEGUN, team)
    assert collect(deployment) == before
    event = deployment.events.get(verb="step added on the day")
    assert (event.actor, event.after["after"]) == (team.ops_lead, "drain")


def test_what_was_begun_already_does_not_wait_for_an_added_step(team: Team) -> None:
    deployment = make_day(team)
    do(deployment, team, "Drain")
    say(deployment, "Migrate", BEGUN, team)

    add(deployment, team, "Drain")

    assert say(deployment, "Migrate", DONE, team).state == DONE


def test_steps_are_added_by_ops_leads_while_the_runbook_runs(team: Team) -> None:
    deployment = make_day(team)
    after = step(deployment, "Drain").pk

    with pytest.raises(Forbidden, match="Only ops leads"):
        services.add_step(deployment.pk, AdHoc("More", after), actor=team.member)
    with pytest.raises(Invalid, match="The text is empty"):
        services.add_step(deployment.pk, AdHoc(" ", after), actor=team.ops_lead)
    back = step(deployment, "Restore the database").pk
    for wrong in (back, 0, None):
        with pytest.raises(Invalid, match="Choose a step of the runbook that runs now"):
            services.add_step(deployment.pk, AdHoc("More", wrong), actor=team.ops_lead)
    Deployment.objects.filter(pk=deployment.pk).update(state=State.WATCHING)
    with pytest.raises(Refused, match="Steps are added while the runbook runs"):
        services.add_step(deployment.pk, AdHoc("More", after), actor=team.ops_lead)


def test_a_rollback_that_nobody_planned_gets_its_first_step_and_then_others(team: Team) -> None:
    deployment = make_day(team, way_back=())
    services.roll_back(deployment.pk, actor=team.ops_lead, reason="errors", aware=True)
    address = reverse("checklists:add_step", args=[deployment.pk])
    client = signed_in(team.ops_lead)
    assert "It comes after" not in client.get(address).content.decode()

    body = {"text": "Deploy the old version", "required": "on"}
    assert client.post(address, body).status_code == 302

    first = step(deployment, "Deploy the old version")
    assert (first.kind, first.phase, first.ad_hoc) == ("rollback_step", "rollback", True)
    assert first.section == step(deployment, "Check").section
    assert first.position == deployment.items.count()
    with pytest.raises(Refused, match="Not rolled back yet: “Deploy the old version”"):
        services.finish_rollback(deployment.pk, actor=team.ops_lead)
    with pytest.raises(Invalid, match="Choose a step of the runbook that runs now"):
        services.add_step(deployment.pk, AdHoc("More"), actor=team.ops_lead)
    assert client.post(address, body).status_code == 422, "the form was drawn before the first came"
    add(deployment, team, "Deploy the old version")
    do(deployment, team, "Deploy the old version", "Restart the cache")
    services.finish_rollback(deployment.pk, actor=team.ops_lead)


def test_a_plan_without_any_section_gets_one_for_its_first_step(team: Team) -> None:
    deployment = make_day(team, steps=(), way_back=())
    deployment.sections.all().delete()

    services.add_step(deployment.pk, AdHoc("Deploy"), actor=team.ops_lead)

    added = step(deployment, "Deploy")
    assert (added.section.path, added.kind, added.phase) == (["Added on the day"], "step", "during")
    event = deployment.events.get(verb="step added on the day")
    assert event.after == {"irreversible": False, "required": True}
