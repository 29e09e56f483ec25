"""Submit: all that is missing is said at once, and what was shown is what is submitted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from approvals import services
from approvals.models import PollPlan
from approvals.shown import Shown
from checklists.models import Item
from communications.services import define_plan
from deployments import services as deployments
from deployments.enums import Right, State
from deployments.exceptions import (
    Refused,
)
from deployments.models import Deployment, ServiceGroupObjectPermission
from tests.approvals.makers import change_content
from tests.approvals.pages import ask, send, state
from tests.builders import (
    Team,
    make_deployment,
    make_person,
    make_role,
    signed_in,
)

pytestmark = pytest.mark.django_db


def make_hopeless(team: Team) -> Deployment:
    """A draft that lacks everything at once."""
    make_role("legal")
    deployment = make_deployment(team, roles=("security", "legal", "product_owner"), t0_in=None)
    deployment.rules.filter(role__key="product_owner").update(count=2)
    deployment.authors.add(team.security)
    ServiceGroupObjectPermission.objects.filter(permission__codename=Right.OPERATE).delete()
    User.objects.filter(pk=team.member.pk).update(is_active=False)
    Deployment.objects.filter(pk=deployment.pk).update(lead=team.member)
    Item.objects.filter(deployment=deployment).update(kind="step", phase="before")
    first, second = deployment.items.order_by("position")
    first.predecessors.set([second])
    second.predecessors.set([first])
    return deployment


PEOPLE = "/services/storage-layer/"
HOPELESS = [
    ("The time T0 is not set.", "/deployments/{}/schedule/"),
    (
        "Nobody who holds the role Security may sign: the requester, the authors and the last "
        "editor of the content never do.",
        PEOPLE,
    ),
    ("Nobody holds the role Legal of this service.", PEOPLE),
    ("Product owner asks for 2 signatures, and only 1 person may give one.", PEOPLE),
    ("No ops lead of this service could decide, since the requester never does.", PEOPLE),
    ("The account of the release lead Member is no longer active.", "/deployments/{}/facts/"),
    (
        "“Back up the database” is due before T0 but waits for what comes later or for itself.",
        "/deployments/{}/checklist/",
    ),
    (
        "“Deploy the service” is due before T0 but waits for what comes later or for itself.",
        "/deployments/{}/checklist/",
    ),
]


def test_submit_page_lists_all_that_is_missing_with_the_place_that_mends_it(team: Team) -> None:
    deployment = make_hopeless(team)

    page = ask(deployment, "submit", team.release_manager)

    assert f"{len(HOPELESS)} things still missing" in page
    found = [
        f'{clause} <a class="text-nowrap" href="{place.format(deployment.pk)}">' in page
        for clause, place in HOPELESS
    ]
    assert found == [True] * len(HOPELESS)
    assert "Mend what is missing above first" in page
    assert '<button class="btn btn-primary">Submit' not in page


def test_draft_that_asks_nobody_leads_to_the_page_of_its_rules(team: Team) -> None:
    deployment = make_deployment(team, roles=())
    page = ask(deployment, "submit", team.release_manager)
    assert "1 thing still missing" in page
    place = f"/deployments/{deployment.pk}/plan/sign-off/"
    assert f'No role is asked to sign. <a class="text-nowrap" href="{place}">' in page
    assert "Nobody is asked yet." in page


def test_submit_is_refused_by_the_same_list(team: Team) -> None:
    deployment = make_hopeless(team)

    with pytest.raises(Refused) as refused:
        services.submit(deployment.pk, actor=team.release_manager)
    answer = send(deployment, "submit", team.release_manager)

    assert refused.value.sentence == (
        "Cannot be submitted yet: the time T0 is not set, nobody who holds the role Security may "
        "sign: the requester, the authors and the last editor of the content never do, nobody "
        "holds the role Legal of this service, and 5 more."
    )
    assert answer.status_code == 409
    assert state(deployment) == "draft"


def test_submit_page_says_who_is_asked_for_what_and_what_leaves_first(team: Team) -> None:
    deployment = make_deployment(
        team, roles=("security", "product_owner"), t0_in=timedelta(hours=3)
    )
    deployments.grant_role(team.service, make_role("security"), team.release_manager, actor=None)
    with transaction.atomic():
        define_plan(Deployment.objects.lock(deployment.pk), [])

    page = ask(deployment, "submit", team.release_manager)

    assert (
        "<strong>Security</strong>: security takes responsibility</p> "
        '<p class="text-secondary mb-0">May sign: Security. Not Release Manager: who asked for it, '
        "wrote it or edited it last never signs it.</p>"
    ) in page
    assert '<p class="text-secondary mb-0">May sign: Product Owner.</p>' in page
    assert f'<time datetime="{deployment.t0.isoformat(timespec="seconds")}" data-when>' in page
    assert "24 h before T0 <strong>(leaves at once)</strong>" in page
    assert "2 h before T0" in page
    assert "still missing" not in page


def test_submit_page_costs_the_same_with_two_and_with_thirty_rules(
    team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    few = make_deployment(team, roles=("security", "business"))
    roles = [f"role_{number}" for number in range(30)]
    for role in roles:
        deployments.grant_role(team.service, make_role(role), make_person(role), actor=None)
    many = make_deployment(team, roles=tuple(roles))
    client = signed_in(team.release_manager)

    with django_assert_max_num_queries(21) as two:
        client.get(f"/deployments/{few.pk}/submit/")
    with django_assert_max_num_queries(21) as thirty:
        client.get(f"/deployments/{many.pk}/submit/")

    assert len(two) == len(thirty)


def test_submit_sends_into_review_what_was_shown(team: Team) -> None:
    deployment = make_deployment(team)
    shown = Shown.of(deployment)
    body = {"shown_content": shown.content, "shown_schedule": shown.schedule}
    act = f'href="/deployments/{deployment.pk}/submit/"'
    assert act in ask(deployment, "mine", team.release_manager)

    answer = send(deployment, "submit", team.release_manager, **body)

    assert (answer.status_code, answer["Location"]) == (302, f"/deployments/{deployment.pk}/")
    deployment.refresh_from_db()
    assert deployment.state == State.IN_REVIEW
    assert deployment.events.latest("sequence").verb == "submitted"
    assert deployment.submitted_at == deployment.events.latest("sequence").at


def test_submit_of_what_changed_meanwhile_shows_it_first(team: Team) -> None:
    deployment = make_deployment(team)
    shown = Shown.of(deployment)
    change_content(team, deployment)

    answer = send(
        deployment,
        "submit",
        team.release_manager,
        shown_content=shown.content,
        shown_schedule=shown.schedule,
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The content changed while you were reading; nothing was submitted." in page
    assert Deployment.objects.get(pk=deployment.pk).content_hash in page
    assert state(deployment) == "draft"


def test_submit_says_everything_that_is_missing_at_once(team: Team) -> None:
    deployment = make_deployment(team, roles=(), t0_in=None)

    with pytest.raises(Refused) as refused:
        services.submit(deployment.pk, actor=team.release_manager)

    assert refused.value.sentence == (
        "Cannot be submitted yet: the time T0 is not set and no role is asked to sign."
    )


def test_submit_is_refused_when_nobody_holds_an_asked_role(team: Team) -> None:
    make_role("legal")
    deployment = make_deployment(team, roles=("security", "legal"))

    with pytest.raises(Refused) as refused:
        services.submit(deployment.pk, actor=team.release_manager)

    assert refused.value.sentence == (
        "Cannot be submitted yet: nobody holds the role Legal of this service."
    )


def test_submit_is_refused_when_nobody_holds_a_role_that_only_the_poll_asks(team: Team) -> None:
    deployment = make_deployment(team, roles=("security",))
    deployment.polled_roles.create(role=make_role("legal"), purpose="contracts")

    with pytest.raises(Refused) as refused:
        services.submit(deployment.pk, actor=team.release_manager)

    assert refused.value.sentence == (
        "Cannot be submitted yet: nobody holds the role Legal of this service, which the poll asks."
    )
    PollPlan.objects.create(deployment=deployment, is_on=False)
    services.submit(deployment.pk, actor=team.release_manager)
    assert state(deployment) == "in_review"
