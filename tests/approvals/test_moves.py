"""Submit, back to draft, hold and resume: what each page says first, and what the act then does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import transaction
from django.http import HttpResponse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from approvals import services
from approvals.enums import Choice, Mend, Verdict
from approvals.feasibility import Demand
from approvals.policies.submitting import Missing, Outset, missing
from approvals.shown import Shown
from approvals.verdict import readiness
from audit.verification import verify
from checklists.models import Item
from communications.services import define_plan
from deployments import clock
from deployments import services as deployments
from deployments.enums import Right, State
from deployments.exceptions import Invalid, Refused
from deployments.facts import Facts
from deployments.models import Deployment, Event, ServiceGroupObjectPermission
from tests.approvals.makers import change_content, decide, make_ready, sign
from tests.builders import Team, make_deployment, make_person, make_role, make_team, signed_in
from tests.threads import at_once

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
READY = Demand("Security", 1, frozenset({1}), 1)


def ask(deployment: Deployment, verb: str, person: User) -> str:
    answer = signed_in(person).get(f"/deployments/{deployment.pk}/{verb}/")
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def send(deployment: Deployment, verb: str, person: User, **body: str) -> HttpResponse:
    return signed_in(person).post(f"/deployments/{deployment.pk}/{verb}/", body)  # type: ignore[return-value]


def state(deployment: Deployment) -> str:
    return str(Deployment.objects.get(pk=deployment.pk).state)


def test_nothing_is_missing_from_a_whole_draft() -> None:
    assert missing(Outset(NOW, NOW + timedelta(hours=1), [READY])) == []


@pytest.mark.parametrize(
    ("changes", "clause", "mend"),
    [
        ({"t0": None}, "the time T0 is not set", Mend.TIME),
        ({"t0": NOW}, "the time T0 is in the past", Mend.TIME),
        ({"demands": []}, "no role is asked to sign", Mend.RULES),
        (
            {"demands": [READY, Demand("Legal", 1, frozenset(), 0)]},
            "nobody holds the role Legal of this service",
            Mend.PEOPLE,
        ),
        (
            {"demands": [Demand("Legal", 1, frozenset(), 2)]},
            "nobody who holds the role Legal may sign: the requester, the authors and the last "
            "editor of the content never do",
            Mend.PEOPLE,
        ),
        (
            {"demands": [Demand("Legal", 3, frozenset({4, 5}), 3)]},
            "Legal asks for 3 signatures, and only 2 people may give one",
            Mend.PEOPLE,
        ),
        (
            {"demands": [READY, Demand("Legal", 1, frozenset({1}), 1)]},
            "Security and Legal ask for 2 signatures of different people, and only 1 person may "
            "sign",
            Mend.PEOPLE,
        ),
        (
            {"deciders": 0},
            "no ops lead of this service could decide, since the requester never does",
            Mend.PEOPLE,
        ),
        (
            {"lost_lead": "Rosa"},
            "the account of the release lead Rosa is no longer active",
            Mend.FACTS,
        ),
        (
            {"stuck": ["Freeze"]},
            "“Freeze” is due before T0 but waits for what comes later or for itself",
            Mend.CHECKLIST,
        ),
    ],
)
def test_each_thing_that_is_missing_is_said(
    changes: dict[str, object], clause: str, mend: Mend
) -> None:
    whole = {"now": NOW, "t0": NOW + timedelta(hours=1), "demands": [READY]}
    outset = Outset(**{**whole, **changes})  # type: ignore[arg-type]
    assert missing(outset) == [Missing(clause, mend)]


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


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_draft_that_asks_nobody_leads_to_the_page_of_its_rules(team: Team) -> None:
    deployment = make_deployment(team, roles=())
    page = ask(deployment, "submit", team.release_manager)
    assert "1 thing still missing" in page
    place = f"/deployments/{deployment.pk}/plan/sign-off/"
    assert f'No role is asked to sign. <a class="text-nowrap" href="{place}">' in page
    assert "Nobody is asked yet." in page


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_submit_page_costs_the_same_with_two_and_with_thirty_rules(
    team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    few = make_deployment(team, roles=("security", "business"))
    roles = [f"role_{number}" for number in range(30)]
    for role in roles:
        deployments.grant_role(team.service, make_role(role), make_person(role), actor=None)
    many = make_deployment(team, roles=tuple(roles))
    client = signed_in(team.release_manager)

    with django_assert_max_num_queries(19) as two:
        client.get(f"/deployments/{few.pk}/submit/")
    with django_assert_max_num_queries(19) as thirty:
        client.get(f"/deployments/{many.pk}/submit/")

    assert len(two) == len(thirty)


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_reopen_page_says_what_happens_and_the_act_keeps_the_reason(team: Team) -> None:
    deployment = make_ready(team)
    sign(team, deployment, "security", Choice.REJECT, reason="the scan is old")
    page = ask(deployment, "reopen", team.release_manager)
    assert "4 signatures stay and count as long as neither the content nor" in page
    assert "1 objection stays until its author takes it back." in page

    empty = send(deployment, "reopen", team.release_manager, reason=" ")
    assert (empty.status_code, state(deployment)) == (422, "in_review")
    answer = send(deployment, "reopen", team.release_manager, reason="a step is missing")

    assert answer.status_code == 302
    event = deployment.events.latest("sequence")
    assert (event.verb, event.reason) == ("reopened", "a step is missing")
    assert state(deployment) == "draft"


@pytest.mark.django_db
def test_signatures_count_again_when_nothing_changed_in_the_draft(team: Team) -> None:
    deployment = make_ready(team)
    services.reopen(deployment.pk, actor=team.release_manager, reason="to look again")
    services.submit(deployment.pk, actor=team.release_manager)
    deployment.refresh_from_db()
    assert readiness(deployment).is_ready


@pytest.mark.django_db
def test_reopen_needs_a_reason_by_any_way(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    with pytest.raises(Invalid, match="Say why it goes back to draft"):
        services.reopen(deployment.pk, actor=team.release_manager, reason="\n")


@pytest.mark.django_db
def test_hold_is_an_act_of_its_own_for_the_ops_lead(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    address = f"/deployments/{deployment.pk}/decide/?verdict=hold"
    assert address in ask(deployment, "mine", team.ops_lead)
    assert address not in ask(deployment, "mine", team.release_manager)

    page = unescape(signed_in(team.ops_lead).get(address).content.decode())
    assert "<h1>Hold this deployment</h1>" in page
    assert "What a hold does" in page
    assert '<input type="hidden" name="verdict" value="hold" id="id_verdict">' in page

    deployment.refresh_from_db()
    shown = Shown.of(deployment)
    body = {
        "verdict": "hold", "reason": "the network is down", "latest_start_minutes": "30",
        "shown_content": shown.content, "shown_schedule": shown.schedule,
    }  # fmt: skip
    assert signed_in(team.ops_lead).post(address, body).status_code == 302
    assert state(deployment) == "on_hold"
    again = unescape(signed_in(team.ops_lead).get(address).content.decode())
    assert "This deployment is on hold and cannot become on hold from there." in again


@pytest.mark.django_db
@pytest.mark.parametrize("verdict", ["", "go", "nonsense", "\x00"])
def test_decision_page_without_a_hold_is_the_whole_one(team: Team, verdict: str) -> None:
    deployment = make_deployment(team, submitted=True)
    client = signed_in(team.ops_lead)
    page = client.get(f"/deployments/{deployment.pk}/decide/", {"verdict": verdict})
    assert "<h1>Decide go or no-go</h1>" in page.content.decode()


@pytest.mark.django_db
def test_resume_page_leads_to_the_time_when_it_has_passed(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.HOLD)
    whole = ask(deployment, "resume", team.release_manager)
    assert "5 signatures stay and count" in whole
    assert '<button class="btn btn-primary">Resume the review</button>' in whole

    past = clock.now() - timedelta(hours=1)
    Deployment.objects.filter(pk=deployment.pk).update(
        t0=past, window_end=past + timedelta(hours=2)
    )
    page = ask(deployment, "resume", team.release_manager)

    assert "Cannot be resumed yet: the time T0 is in the past; reschedule it first." in page
    assert f'<a class="btn btn-primary" href="/deployments/{deployment.pk}/schedule/">' in page
    assert "Resume the review</button>" not in page
    assert "Reschedule it first" not in ask(deployment, "resume", team.member)
    refused = send(deployment, "resume", team.release_manager)
    assert (refused.status_code, state(deployment)) == (409, "on_hold")


@pytest.mark.django_db
def test_resume_takes_it_back_into_review(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.NO_GO)
    answer = send(deployment, "resume", team.release_manager)
    assert (answer.status_code, state(deployment)) == (302, "in_review")


def raced(*acts: Callable[[], object]) -> tuple[list[object], list[Refused]]:
    answers = at_once(*acts)
    refused = [one for one in answers if isinstance(one, Refused)]
    return [one for one in answers if not isinstance(one, Exception)], refused


def test_resuming_twice_at_once_resumes_once(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_ready(team)
    decide(team, deployment, Verdict.HOLD)

    def resume() -> Event:
        return services.resume(deployment.pk, actor=team.release_manager)

    done, refused = raced(resume, resume)

    assert (len(done), len(refused)) == (1, 1)
    assert deployment.events.filter(verb="resumed").count() == 1
    assert verify().faults == []


def submit_shown(team: Team, deployment: Deployment) -> Callable[[], object]:
    shown = Shown.of(deployment)
    return lambda: services.submit(deployment.pk, actor=team.release_manager, shown=shown)


def edit_commit(team: Team, deployment: Deployment, commit: str) -> Callable[[], object]:
    facts = Facts.of(deployment)
    edited = replace(facts, commit=commit)
    return lambda: deployments.edit_facts(
        deployment.pk, edited, actor=team.release_manager, shown=facts.fingerprint
    )


def test_submit_and_edit_at_once_submit_what_was_shown_or_nothing(
    committed: dict[str, str],
) -> None:
    team = make_team()
    for number in range(4):
        deployment = make_deployment(team)
        raced(submit_shown(team, deployment), edit_commit(team, deployment, f"f{number}"))
        verbs = list(deployment.events.order_by("sequence").values_list("verb", flat=True))
        if state(deployment) == "in_review":
            assert verbs.index("submitted") < verbs.index("facts changed")
        else:
            assert "submitted" not in verbs
    assert verify().faults == []


def test_cancel_and_decide_at_once_have_one_outcome(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_ready(team)
    deployment.refresh_from_db()
    shown = Shown.of(deployment)

    raced(
        lambda: deployments.cancel(deployment.pk, actor=team.release_manager, reason="no more"),
        lambda: decide(team, deployment, Verdict.GO, shown=shown),
    )

    verbs = list(deployment.events.order_by("sequence").values_list("verb", flat=True))
    assert state(deployment) == "cancelled"  # it may be cancelled after GO, never the other way
    assert verbs[-1] == "cancelled"
    assert deployment.decisions.count() == verbs.count("decided")
    assert verify().faults == []
