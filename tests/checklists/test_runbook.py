"""The runbook's page: what is at hand, when it ends, what is said of it, and at what price."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from checklists import services, sweeps
from checklists.day.runbook import runbook_panel
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import Answer, AttemptState, ItemState
from checklists.models import Attempt
from deployments import clock
from deployments.access.granting import grant, revoke
from deployments.enums import Grant, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from tests.builders import PASSWORD, Team, make_deployment, make_person, signed_in
from tests.checklists.makers import begin, do, make_day, say, step

pytestmark = pytest.mark.django_db
BEGUN, DONE, FAILED = ItemState.IN_PROGRESS, ItemState.DONE, ItemState.FAILED


def words(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def runbook(deployment: Deployment, team: Team, who: str = "ops_lead") -> str:
    address = reverse("dashboard:tab", args=[deployment.pk, "runbook"])
    return words(signed_in(team.people[who]), address)


def at_hand(deployment: Deployment) -> list[str]:
    return [line.item.text for line in runbook_panel(deployment)["running"].now]


def test_the_first_step_that_can_begin_is_at_hand_and_then_whatever_was_begun(team: Team) -> None:
    deployment = make_day(team)
    assert at_hand(deployment) == ["Drain"]
    assert runbook_panel(deployment)["running"].next.item.text == "Migrate"

    step(deployment, "Deploy").predecessors.clear()
    say(deployment, "Deploy", BEGUN, team)
    say(deployment, "Drain", BEGUN, team)
    assert at_hand(deployment) == ["Drain", "Deploy"]

    say(deployment, "Drain", FAILED, team, "no answer")
    assert at_hand(deployment) == ["Deploy"]


def test_times_are_planned_from_t0_and_foreseen_from_what_happened(team: Team) -> None:
    deployment = make_day(team, begun_ago=timedelta(minutes=30))
    panel = runbook_panel(deployment)["forward"]

    t0 = deployment.t0
    assert panel.forecast.planned_end == t0 + timedelta(minutes=40)
    slip = panel.forecast.end - panel.forecast.planned_end
    assert timedelta(minutes=30) <= slip < timedelta(minutes=35)
    assert "later than planned" in runbook(deployment, team)


def test_an_end_behind_the_window_is_said_on_the_page_and_recorded_once(team: Team) -> None:
    deployment = make_day(team, begun_ago=timedelta(minutes=90))

    assert "Foreseen to end 1" in runbook(deployment, team, "stakeholder")
    sweeps.sweep()
    sweeps.sweep()

    event = deployment.events.get(verb="overrun foreseen")
    assert event.after["window_end"] == deployment.window_end.isoformat()
    assert event.after["end"] > event.after["window_end"]


def test_nothing_is_said_while_the_window_is_enough(team: Team) -> None:
    deployment = make_day(team)

    sweeps.sweep()

    assert not deployment.events.filter(verb="overrun foreseen").exists()
    assert "Foreseen to end" not in runbook(deployment, team)


def test_a_failure_names_who_is_asked_to_everybody_and_leads_them_there(team: Team) -> None:
    deployment = make_day(team)
    say(deployment, "Drain", FAILED, team, "node 2 hangs")
    answer = reverse("checklists:answer_step", args=[deployment.pk, step(deployment, "Drain").pk])

    for who in ("stakeholder", "ops_lead"):
        said = runbook(deployment, team, who)
        assert "“Drain” failed</strong>: node 2 hangs" in said
        assert "Ops Lead is asked how it goes on" in said
        assert (answer in said) == (who == "ops_lead")
    home = words(signed_in(team.ops_lead), "/")
    assert "Say how it goes on: “Drain” failed" in home
    inbox = words(signed_in(team.ops_lead), reverse("dashboard:decisions"))
    assert answer in inbox


@pytest.mark.parametrize("way", ["the right is taken away", "the account is closed"])
def test_every_ops_lead_is_asked_once_whoever_was_asked_no_longer_may(team: Team, way: str) -> None:
    deployment = make_day(team)
    second = make_person("zora")
    grant(team.service, Grant.OPS_LEAD, second, actor=None)
    say(deployment, "Drain", FAILED, team, "node 2 hangs")
    asks = "Say how it goes on: “Drain” failed"
    answer = reverse("checklists:answer_step", args=[deployment.pk, step(deployment, "Drain").pk])
    assert asks not in words(signed_in(second), reverse("dashboard:decisions"))
    assert "Ops Lead is asked" in words(signed_in(second), answer)

    if way == "the account is closed":
        team.ops_lead.is_active = False
        team.ops_lead.save()
    else:
        revoke(team.service, Grant.OPS_LEAD, team.ops_lead, actor=None, aware=True)

    assert asks in words(signed_in(second), reverse("dashboard:decisions"))
    assert "Ops Lead is asked" not in words(signed_in(second), answer)
    assert "Every ops lead is asked how it goes on" in runbook(deployment, team, "stakeholder")
    with pytest.raises(Refused, match="“Drain” failed; an ops lead says first how it goes on"):
        say(deployment, "Migrate", BEGUN, team)


def test_what_cannot_be_undone_opens_a_page_that_says_what_it_closes_off(team: Team) -> None:
    deployment = make_day(team)
    deployment.items.filter(text="Drain").update(irreversible=True)
    pk = step(deployment, "Drain").pk
    url, client = reverse("checklists:begin", args=[deployment.pk, pk]), signed_in(team.member)

    assert f'href="{url}"' in runbook(deployment, team, "member")
    page = words(client, url)
    assert "It cannot be undone" in page
    assert "leads only as far as the 2 steps of the way back go" in page
    unread = client.post(url, {"seen": "open"})
    assert unread.status_code == 422
    assert "Say that you have read what it closes off" in unread.content.decode()
    assert client.post(url, {"seen": "open", "confirmed": "on"}).status_code == 302

    for tab in ("runbook", "history", "checklist"):
        address = reverse("dashboard:tab", args=[deployment.pk, tab])
        assert "Point of no return passed" in words(signed_in(team.stakeholder), address)


def test_begin_hand_over_and_add_are_plain_forms(team: Team) -> None:
    deployment, member = make_day(team), signed_in(team.member)
    pk = step(deployment, "Drain").pk
    place = [deployment.pk, pk]

    given = member.post(reverse("checklists:hand_over", args=place), {"to": team.member.pk})
    assert given.status_code == 302
    begun = member.post(reverse("checklists:begin", args=place) + "?seen=open")
    assert begun.status_code == 302
    late = member.post(reverse("checklists:begin", args=place) + "?seen=open")
    assert late.status_code == 302, "pressed twice, it is begun once"
    add = reverse("checklists:add_step", args=[deployment.pk])
    body = {"text": "Restart the cache", "after": pk, "required": "on", "commands": "cache restart"}
    assert member.post(add, body).status_code == 403
    assert signed_in(team.ops_lead).post(add, body).status_code == 302

    drain, added = step(deployment, "Drain"), step(deployment, "Restart the cache")
    assert (drain.state, drain.owner, added.ad_hoc) == (BEGUN, team.member, True)
    said = runbook(deployment, team, "stakeholder")
    assert "added on the day" in said
    assert "Begin" not in said


def test_stop_asks_for_a_proof_and_the_next_deployment_shows_the_note(team: Team) -> None:
    deployment = make_day(team)
    url = reverse("checklists:stop", args=[deployment.pk])
    team.ops_lead.set_password(PASSWORD)
    team.ops_lead.save()
    client = Client()
    client.force_login(team.ops_lead)
    body = {"note": "half of the nodes are drained"}

    assert client.post(url, body).status_code == 422
    assert client.post(url, {**body, "password": PASSWORD}).status_code == 302

    following = make_deployment(team)
    said = words(signed_in(team.stakeholder), following.get_absolute_url())
    assert f"#{deployment.pk}, Storage layer 1.4</a>, was stopped here" in said
    assert "left Production so: half of the nodes are drained" in said
    begin(following, team)
    assert "was stopped here" in words(signed_in(team.stakeholder), following.get_absolute_url())
    Deployment.objects.filter(pk=following.pk).update(
        state=State.WATCHING, completed_at=clock.now()
    )
    said = words(signed_in(team.stakeholder), following.get_absolute_url())
    assert "was stopped here" not in said


def test_list_says_how_many_of_its_steps_are_optional(team: Team) -> None:
    """The header counts the required ones, so that both numbers can be told apart."""
    deployment = make_day(team)
    url = deployment.get_absolute_url()
    assert "optional" not in runbook(deployment, team).partition("</h2>")[2][:60]

    deployment.items.filter(text="Drain").update(required=False)

    whole = deployment.items.filter(phase="during").count()
    assert f"0 of {whole} steps done, 1 optional" in runbook(deployment, team)
    assert f"0 of {whole - 1} steps done" in words(signed_in(team.stakeholder), url)


def test_rollback_says_what_it_is_and_is_not_before_it_begins(team: Team) -> None:
    deployment = make_day(team)
    deployment.items.filter(text="Drain").update(irreversible=True)
    do(deployment, team, "Drain")
    url, client = reverse("checklists:roll_back", args=[deployment.pk]), signed_in(team.ops_lead)

    page = words(client, url)
    assert "These 2 steps were signed with" in page
    assert "“Drain” cannot be undone and was begun; what it changed stays." in page
    assert client.post(url, {"reason": "errors"}).status_code == 422
    assert client.post(url, {"reason": "errors", "aware": "on"}).status_code == 302

    said = runbook(deployment, team)
    assert "The way back</h2>" in said
    assert "The way forward, as it was left" in said
    assert at_hand(Deployment.objects.get(pk=deployment.pk)) == ["Deploy the old version"]
    again = client.post(url, {"reason": "errors", "aware": "on"})
    assert again.status_code == 409


def test_a_finished_rollback_shows_what_was_left_behind(team: Team) -> None:
    deployment = make_day(team)
    deployment.items.filter(text="Drain").update(irreversible=True)
    do(deployment, team, "Drain")
    services.roll_back(deployment.pk, actor=team.ops_lead, reason="errors", aware=True)
    do(deployment, team, "Deploy the old version", "Restore the database")
    url = reverse("checklists:finish_rollback", args=[deployment.pk])

    assert signed_in(team.ops_lead).post(url).status_code == 302

    said = runbook(deployment, team, "stakeholder")
    assert "What was left behind" in said
    assert "“Drain” cannot be undone and was begun" in said


def test_output_of_a_command_is_shown_as_text(team: Team) -> None:
    deployment = make_day(team, runs="drain")
    item = step(deployment, "Drain")
    item.attempts.create(
        number=1, command="drain", state=AttemptState.STUCK, requested_by=team.member,
        requested_at=clock.now(), hinted_at=clock.now(), finished_at=clock.now(),
        output="<script>alert(1)</script>\nnode 2 hangs\n", reason="The worker is gone.",
    )  # fmt: skip

    for address in (
        reverse("dashboard:tab", args=[deployment.pk, "runbook"]),
        reverse("checklists:output", args=[deployment.pk, item.pk]),
    ):
        said = signed_in(team.stakeholder).get(address).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said
        assert "node 2 hangs" in said
        assert "Stuck" in said


def make_long(team: Team, steps: int) -> Deployment:
    """A runbook in which each step waits for the one before, with runs, notes and owners."""
    deployment = make_deployment(team, items=(), steps=(), roles=(), t0_in=None)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.sections.all().delete()
        services.define(
            locked,
            [SectionDefinition([f"Part {number}"]) for number in range(5)],
            [
                ItemDefinition(
                    number % 5, "step", "during", f"Step {number}", planned_minutes=2,
                    after=[number - 1] if number else [], runs="drain", owner=team.member,
                    commands=[{"language": "sh", "text": f"do {number}"}],
                )
                for number in range(steps)
            ],
        )  # fmt: skip
        begin(locked, team)
    now = clock.now()
    Attempt.objects.bulk_create(
        Attempt(
            item=item, number=1, command="drain", state=AttemptState.FAILED, output="x" * 5000,
            requested_by=team.member, requested_at=now, hinted_at=now, finished_at=now,
        )
        for item in locked.items.all()[:20]
    )  # fmt: skip
    return deployment


def test_a_runbook_of_500_steps_asks_as_many_questions_as_one_of_five(
    team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, numbers = signed_in(team.ops_lead), []
    for steps in (5, 500):
        deployment = make_long(team, steps)
        address = reverse("dashboard:tab", args=[deployment.pk, "runbook"])
        with django_assert_max_num_queries(24) as asked:
            page = client.get(address).content.decode()
        numbers.append(len(asked))
        assert page.count('id="item-') == steps
        Deployment.objects.filter(pk=deployment.pk).update(state=State.CANCELLED)

    assert numbers[0] == numbers[1]


def test_production_waits_for_staging_as_the_sample_says(team: Team) -> None:
    """The list of a document is an order: what stands before comes first."""
    steps = ("Migrate staging", "Validate staging", "Migrate production")
    deployment = make_day(team, steps=steps)
    lines = {one.item.text: one for one in runbook_panel(deployment)["forward"].lines}

    assert lines["Migrate production"].row.waits == (
        "Comes after “Validate staging”, which is not done yet."
    )
    do(deployment, team, "Migrate staging")
    say(deployment, "Validate staging", FAILED, team, "two tables differ")
    lines = {one.item.text: one for one in runbook_panel(deployment)["forward"].lines}
    assert lines["Migrate production"].row.waits == (
        "“Validate staging” failed; Ops Lead says first how it goes on."
    )


def test_a_list_of_some_steps_offers_what_the_runbook_offers(team: Team) -> None:
    """What failed holds up the others also where a filter leaves it out."""
    deployment = make_day(team)
    step(deployment, "Deploy").predecessors.clear()
    deployment.items.filter(text="Drain").update(irreversible=True)
    deployment.items.filter(text="Deploy").update(owner=team.ops_lead)
    say(deployment, "Drain", FAILED, team, "node 2 hangs")
    page = reverse("dashboard:tab", args=[deployment.pk, "runbook"])
    answer = reverse("checklists:answer_step", args=[deployment.pk, step(deployment, "Drain").pk])
    begin_deploy = reverse("checklists:begin", args=[deployment.pk, step(deployment, "Deploy").pk])

    def listed(show: str) -> str:
        return words(signed_in(team.ops_lead), f"{page}?show={show}").partition('id="filters"')[2]

    mine, still_open = listed("mine"), listed("open")

    assert "“Drain” failed; Ops Lead says first how it goes on." in mine
    assert begin_deploy not in mine
    assert (answer in mine, answer in still_open) == (False, True)

    services.answer(deployment.pk, step(deployment, "Drain").pk, Answer.RETRY, actor=team.ops_lead)
    say(deployment, "Drain", ItemState.OPEN, team)
    assert begin_deploy in listed("mine")
    assert step(deployment, "Drain").no_return_at
    assert ("Begin…" in listed("open"), "Begin…" in runbook(deployment, team)) == (False, False)
