"""Back to draft, hold and resume: what each page says first, and what the act then does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from approvals import services
from approvals.enums import Choice, Verdict
from approvals.shown import Shown
from approvals.verdict import readiness
from audit.verification import verify
from deployments import clock
from deployments import services as deployments
from deployments.exceptions import Invalid, Refused
from deployments.facts import Facts
from deployments.models import Deployment, Event
from tests.approvals.makers import decide, make_ready, sign
from tests.approvals.pages import ask, send, state
from tests.builders import Team, make_deployment, make_team, signed_in
from tests.threads import at_once


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
