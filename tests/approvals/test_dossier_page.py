"""The dossier's page is drawn from the stored facts only, and stays the same whatever happens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction

from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Decision
from checklists import services as checklists
from checklists.enums import ItemState
from deployments.models import Deployment, Membership
from deployments.services import grant_role
from gates.definitions import GateDefinition
from gates.models import Gate
from gates.reports import Result
from gates.services import define_gates, report
from tests.approvals.makers import change_content, decide, make_ready, sign
from tests.builders import (
    Team,
    make_deployment,
    make_machine,
    make_person,
    make_proof,
    make_role,
    signed_in,
)

pytestmark = pytest.mark.django_db


def page(team: Team, decision: Decision) -> str:
    address = f"/deployments/{decision.deployment_id}/decisions/{decision.pk}/"
    answer = signed_in(team.auditor).get(address)
    assert answer.status_code == 200
    body = answer.content.decode()
    return re.sub(r'"[A-Za-z0-9]{64}"(?=>|})', "", body)  # the tokens of this session


@pytest.fixture
def decided(team: Team) -> Decision:
    deployment = make_deployment(team, t0_in=timedelta(minutes=10))
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        (gate,) = define_gates(locked, [GateDefinition("Coverage", condition="coverage > 85 %")])
    services.submit(deployment.pk, actor=team.release_manager)
    report(gate, Result(value="86", unit="%"), reporter=make_machine())
    deployment.refresh_from_db()
    return decide(team, deployment, Verdict.HOLD, reason="the network team asks for an hour")


def test_page_says_all_that_was_known(team: Team, decided: Decision) -> None:
    body = page(team, decided)
    for words in (
        "HOLD: Storage layer 1.4 → Production",
        "the network team asks for an hour",
        "by Ops Lead",
        decided.content_hash,
        decided.schedule_hash,
        "Back up the database",
        "86%",
        "product_owner takes responsibility",
    ):
        assert words in body


def test_page_shows_every_word_also_those_that_did_not_count(team: Team) -> None:
    """Stale, lifted and objecting ones, and under a rule that says something else by now."""
    deployment = make_ready(team)
    sign(team, deployment, "operations", Choice.REJECT, reason="the night shift is short")
    second = make_person("second")
    grant_role(team.service, make_role("operations"), second, actor=None)
    held = Membership.objects.get(role__key="operations").group
    held.user_set.remove(team.operations)
    vote = deployment.votes.get(choice=Choice.REJECT)
    services.lift(vote, actor=second, proof=make_proof(), reason="two more came")
    sign(team, deployment, "business", Choice.REJECT, reason="the fair is open")
    deployment.rules.update(statement="It says something else")
    change_content(team, deployment)

    body = page(team, decide(team, deployment, Verdict.HOLD))

    assert "Security, " in body
    assert body.count("(had to be given again)") == 3
    assert "(lifted by Second: <q>two more came</q>)" in body
    assert "<q>the fair is open</q>" in body


def test_page_is_the_same_after_everything_else_changed(team: Team, decided: Decision) -> None:
    before = page(team, decided)

    deployment = decided.deployment
    services.resume(deployment.pk, actor=team.release_manager)
    change_content(team, deployment, "Another step altogether")
    item = deployment.items.get(position=1)
    checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    Gate.objects.filter(deployment=deployment).update(title="Renamed", state="failed")
    make_role("security")
    for role in ("security", "product_owner"):
        row = make_role(role)
        row.title = f"Renamed {role}"
        row.save()
    for person in (team.ops_lead, team.member, team.release_manager):
        person.display_name = "Somebody Else"
        person.save()
    Deployment.objects.filter(pk=deployment.pk).update(package="Other", branch="x", commit="y")

    assert page(team, decided) == before


def test_dossier_of_an_old_row_opens(team: Team, decided: Decision) -> None:
    """Before dossiers had a version they named no rules and no poll."""
    decided.dossier = {
        key: value
        for key, value in decided.dossier.items()
        if key not in {"version", "deployment", "rules", "poll", "blockers", "waivers", "percent"}
    }
    old = Decision(
        deployment=decided.deployment, verdict=Verdict.HOLD, reason="old", decided_by=team.ops_lead,
        decided_by_name="Ops Lead", at=decided.at, content_hash="a" * 64, schedule_hash="b" * 64,
        dossier=decided.dossier, replaces=decided,
    )  # fmt: skip
    old.save()
    assert "Back up the database" in page(team, old)


def test_decisions_name_each_other(team: Team) -> None:
    deployment = make_ready(team)
    first = decide(team, deployment, Verdict.GO)
    second = decide(team, deployment, Verdict.NO_GO)
    assert f"/decisions/{first.pk}/" in page(team, second)
    assert f"/decisions/{second.pk}/" in page(team, first)


def test_dossier_of_another_deployment_is_not_found(team: Team, decided: Decision) -> None:
    other = make_deployment(team)
    client = signed_in(team.auditor)
    assert client.get(f"/deployments/{other.pk}/decisions/{decided.pk}/").status_code == 404
    outsider = signed_in(team.outsider)
    address = f"/deployments/{decided.deployment_id}/decisions/{decided.pk}/"
    assert outsider.get(address).status_code == 404


def test_page_asks_the_stored_row_and_who_may_see_it(team: Team, decided: Decision) -> None:
    client, asked = signed_in(team.auditor), list[str]()

    def note(execute, sql, *given):
        asked.append(sql)
        return execute(sql, *given)

    with connection.execute_wrapper(note):
        client.get(f"/deployments/{decided.deployment_id}/decisions/{decided.pk}/")

    tables = {table for sql in asked for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', sql)}
    for foreign in ("approvals_vote", "gates_gate", "checklists_item", "approvals_answer"):
        assert foreign not in tables
    assert len(asked) <= 5
