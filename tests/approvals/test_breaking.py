"""Break-glass: two decide GO over what stands in the way, and somebody else looks into it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from approvals import services
from approvals.enums import Verdict
from approvals.models import Decision, Review
from approvals.shown import Shown
from approvals.verdict import outlook
from checklists import services as checklists
from checklists.enums import ItemState
from dashboard.acts import acts_of
from deployments import clock
from deployments.enums import Grant, State
from deployments.exceptions import (
    Forbidden,
    Invalid,
    NeedsFreshAuthentication,
    Overtaken,
    Refused,
)
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.services import grant, schedule
from monitoring import services as monitoring
from monitoring.enums import Result
from tests.approvals.makers import change_content, decide, make_ready
from tests.builders import (
    Team,
    answer_poll,
    make_deployment,
    make_person,
    make_proof,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def breaker(team: Team):
    person = make_person("breaker")
    grant(team.service, Grant.BREAK_GLASS, person, actor=None)
    return person


def break_glass(team: Team, deployment: Deployment, actor: Any, **fields: Any) -> Decision:
    deployment.refresh_from_db()
    fields = {
        "second_person": team.product_owner,
        "proof": make_proof(),
        "reason": "customers cannot pay",
        "shown": Shown.of(deployment),
        **fields,
    }
    return services.break_glass(deployment.pk, actor=actor, **fields)


def blocked(team: Team) -> Deployment:
    return make_deployment(team, t0_in=timedelta(minutes=10), submitted=True)


def test_break_glass_records_what_it_passed_over_and_opens_a_review(team: Team, breaker) -> None:
    deployment = blocked(team)

    decision = break_glass(team, deployment, breaker)

    deployment.refresh_from_db()
    assert (deployment.state, decision.verdict) == (State.GO, Verdict.GO)
    assert decision.second_person == team.product_owner
    assert "“Back up the database” is not ticked" in decision.overridden.values()
    assert decision.overridden["poll"].startswith("Product owner has not answered")
    review = Review.objects.get()
    assert review.due_at == decision.at + timedelta(hours=48)
    event = deployment.events.latest("sequence")
    assert (event.verb, event.reason) == ("glass broken", "GO: customers cannot pay")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": " "}, "Say why it cannot wait"),
        ({"second_person": None}, "Name the second person"),
    ],
)
def test_break_glass_is_refused_when_something_is_missing(
    team: Team, breaker, fields: dict[str, Any], said: str
) -> None:
    deployment = blocked(team)
    with pytest.raises(Invalid, match=said):
        break_glass(team, deployment, breaker, **fields)
    assert Decision.objects.count() == 0


def test_break_glass_is_refused_to_whoever_does_not_hold_it(team: Team) -> None:
    deployment = blocked(team)
    for person in (team.ops_lead, team.product_owner, team.member):
        with pytest.raises(Forbidden, match="holders of break-glass"):
            break_glass(team, deployment, person, second_person=team.security)


def test_break_glass_is_refused_to_the_requester(team: Team) -> None:
    grant(team.service, Grant.BREAK_GLASS, team.release_manager, actor=None)
    with pytest.raises(Forbidden, match="You requested this deployment"):
        break_glass(team, blocked(team), team.release_manager)


@pytest.mark.parametrize("who", ["breaker", "security", "member"])
def test_break_glass_is_refused_when_the_second_person_is_none(
    team: Team, breaker, who: str
) -> None:
    second = breaker if who == "breaker" else team.people[who]
    with pytest.raises(Invalid):
        break_glass(team, blocked(team), breaker, second_person=second)


def test_whoever_requested_it_is_no_second_person(team: Team, breaker) -> None:
    grant(team.service, Grant.OPS_LEAD, team.release_manager, actor=None)
    deployment = blocked(team)
    with pytest.raises(Invalid, match="Release Manager requested this deployment"):
        break_glass(team, deployment, breaker, second_person=team.release_manager)
    page = signed_in(breaker).get(f"/deployments/{deployment.pk}/break-glass/").content.decode()
    assert ('value="product_owner"' in page, 'value="release_manager"' in page) == (True, False)


@pytest.mark.parametrize("minutes_ago", [None, 6])
def test_break_glass_is_refused_without_a_fresh_proof(
    team: Team, breaker, minutes_ago: int | None
) -> None:
    proof = None if minutes_ago is None else make_proof(minutes_ago)
    with pytest.raises(NeedsFreshAuthentication):
        break_glass(team, blocked(team), breaker, proof=proof)


def test_break_glass_is_refused_when_nothing_stands_in_the_way(team: Team, breaker) -> None:
    with pytest.raises(Refused, match="Nothing stands in the way"):
        break_glass(team, make_ready(team), breaker)


def test_break_glass_is_refused_when_the_content_moved(team: Team, breaker) -> None:
    deployment = blocked(team)
    shown = Shown.of(deployment)
    change_content(team, deployment)
    with pytest.raises(Overtaken):
        break_glass(team, deployment, breaker, shown=shown)


def test_start_looks_only_at_what_was_not_passed_over(team: Team, breaker) -> None:
    deployment = blocked(team)
    break_glass(team, deployment, breaker)
    assert services.recall_if_broken(deployment.pk) is None

    services.start(deployment.pk, actor=team.ops_lead)

    deployment.refresh_from_db()
    assert deployment.state == State.IN_PROGRESS


def test_new_obstacle_recalls_it(team: Team, breaker) -> None:
    deployment = make_deployment(
        team, items=("Back up the database", "Tell support"), t0_in=timedelta(minutes=10),
        submitted=True,
    )  # fmt: skip
    item = deployment.items.get(position=2)
    checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    break_glass(team, deployment, breaker)

    checklists.set_state(deployment.pk, item.pk, ItemState.OPEN, actor=team.member)
    recalled = services.recall_if_broken(deployment.pk)

    assert recalled is not None
    assert recalled.reason == "GO no longer holds: “Tell support” is not ticked"


def test_hashes_are_never_passed_over(team: Team, breaker) -> None:
    deployment = blocked(team)
    break_glass(team, deployment, breaker)
    schedule(deployment.pk, clock.now() + timedelta(minutes=12), actor=team.release_manager)

    with pytest.raises(Refused, match="the time changed after it"):
        services.start(deployment.pk, actor=team.ops_lead)


def watched(team: Team, breaker) -> Deployment:
    deployment = blocked(team)
    break_glass(team, deployment, breaker)
    services.start(deployment.pk, actor=team.ops_lead)
    step = deployment.items.get(position=2)
    checklists.set_state(deployment.pk, step.pk, ItemState.DONE, actor=team.ops_lead)
    checklists.complete(deployment.pk, actor=team.ops_lead)
    deployment.refresh_from_db()
    return deployment


def test_deployment_closes_only_after_the_review(team: Team, breaker) -> None:
    deployment = watched(team, breaker)
    with pytest.raises(Refused, match="the review of the break-glass decision is open"):
        monitoring.close(deployment.pk, actor=team.ops_lead, result=Result.SUCCEEDED)

    review = Review.objects.get()
    services.close_review(review, actor=team.ops_lead, findings="The backup was there after all.")
    monitoring.close(deployment.pk, actor=team.ops_lead, result=Result.SUCCEEDED)

    deployment.refresh_from_db()
    assert deployment.state == State.CLOSED


def test_review_stays_open_and_asked_for_after_another_go(team: Team, breaker) -> None:
    """Page and act say the same as the service, whichever decision is in force."""
    deployment = make_ready(team)
    item = deployment.items.get(position=1)
    checklists.set_state(deployment.pk, item.pk, ItemState.OPEN, actor=team.member)
    break_glass(team, deployment, breaker)
    decide(team, deployment, Verdict.HOLD)
    checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    services.resume(deployment.pk, actor=team.release_manager)
    answer_poll(deployment)
    decide(team, deployment, Verdict.GO)
    services.start(deployment.pk, actor=team.ops_lead)
    step = deployment.items.get(position=2)
    checklists.set_state(deployment.pk, step.pk, ItemState.DONE, actor=team.ops_lead)
    checklists.complete(deployment.pk, actor=team.ops_lead)

    deployment.refresh_from_db()
    view, rights = outlook(deployment), rights_of(team.ops_lead, team.service)
    acts = {act.label: act.refusal for act in acts_of(rights, deployment, view, None)}

    assert view.review == Review.objects.get()
    assert acts["Review the break-glass decision"] == ""
    with pytest.raises(Refused) as refused:
        monitoring.close(deployment.pk, actor=team.ops_lead, result=Result.SUCCEEDED)
    assert acts["Close the deployment"] == refused.value.sentence


def test_review_is_closed_by_somebody_else_with_findings_and_once(team: Team, breaker) -> None:
    break_glass(team, blocked(team), breaker)
    review = Review.objects.get()
    grant(team.service, Grant.RELEASE_MANAGER, breaker, actor=None)
    for person, refused in (
        (breaker, "You took this decision"),
        (team.product_owner, "You took this decision"),
        (team.member, "Only release managers and ops leads"),
    ):
        with pytest.raises(Forbidden, match=refused):
            services.close_review(review, actor=person, findings="fine")
    with pytest.raises(Invalid, match="Say what was found"):
        services.close_review(review, actor=team.ops_lead, findings="  ")

    services.close_review(review, actor=team.ops_lead, findings="fine")

    with pytest.raises(Refused, match="closed this review already"):
        services.close_review(review, actor=team.ops_lead, findings="again")


def test_break_glass_by_raw_sql_is_a_go_of_two(team: Team, breaker) -> None:
    decision = break_glass(team, blocked(team), breaker)
    copy = """
        INSERT INTO approvals_decision (deployment_id, verdict, reason, decided_by_id,
            decided_by_name, at, content_hash, schedule_hash, latest_start, overridden,
            second_person_id, dossier)
        SELECT deployment_id, %(verdict)s, reason, decided_by_id, decided_by_name, at,
            content_hash, schedule_hash, latest_start, overridden, %(second)s, dossier
        FROM approvals_decision WHERE id = %(pk)s
    """
    for verdict, second in (("go", None), ("hold", team.product_owner.pk), ("go", breaker.pk)):
        fields = {"verdict": verdict, "second": second, "pk": decision.pk}
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(copy, fields)


def test_pages_say_what_is_passed_over_and_close_the_review(team: Team, breaker) -> None:
    deployment = blocked(team)
    client = signed_in(breaker)
    address = f"/deployments/{deployment.pk}/break-glass/"
    page = client.get(address)
    assert "“Back up the database” is not ticked" in page.content.decode()
    shown = Shown.of(deployment)
    body = {
        "reason": "customers cannot pay", "second_person": "product_owner",
        "latest_start_minutes": 30, "shown_content": shown.content,
        "shown_schedule": shown.schedule,
    }  # fmt: skip
    assert client.post(address, {**body, "second_person": "member"}).status_code == 422
    assert client.post(address, body).status_code == 302

    decision = Decision.objects.get()
    review = f"/deployments/{deployment.pk}/decisions/{decision.pk}/review/"
    assert client.post(review, {"findings": "fine"}).status_code == 403
    answer = signed_in(team.ops_lead).post(review, {"findings": "It was the cache."})
    assert answer.status_code == 302
    assert "It was the cache." in client.get(review).content.decode()
