"""Editing the facts: what it says before, what it changes, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import User
from approvals.enums import Choice
from approvals.services import sign
from approvals.shown import Shown
from approvals.signoff import standings
from approvals.verdict import readiness
from deployments.authors import MOST
from deployments.enums import Grant
from deployments.exceptions import Forbidden, Invalid
from deployments.facts import Facts
from deployments.models import Deployment
from deployments.services import edit_facts, grant
from gates.enums import RunState
from gates.models import Gate, GateRun
from tests.builders import Team, make_deployment, make_person, make_proof, signed_in
from tests.gates.makers import make_gate

pytestmark = pytest.mark.django_db
NOT_MANAGER = "Choose one of the release managers of this service."


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team, submitted=True)


def body(deployment: Deployment, **changes: str) -> dict[str, str]:
    facts = Facts.of(deployment)
    return {**facts.plain(), "shown": facts.fingerprint, **changes}


def post(team: Team, deployment: Deployment, **changes: str) -> HttpResponse:
    return send(team.release_manager, deployment, body(deployment, **changes))


def send(person: Any, deployment: Deployment, data: dict[str, str]) -> HttpResponse:
    return signed_in(person).post(f"/deployments/{deployment.pk}/facts/", data)  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def approve(team: Team, deployment: Deployment, *roles: str) -> None:
    for role in roles:
        rule = deployment.rules.get(role__key=role)
        person = team.people[role]
        sign(
            deployment.pk,
            rule.pk,
            Choice.APPROVE,
            actor=person,
            proof=make_proof(),
            shown=Shown.of(deployment),
        )
    deployment.refresh_from_db()


def state(deployment: Deployment) -> tuple[int, int, str]:
    fresh = Deployment.objects.get(pk=deployment.pk)
    return fresh.versions.count(), fresh.event_count, fresh.content_hash


def test_changed_commit_is_a_new_version_and_an_event(team: Team, deployment: Deployment) -> None:
    response = post(team, deployment, commit="ffff", branch=" release \n 1.5 ")
    assert (response.status_code, response["Location"]) == (302, f"/deployments/{deployment.pk}/")
    deployment.refresh_from_db()
    assert (deployment.commit, deployment.branch) == ("ffff", "release 1.5")
    assert deployment.content_version is not None
    assert deployment.content_version.number == 2
    assert deployment.content_version.author == team.release_manager
    assert deployment.content_version.content["deployment"]["commit"] == "ffff"
    event = deployment.events.get(verb="facts changed")
    assert event.before == {"branch": "release-1.4", "commit": "0a1b2c3d"}
    assert event.after == {"branch": "release 1.5", "commit": "ffff"}
    assert event.actor == team.release_manager


def test_save_without_a_change_says_so_and_leaves_no_trace(
    team: Team, deployment: Deployment
) -> None:
    before = state(deployment)
    client = signed_in(team.release_manager)
    response = client.post(
        f"/deployments/{deployment.pk}/facts/", body(deployment, shown="an older one"), follow=True
    )
    assert "Nothing changed" in response.content.decode()
    assert state(deployment) == before


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ((), "No signature stands on this content yet; saving makes none stale."),
        (("product_owner",), "Saving a change makes 1 signature stale."),
        (("product_owner", "security", "operations"), "Saving a change makes 3 signatures stale."),
    ],
)
def test_form_says_first_how_many_signatures_become_stale(
    team: Team, deployment: Deployment, roles: tuple[str, ...], sentence: str
) -> None:
    approve(team, deployment, *roles)
    client = signed_in(team.release_manager)
    assert sentence in text(client.get(f"/deployments/{deployment.pk}/facts/"))  # type: ignore[arg-type]
    assert post(team, deployment, package="Storage layer 1.5").status_code == 302
    deployment.refresh_from_db()
    assert sum(len(one.stale) for one in standings(deployment)) == len(roles)


def test_another_lead_changes_no_content_and_no_signature(
    team: Team, deployment: Deployment
) -> None:
    approve(team, deployment, "security")
    grant(team.service, Grant.RELEASE_MANAGER, make_person("second"), actor=None)
    versions, events, content = state(deployment)
    assert post(team, deployment, lead="second").status_code == 302
    assert state(deployment) == (versions, events + 1, content)
    event = deployment.events.get(verb="facts changed")
    assert (event.before, event.after) == ({"lead": "release_manager"}, {"lead": "second"})
    assert Deployment.objects.get(pk=deployment.pk).lead.username == "second"
    assert [len(one.stale) for one in standings(deployment)] == [0] * 5


def test_whoever_is_named_as_an_author_signs_no_more_and_counts_no_more(
    team: Team, deployment: Deployment
) -> None:
    """An author's vote is refused (SEMANTICS §6); one given before counts for nobody."""
    approve(team, deployment, "security", "operations")
    versions, events, content = state(deployment)
    assert post(team, deployment, authors="@Security; member, member").status_code == 302

    assert state(deployment) == (versions, events + 1, content)
    event = deployment.events.get(verb="facts changed")
    assert (event.before, event.after) == ({"authors": ""}, {"authors": "member, security"})
    deployment.refresh_from_db()
    words = {one.rule.role.key: one for one in standings(deployment)}
    assert (len(words["security"].approvals), len(words["operations"].approvals)) == (0, 1)
    assert "Security has not signed" in {one.clause for one in readiness(deployment).blockers}
    with pytest.raises(Forbidden, match="You are named as an author"):
        approve(team, deployment, "security")
    page = text(signed_in(team.auditor).get(deployment.get_absolute_url()))  # type: ignore[arg-type]
    assert "<dt>Authors</dt><dd>Member, Security</dd>" in page
    client = signed_in(team.security)
    page = text(client.get(f"/deployments/{deployment.pk}/sign/{words['security'].rule.pk}/"))  # type: ignore[arg-type]
    assert "You are named as an author since then, so it does not count." in page

    assert post(team, deployment, authors="member").status_code == 302
    words = {one.rule.role.key: one for one in standings(deployment)}
    assert len(words["security"].approvals) == 1


def test_authors_may_be_called_as_accounts_may_be(team: Team, deployment: Deployment) -> None:
    """A username may begin with @, and its letters may be typed as a base and an accent."""
    names = ["@at", "Zoe", "ren\u00e9", *(f"{number:0>150}" for number in range(MOST - 3))]
    deployment.authors.set(User.objects.create(username=name) for name in names)
    assert post(team, deployment, commit="e2e0").status_code == 302
    assert deployment.events.get(verb="facts changed").after == {"commit": "e2e0"}
    deployment.refresh_from_db()
    assert Facts.of(deployment).plain()["authors"] == ", ".join(sorted(names))
    assert post(team, deployment, authors="@at; @rene\u0301").status_code == 302
    assert Facts.of(deployment).plain()["authors"] == "@at, ren\u00e9"


def test_author_who_does_not_see_the_service_is_refused(team: Team, deployment: Deployment) -> None:
    facts = Facts.of(deployment)
    wanted = replace(facts, authors=frozenset({team.outsider}))
    with pytest.raises(Invalid, match="Outsider does not see Storage layer"):
        edit_facts(deployment.pk, wanted, actor=team.release_manager, shown=facts.fingerprint)
    assert not deployment.authors.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"package": " \n "}, "Name the package; it says what ships."),
        ({"package": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
        ({"branch": "x" * 10_000}, "Ensure this value has at most 200 characters (it has 10000)."),
        ({"commit": "x" * 65}, "Ensure this value has at most 64 characters (it has 65)."),
        ({"digest": "x" * 101}, "Ensure this value has at most 100 characters (it has 101)."),
        ({"commit": "a\x00b"}, "Null characters are not allowed."),
        ({"lead": "member"}, NOT_MANAGER),
        ({"lead": "outsider"}, NOT_MANAGER),
        ({"lead": "nobody"}, NOT_MANAGER),
        ({"lead": "a\x00b"}, NOT_MANAGER),
        ({"lead": ""}, "This field is required."),
        (
            {"authors": "member, outsider"},
            "Nobody who sees this service has the username “outsider”.",
        ),
        ({"authors": "a\x00b"}, "Null characters are not allowed."),
        ({"authors": "member " * 51}, "51 authors are too many; 50 are the most."),
    ],
)
def test_value_that_does_not_fit_is_refused_whole(
    team: Team, deployment: Deployment, changes: dict[str, str], sentence: str
) -> None:
    before = state(deployment)
    response = post(team, deployment, **{"digest": "sha256:1", **changes})
    assert response.status_code == 422
    assert sentence in text(response)
    assert state(deployment) == before


def test_manager_of_another_service_does_not_lead_here(team: Team, deployment: Deployment) -> None:
    from_elsewhere = make_person("elsewhere")
    assert post(team, deployment, lead=from_elsewhere.username).status_code == 422
    deployment.refresh_from_db()
    assert deployment.lead == team.release_manager


def test_second_editor_sees_the_first_ones_values_beside_their_own(
    team: Team, deployment: Deployment
) -> None:
    mine = body(deployment, commit="mine", digest="sha256:mine")
    second = make_person("second")
    grant(team.service, Grant.RELEASE_MANAGER, second, actor=None)
    assert send(second, deployment, body(deployment, commit="theirs")).status_code == 302
    before = state(deployment)
    response = send(team.release_manager, deployment, mine)
    page = text(response)
    assert response.status_code == 409
    assert "Second changed the facts; nothing of yours is saved." in page
    assert 'value="mine"' in page
    assert "Now: <strong>theirs</strong>" in page
    assert page.count("Now:") == 2  # the digest is empty there
    assert state(deployment) == before
    deployment.refresh_from_db()
    assert f'value="{Facts.of(deployment).fingerprint}"' in page
    assert post(team, deployment, commit="mine", digest="sha256:mine").status_code == 302
    deployment.refresh_from_db()
    assert (deployment.commit, deployment.digest) == ("mine", "sha256:mine")


@pytest.mark.parametrize(
    ("change", "verdict", "run_state"),
    [({"commit": "ffff"}, "stale", "complete"), ({"branch": "main"}, "passed", "queued")],
)
def test_only_another_commit_makes_gates_stale(
    team: Team, deployment: Deployment, change: dict[str, str], verdict: str, run_state: str
) -> None:
    gate = make_gate(deployment)
    Gate.objects.update(state="passed")
    now = deployment.created_at
    GateRun.objects.create(
        gate=gate, number=1, state=RunState.QUEUED, requested_at=now, due_at=now, hinted_at=now

    )  # fmt: skip
    deployment.refresh_from_db()
    client = signed_in(team.release_manager)
    page = client.get(f"/deployments/{deployment.pk}/facts/").content.decode()
    assert "Another commit makes 1 gate stale." in page
    assert post(team, deployment, **change).status_code == 302
    gate.refresh_from_db()
    assert (gate.state, gate.runs.get().state) == (verdict, run_state)
    told = deployment.events.filter(verb="gate stale").values_list("actor_name", "reason")
    wanted = [("Release Manager", "the commit changed")] if verdict == "stale" else []
    assert list(told) == wanted


@pytest.mark.parametrize(("own", "verdict"), [({}, "stale"), ({"branch": "main"}, "passed")])
def test_another_branch_makes_the_git_gates_that_ask_for_it_stale(
    team: Team, deployment: Deployment, own: dict[str, str], verdict: str
) -> None:
    gate = make_gate(deployment, kind="git", settings={"repository": "shop", **own})
    Gate.objects.update(state="passed")
    deployment.refresh_from_db()
    assert post(team, deployment, branch="release-1.5").status_code == 302
    gate.refresh_from_db()
    assert gate.state == verdict
    told = deployment.events.filter(verb="gate stale").values_list("actor_name", "reason")
    wanted = [("Release Manager", "the branch changed")] if verdict == "stale" else []
    assert list(told) == wanted


def test_nothing_is_edited_once_it_is_decided(team: Team, deployment: Deployment) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(state="on_hold")
    before = state(deployment)
    response = post(team, deployment, commit="ffff")
    assert response.status_code == 409
    assert "The content is fixed while it is “On hold”; reopen it to edit." in text(response)
    assert state(deployment) == before


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("ops_lead", 403), ("outsider", 404)])
def test_others_do_not_edit(team: Team, deployment: Deployment, who: str, status: int) -> None:
    before = state(deployment)
    assert send(team.people[who], deployment, body(deployment, commit="f")).status_code == status
    assert state(deployment) == before


@pytest.mark.parametrize(
    ("who", "state_", "offered"),
    [
        ("release_manager", "in_review", True),
        ("release_manager", "draft", True),
        ("release_manager", "on_hold", False),
        ("member", "in_review", False),
    ],
)
def test_act_is_offered_to_whoever_may(
    team: Team, deployment: Deployment, who: str, state_: str, offered: bool
) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(state=state_)
    page = signed_in(team.people[who]).get(f"/deployments/{deployment.pk}/").content.decode()
    assert (f'href="/deployments/{deployment.pk}/plan/"' in page) is offered
