"""Whom the plan names for a trigger answers its question; ops leads may go back in any case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from communications.enums import Kind
from communications.models import Delivery
from deployments import outbox
from deployments import services as deployments
from deployments.enums import State
from deployments.exceptions import Forbidden
from deployments.models import Event
from monitoring import services
from monitoring.definitions import TriggerDefinition
from monitoring.enums import Answer
from monitoring.models import Question, Trigger, Watch
from tests.builders import Team, find_team, make_role, make_stand_in, signed_in
from tests.monitoring.makers import CRITICAL, TRIGGER, make_watch, push, state_of

WORDS = TriggerDefinition("Customers are charged twice")


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def decided_by(key: str, trigger: TriggerDefinition = TRIGGER) -> TriggerDefinition:
    return replace(trigger, decided_by=make_role(key))


def asked(team: Team, *triggers: TriggerDefinition) -> Watch:
    """Watched, and asked whether to roll back."""
    watch = make_watch(team, alerts=(), triggers=triggers)
    push(watch, *[50] * 3)
    return watch


def stay(watch: Watch, team: Team, person: str) -> Event:
    return services.stay(watch.deployment_id, actor=team.people[person], reason="A cold cache")


def test_named_role_says_that_it_stays_and_ops_leads_do_not(team: Team) -> None:
    watch = asked(team, decided_by("product_owner"))
    with pytest.raises(Forbidden, match="this plan leaves to Product owner"):
        stay(watch, team, "ops_lead")
    with pytest.raises(Forbidden, match="this plan leaves to Product owner"):
        stay(watch, team, "security")
    stay(watch, team, "product_owner")
    question = Question.objects.get()
    assert (question.answer, question.answered_by) == (Answer.STAYED, team.product_owner)


@pytest.mark.parametrize("person", ["product_owner", "ops_lead"])
def test_named_role_and_ops_leads_begin_the_rollback(person: str, team: Team) -> None:
    watch = asked(team, decided_by("product_owner"))
    services.go_back(watch.deployment_id, actor=team.people[person], reason="Too slow")
    assert state_of(watch) == State.ROLLING_BACK
    begun = Event.objects.get(deployment=watch.deployment_id, verb="rollback begun")
    assert (begun.actor, begun.reason) == (team.people[person], "Too slow")
    assert Question.objects.get().answered_by == team.people[person]


def test_nobody_else_begins_the_rollback(team: Team) -> None:
    watch = asked(team, decided_by("product_owner"))
    for person in ("security", "member", "release_manager"):
        with pytest.raises(Forbidden):
            services.go_back(watch.deployment_id, actor=team.people[person], reason="Now")
    assert (state_of(watch), Question.objects.get().is_open) == (State.WATCHING, True)


def test_requester_who_holds_the_role_does_not_decide(team: Team) -> None:
    role = make_role("product_owner")
    deployments.grant_role(team.service, role, team.release_manager, actor=None)
    watch = asked(team, decided_by("product_owner"))
    with pytest.raises(Forbidden, match="You requested this deployment"):
        stay(watch, team, "release_manager")


@pytest.mark.parametrize("person", ["product_owner", "security", "ops_lead"])
def test_several_triggers_are_answered_by_any_of_their_deciders(person: str, team: Team) -> None:
    triggers = [TRIGGER, decided_by("security"), decided_by("product_owner")]
    watch = asked(team, *triggers)
    question = Question.objects.get()
    assert question.because == ["Hit rate breaks down: 50 % is less than 60 %"]
    assert question.deciders == "Product owner or Security or the ops leads"
    stay(watch, team, person)


def test_critical_alert_asks_the_ops_leads_too(team: Team) -> None:
    watch = make_watch(team, alerts=[CRITICAL], triggers=[decided_by("security")])
    push(watch, *[50] * 3)
    assert Question.objects.get().deciders == "Security or the ops leads"
    stay(watch, team, "ops_lead")


def test_stand_in_of_who_decides_answers_for_them(team: Team) -> None:
    watch = asked(team, decided_by("product_owner"))
    make_stand_in(team.service, team.product_owner, team.technical_lead)
    answered = stay(watch, team, "technical_lead")
    assert (answered.actor, answered.on_behalf_of) == (team.technical_lead, team.product_owner)


def test_who_decides_is_asked_by_mail_and_ops_leads_are_told(team: Team) -> None:
    watch = asked(team, decided_by("product_owner"))
    outbox.deliver_due()
    told = Delivery.objects.filter(message__kind=Kind.ROLLBACK_ASKED).select_related("user")
    names = {one.user.username for one in told if one.user}
    assert names == {"release_manager", "ops_lead", "product_owner"}
    event = Event.objects.get(deployment=watch.deployment_id, verb="rollback asked")
    assert event.after["deciders"] == "Product owner"


def test_pages_name_who_decides_and_offer_each_what_they_may(team: Team) -> None:
    watch = asked(team, decided_by("product_owner"))
    base = f"/deployments/{watch.deployment_id}"
    decider, lead, other = (
        signed_in(team.people[name]).get(f"{base}/rollback-question/").content.decode()
        for name in ("product_owner", "ops_lead", "security")
    )
    assert ("Roll back now" in decider, "It stays" in decider) == (True, True)
    assert ("Roll back now" in lead, "It stays" in lead) == (True, False)
    assert "Whether it stays, this plan leaves to Product owner." in lead
    assert ("Roll back now" in other, "It stays" in other) == (False, False)
    panel = signed_in(team.member).get(f"{base}/watch/").content.decode()
    assert "decided by Product owner" in panel
    assert "Product owner decides." in panel


def test_person_who_says_that_it_has_come_asks_its_decider(team: Team) -> None:
    watch = make_watch(team, alerts=(), triggers=[decided_by("security", WORDS)])
    trigger = Trigger.objects.get(deployment=watch.deployment_id)
    page = f"/deployments/{watch.deployment_id}/triggers/{trigger.pk}/"
    shown = signed_in(team.member).get(page).content.decode()
    assert "Security is asked; the ops leads are told" in shown
    signed_in(team.member).post(page, {"reason": "Two invoices"})
    assert (Question.objects.get().deciders, state_of(watch)) == ("Security", State.WATCHING)
