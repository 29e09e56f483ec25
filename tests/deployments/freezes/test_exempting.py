"""A freeze stands in the way of GO and of the start, unless one deployment is let through."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals import services as approvals
from approvals.dossier import freeze as frozen_facts
from approvals.enums import Verdict
from approvals.rollcall import roll_call
from approvals.runner import recall_broken
from approvals.verdict import readiness
from deployments import blockers, clock
from deployments.enums import Grant, State
from deployments.exceptions import Forbidden, NeedsFreshAuthentication, Overtaken, Refused
from deployments.freezes import declaring, exempting
from deployments.freezes.policies import refusal_while_frozen
from deployments.models import Deployment, Event, Exemption, Freeze
from deployments.services import grant, schedule
from tests.approvals.makers import decide, make_ready
from tests.builders import (
    Team,
    make_administrator,
    make_deployment,
    make_environment,
    make_person,
    make_proof,
)
from tests.deployments.freezes.makers import make_freeze

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def second(team: Team) -> User:
    """Another release manager, who asked for nothing."""
    person = make_person("second_manager")
    grant(team.service, Grant.RELEASE_MANAGER, person, actor=None)
    return person


def obstacles(deployment: Deployment) -> list[str]:
    found = readiness(Deployment.objects.get(pk=deployment.pk)).blockers
    return [one.key for one in found if one.key.startswith("freeze:")]


def exempt(deployment: Deployment, freeze: Freeze, by: User, **more: object) -> Exemption:
    facts = {"proof": make_proof(), "reason": "A security fix", **more}
    return exempting.exempt(deployment.pk, freeze.pk, actor=by, **facts)  # type: ignore[arg-type]


def test_freeze_blocks_whatever_it_is_about_and_meets(team: Team) -> None:
    administrator = make_administrator()
    deployment = make_deployment(team, t0_in=3 * HOUR)
    elsewhere = make_deployment(team)
    Deployment.objects.filter(pk=elsewhere.pk).update(environment=make_environment("test"))
    meeting = [
        make_freeze(team.service, by=team.release_manager),
        make_freeze(None, by=administrator, environment=team.environment),
        make_freeze(None, by=administrator, starts_in=4 * HOUR),
        make_freeze(
            None, by=administrator, starts_in=3 * HOUR - timedelta(days=7), rule="FREQ=WEEKLY"
        ),
    ]
    make_freeze(team.service, by=team.release_manager, lasts=4 * HOUR)  # ends as T0 begins
    make_freeze(team.service, by=team.release_manager, starts_in=6 * HOUR)

    assert sorted(obstacles(deployment)) == sorted(f"freeze:{one.pk}" for one in meeting)
    assert f"freeze:{meeting[1].pk}" not in obstacles(elsewhere)
    # With the five signatures these are many, so that the freezes are one clause of the sentence.
    assert "4 freezes stand in the way" in readiness(deployment).sentence


def test_blocker_says_what_who_and_where_it_is_mended(team: Team, second: User) -> None:
    deployment = make_deployment(team)
    freeze = make_freeze(team.service, by=team.release_manager)

    [found] = [one for one in readiness(deployment).blockers if one.key == f"freeze:{freeze.pk}"]

    assert found.clause.startswith("a freeze of Storage layer holds from ")
    assert found.clause.endswith("(UTC), “Christmas trade”")
    assert found.page is not None
    assert found.page.address(deployment) == f"/deployments/{deployment.pk}/freezes/{freeze.pk}/"
    assert found.waits is not None
    # The requester is a release manager too, and exempts nothing of their own.
    assert found.waits.people == ["Second Manager"]


def test_questions_to_the_database_are_as_many_for_one_as_for_six(team: Team, second: User) -> None:
    deployments = [make_deployment(team) for _ in range(6)]
    freezes = [make_freeze(team.service, by=team.release_manager) for _ in range(3)]
    exempt(deployments[0], freezes[0], second)

    def asked(some: list[Deployment]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            blockers.find_all(some)
        return len(found)

    assert asked(deployments[:1]) == asked(deployments)


def test_start_is_refused_while_a_freeze_holds_that_began_after_go(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    # It ends before T0, so readiness does not count it; the start is early and within it.
    t0 = Deployment.objects.get(pk=deployment.pk).t0
    assert t0
    make_freeze(team.service, by=team.release_manager, lasts=HOUR + (t0 - clock.now()) / 2)

    with pytest.raises(Refused, match=r"A freeze of Storage layer holds from .* start after it"):
        approvals.start(deployment.pk, actor=team.ops_lead)

    declaring.end(Freeze.objects.get().pk, actor=team.release_manager, reason="Done")
    approvals.start(deployment.pk, actor=team.ops_lead)
    deployment.refresh_from_db()
    assert deployment.state == State.IN_PROGRESS


def test_go_is_recalled_when_a_freeze_meets_it_later_or_an_exemption_goes(
    team: Team, second: User
) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    freeze = make_freeze(team.service, by=team.release_manager)

    assert recall_broken() == 1

    event = Event.objects.get(deployment=deployment, verb="recalled")
    assert event.reason.startswith("GO no longer holds: a freeze of Storage layer holds from")
    exempt(deployment, freeze, second)
    assert obstacles(deployment) == []


def test_exempted_deployment_goes_and_every_page_warns(team: Team, second: User) -> None:
    deployment = make_deployment(team)
    freeze = make_freeze(team.service, by=team.release_manager)

    made = exempt(deployment, freeze, second)

    verdict = readiness(deployment)
    assert f"freeze:{freeze.pk}" not in [one.key for one in verdict.blockers]
    [warning] = [one for one in verdict.warnings if one.key == f"exempted:{freeze.pk}"]
    assert warning.clause.endswith("“Christmas trade”; Second Manager exempted this deployment")
    event = Event.objects.get(verb="exempted from freeze")
    assert (event.deployment, event.reason) == (deployment, "A security fix")
    assert event.object_text == str(freeze)
    facts = frozen_facts(deployment, verdict, roll_call(deployment, clock.now()))
    assert facts["freezes"][0]["exempted_by"] == "Second Manager"
    assert facts["freezes"][0]["exempted_why"] == "A security fix"
    with pytest.raises(Overtaken, match="Second Manager has exempted this deployment already"):
        exempt(deployment, freeze, second)

    exempting.take_back(deployment.pk, made.pk, actor=second, reason="No fix after all")
    assert obstacles(deployment) == [f"freeze:{freeze.pk}"]
    with pytest.raises(Overtaken, match="has taken the exemption back already"):
        exempting.take_back(deployment.pk, made.pk, actor=second, reason="Again")


def test_exemption_is_refused_to_whoever_may_not(team: Team, second: User) -> None:
    deployment = make_deployment(team)
    freeze = make_freeze(team.service, by=team.release_manager)
    administrator = make_administrator()
    everywhere = make_freeze(None, by=administrator)

    for person in (team.ops_lead, team.member, team.product_owner, administrator):
        with pytest.raises(Forbidden, match="Only release managers of this service may exempt"):
            exempt(deployment, freeze, person)
    with pytest.raises(Forbidden, match="Only administrators of this portal may exempt"):
        exempt(deployment, everywhere, second)
    with pytest.raises(Forbidden, match="You requested this deployment; another person"):
        exempt(deployment, freeze, team.release_manager)
    for proof in (None, make_proof(minutes_ago=6)):
        with pytest.raises(NeedsFreshAuthentication):
            exempt(deployment, freeze, second, proof=proof)
    with pytest.raises(Refused, match="Say why it may go all the same"):
        exempt(deployment, freeze, second, reason=" ")
    assert not Exemption.objects.exists()
    exempt(deployment, everywhere, administrator)


def test_exemption_covers_only_the_windows_that_stood_in_the_way(team: Team, second: User) -> None:
    deployment = make_deployment(team, t0_in=3 * HOUR)
    weekly = make_freeze(team.service, by=team.release_manager, rule="FREQ=WEEKLY")
    exempt(deployment, weekly, second)

    schedule(deployment.pk, clock.now() + 5 * HOUR, actor=team.release_manager)
    assert obstacles(deployment) == []
    schedule(deployment.pk, clock.now() + timedelta(days=7, hours=3), actor=team.release_manager)
    assert obstacles(deployment) == [f"freeze:{weekly.pk}"]

    exempt(deployment, weekly, second, reason="Still needed")
    assert obstacles(deployment) == []
    assert deployment.exemptions.filter(ended_at=None).count() == 1
    assert deployment.exemptions.count() == 2


def test_freeze_that_does_not_meet_it_or_has_ended_needs_no_exemption(
    team: Team, second: User
) -> None:
    deployment = make_deployment(team)
    later = make_freeze(team.service, by=team.release_manager, starts_in=timedelta(days=9))
    ended = make_freeze(team.service, by=team.release_manager)
    declaring.end(ended.pk, actor=team.release_manager, reason="Done")

    with pytest.raises(Refused, match="does not meet the time of this deployment"):
        exempt(deployment, later, second)
    with pytest.raises(Overtaken, match="has ended this freeze"):
        exempt(deployment, ended, second)


def test_database_keeps_one_standing_exemption_and_its_reason(team: Team, second: User) -> None:
    deployment = make_deployment(team)
    freeze = make_freeze(team.service, by=team.release_manager)
    made = exempt(deployment, freeze, second)

    made.pk = None
    with pytest.raises(IntegrityError, match="one_exemption"), transaction.atomic():
        made.save()
    with pytest.raises(IntegrityError, match="exemption_has_its_reason"), transaction.atomic():
        Exemption.objects.update(reason="")
    with pytest.raises(IntegrityError, match="freeze_lasts"), transaction.atomic():
        Freeze.objects.update(ends_at=freeze.starts_at)


def test_start_looks_at_freezes_only_that_broken_glass_did_not_override(team: Team) -> None:
    deployment, now = make_deployment(team), clock.now()
    first, second = (make_freeze(team.service, by=team.release_manager) for _ in range(2))

    assert refusal_while_frozen(deployment, now) is not None
    assert refusal_while_frozen(deployment, now, [f"freeze:{first.pk}"]) is not None
    both = [f"freeze:{first.pk}", f"freeze:{second.pk}"]
    assert refusal_while_frozen(deployment, now, both) is None
