"""A deployment without a document: empty, or with the definitions of an earlier one."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse

from accounts.models import User
from approvals.definitions import PolledDefinition, RuleDefinition
from approvals.models import Rule, Vote
from approvals.services import define as define_rules
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import ItemState
from checklists.models import Item
from checklists.services import define as define_checklist
from checklists.services import set_state
from communications.definitions import STANDARD_PLAN, PlanLine
from communications.services import define_plan
from deployments import content, services
from deployments.enums import Grant
from deployments.models import Deployment
from gates.definitions import GateDefinition
from gates.models import Gate, Sample
from gates.schedules import Schedule
from gates.services import define_gates
from gates.streaks import Limits
from intake.copying import checklist, gates, messages, polled, rules
from monitoring import services as monitoring
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)
from tests.builders import Team, make_deployment, make_role, make_team, signed_in

pytestmark = pytest.mark.django_db
LONG = "x" * 150
SCHEDULE = Schedule(
    Limits(need_good=2, max_bad=7, max_bad_streak=4, max_error_streak=6),
    freshness=timedelta(minutes=7),
    interval=timedelta(seconds=11),
    settle=timedelta(seconds=12),
    timeout=timedelta(minutes=13),
)


@pytest.fixture
def origin(team: Team) -> Deployment:
    """Every definition differs from its default, and people and machines have said things."""
    deployment = services.create_deployment(
        team.service, team.environment, package="Storage layer 1.4", requester=team.release_manager
    )
    with transaction.atomic():
        define_checklist(
            deployment,
            [SectionDefinition(["Plan", "Preparation"], 3), SectionDefinition(["Plan", "Day"], 9)],
            [
                ItemDefinition(0, "check", "before", LONG, claimed_done=True, line=4),
                ItemDefinition(0, "check", "before", LONG, required=False, evidence_demanded=True),
                ItemDefinition(
                    1,
                    "step",
                    "during",
                    "Deploy",
                    irreversible=True,
                    planned_minutes=7,
                    commands=[{"language": "sh", "text": "make deploy"}],
                    after=[1, 0],
                ),
                ItemDefinition(1, "step", "during", "Told once", key="Kept_As_It_Is", after=[2]),
            ],
        )
        define_gates(
            deployment,
            [
                GateDefinition(
                    "Health",
                    "http",
                    {"url": "https://example.org/", "requests": 3},
                    required=False,
                    schedule=SCHEDULE,
                    unwaivable=True,
                    line=12,
                ),
                GateDefinition(LONG, condition="hit_rate > 85 %", machine_only=True, claim="491"),
                GateDefinition(LONG, claimed_done=True),
            ],
        )
        define_rules(
            deployment,
            [
                RuleDefinition(
                    "security", make_role("security").title, "I looked", 5, count=2, order_group=3
                ),
                RuleDefinition("security", "Security", "I looked again"),
                RuleDefinition("operations", make_role("operations").title, "I run it", key="ops"),
            ],
            [PolledDefinition("operations", "Operations", "goes last", 8)],
        )
        monitoring.define(
            deployment,
            targets=[TargetDefinition("Hit rate", "hit_rate > 85 %", 4), TargetDefinition(LONG)],
            alerts=[AlertDefinition("Errors", "errors < 1 %", "critical", key="alert")],
            triggers=[TriggerDefinition("Errors", "errors > 5 %", "automatic")],
            widgets=[WidgetDefinition("Latency", ["p95", "p99"], 7)],
            length=timedelta(hours=5),
        )
        define_plan(deployment, [PlanLine("notice", "t0", -timedelta(hours=3), "Soon", "We go", 3)])
        content.refresh(deployment, team.release_manager)
    Gate.objects.update(state="passed", state_reason="three in a row")
    Item.objects.filter(position=2).update(ad_hoc=True)
    first = deployment.items.get(position=1)
    set_state(deployment.pk, first.pk, ItemState.DONE, actor=team.member)
    deployment.refresh_from_db()
    return deployment


def body(origin: Deployment | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "service": "storage-layer",
        "environment": "production",
        "package": "Storage layer 1.5",
        "branch": "release-1.5",
        "commit": "ffff",
        "digest": "sha256:1",
        "copy_of": origin.pk if origin else "",
        **changes,
    }


def send(person: User, data: dict[str, Any]) -> HttpResponse:
    return signed_in(person).post("/deployments/new/", data)  # type: ignore[return-value]


def made() -> Deployment:
    return Deployment.objects.order_by("-pk")[0]


def test_draft_without_a_document_has_only_the_standard_messages(team: Team) -> None:
    response = send(team.release_manager, body())
    draft = made()
    assert (response.status_code, response["Location"]) == (302, draft.get_absolute_url())
    assert (draft.state, draft.requester, draft.lead, draft.zone) == (
        "draft", team.release_manager, team.release_manager, team.release_manager.zone,
    )  # fmt: skip
    assert [line.title for line in draft.message_plan.all()] == [one.title for one in STANDARD_PLAN]
    assert (draft.items.count(), draft.gates.count(), draft.rules.count()) == (0, 0, 0)
    assert draft.content_version is not None
    assert draft.content_version.content["deployment"] == {
        "package": "Storage layer 1.5", "branch": "release-1.5", "commit": "ffff",
        "digest": "sha256:1", "service": "storage-layer", "environment": "production",
    }  # fmt: skip
    assert draft.events.get(verb="created").after == {"state": "draft"}


def test_submitting_an_empty_draft_says_what_is_missing(team: Team) -> None:
    send(team.release_manager, body())
    response = signed_in(team.release_manager).post(f"/deployments/{made().pk}/submit/")
    assert response.status_code == 409
    assert made().state == "draft"


def test_copy_has_the_same_content_but_for_its_facts(team: Team, origin: Deployment) -> None:
    assert send(team.release_manager, body(origin)).status_code == 302
    draft = made()
    old, new = content.collect(origin), content.collect(draft)
    assert {part for part in old if old[part] != new[part]} == {"deployment"}
    assert draft.events.get(verb="created").after == {"state": "draft", "copy_of": origin.pk}


def test_copy_has_also_what_is_not_signed(team: Team, origin: Deployment) -> None:
    send(team.release_manager, body(origin))
    draft = made()
    for give in (checklist, gates, rules, polled, messages):
        assert give(draft) == give(origin)
    alerts = ("key", "position", "text", "condition", "severity")
    assert list(draft.alertrules.values(*alerts)) == list(origin.alertrules.values(*alerts))
    widgets = ("position", "title", "series")
    assert list(draft.widgets.values(*widgets)) == list(origin.widgets.values(*widgets))
    assert draft.watch.length == timedelta(hours=5)
    assert draft.watch.opened_at is None


def test_copy_has_nothing_that_was_said(team: Team, origin: Deployment) -> None:
    send(team.release_manager, body(origin))
    draft = made()
    said_of_items: set[tuple[Any, ...]] = set(
        draft.items.values_list("state", "state_by", "reason", "claimed_done", "line", "ad_hoc")
    )
    assert said_of_items == {("open", None, "", False, None, False)}
    said = ("state", "state_reason", "claim", "claimed_done", "line", "last_sample")
    said_of_gates: set[tuple[Any, ...]] = set(draft.gates.values_list(*said))
    assert said_of_gates == {("pending", "", "", False, None, None)}
    assert not Vote.objects.filter(deployment=draft).exists()
    assert not Sample.objects.filter(run__gate__deployment=draft).exists()
    assert (draft.t0, draft.submitted_at) == (None, None)


def test_copying_changes_nothing_of_the_origin(team: Team, origin: Deployment) -> None:
    before = (origin.event_count, origin.content_hash, Rule.objects.count())
    send(team.release_manager, body(origin))
    origin.refresh_from_db()
    assert (origin.event_count, origin.content_hash, Rule.objects.count()) == (
        *before[:2], before[2] + 3,
    )  # fmt: skip


def test_a_copy_can_be_copied(team: Team, origin: Deployment) -> None:
    send(team.release_manager, body(origin))
    first = made()
    send(team.release_manager, body(first))
    assert content.collect(made()) == content.collect(first)


NOT_SEEN = "Choose one of the deployments that you see."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"service": "elsewhere"}, "Choose one of the services that you may edit."),
        ({"service": "a\x00b"}, "Choose one of the services that you may edit."),
        ({"environment": "moon"}, "Choose one of the environments of this portal."),
        ({"environment": ""}, "Choose an environment; if there is none, import a checklist first."),
        ({"package": "  "}, "Name the package; it says what ships."),
        ({"package": "x" * 10_000}, "Ensure this value has at most 200 characters"),
        ({"commit": "a\x00b"}, "Null characters are not allowed."),
        ({"copy_of": "0"}, NOT_SEEN),
        ({"copy_of": "9" * 40}, NOT_SEEN),
        ({"copy_of": "one\x00"}, NOT_SEEN),
        ({"copy_of": "foreign"}, NOT_SEEN),
    ],
)
def test_what_makes_no_sense_is_refused_whole(
    team: Team, changes: dict[str, Any], sentence: str
) -> None:
    elsewhere = make_deployment(make_team("elsewhere", "e_"))
    if changes.get("copy_of") == "foreign":
        changes = {"copy_of": elsewhere.pk}
    count = Deployment.objects.count()
    response = send(team.release_manager, body(**changes))
    assert response.status_code == 422
    page = unescape(response.content.decode())
    assert sentence in page
    assert elsewhere.package not in page.replace('value="Storage layer 1.5"', "")
    assert Deployment.objects.count() == count


def test_deployment_of_another_service_is_not_copied_even_by_who_edits_both(team: Team) -> None:
    other = make_team("elsewhere", "e_")
    elsewhere = make_deployment(other)
    services.grant(other.service, Grant.RELEASE_MANAGER, team.release_manager, actor=None)
    count = Deployment.objects.count()
    response = send(team.release_manager, body(elsewhere))
    assert response.status_code == 422
    assert "Choose an earlier deployment of Storage layer." in response.content.decode()
    assert Deployment.objects.count() == count


@pytest.mark.parametrize("who", ["member", "ops_lead", "outsider"])
def test_who_may_make_none_is_told_so(team: Team, origin: Deployment, who: str) -> None:
    response = send(team.people[who], body(origin))
    assert response.status_code == 403
    assert "Only release managers make deployments" in response.content.decode()
    assert Deployment.objects.count() == 1


def test_navigation_leads_to_the_form(team: Team, origin: Deployment) -> None:
    client = signed_in(team.release_manager)
    header = client.get("/").content.decode().partition("<main")[0]
    assert '<a href="/deployments/new/">New deployment</a>' in header
    assert f'<option value="{origin.pk}">' in client.get("/deployments/new/").content.decode()
