"""A changed document onto a deployment: what of each part stays, moves, comes and goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals import services as approvals
from approvals.enums import Choice
from approvals.models import Rule
from approvals.shown import Shown
from approvals.signoff import counting, standings
from checklists.enums import ItemState
from checklists.models import Item
from checklists.parts import Items
from checklists.plan import ItemPlan
from communications.enums import MessageState
from communications.models import Message
from communications.services import plan_messages
from deployments import clock, content, editing
from deployments import services as planning
from deployments.editing import add
from deployments.exceptions import Refused
from deployments.models import Deployment
from gates import services as gates
from gates.definitions import GateDefinition
from gates.enums import GateState
from gates.models import Gate, Sample
from gates.parts import GATES
from gates.reports import Result
from intake.exporting import exported
from tests.builders import Team, make_proof
from tests.intake.reimport.makers import SOURCE, apply, changed, confirm, draft, item, prove


@pytest.mark.django_db
def test_same_document_changes_nothing(team: Team) -> None:
    deployment = draft(team)
    confirm(team, deployment, "Back up")
    before = deployment.content_hash
    found = apply(team, deployment, SOURCE)
    deployment.refresh_from_db()
    assert found.sentence == "Nothing of the plan differs from this document."
    assert (deployment.content_hash, deployment.versions.count()) == (before, 1)
    assert item(deployment, "Back up").state == ItemState.DONE
    assert deployment.source_documents.filter(applied_at__isnull=False).count() == 2


@pytest.mark.django_db
def test_what_is_the_same_keeps_ticks_and_evidence_wherever_it_moves(team: Team) -> None:
    deployment = draft(team)
    kept = item(deployment, "Back up")
    prove(team, deployment, "Back up")
    confirm(team, deployment, "Back up")
    confirm(team, deployment, "Tell the support")
    confirm(team, deployment, "Read the runbook")
    found = apply(
        team,
        deployment,
        changed(
            ("- [ ] Back up the database\n", ""),
            ("- [ ] Tell the support team", "- [ ] Tell the support team by phone"),
            ("- [ ] Read the runbook once more\n", "- [ ] Ask whether everybody slept\n"),
            ("## Sign-off", "## At last\n- [ ] Back up the database\n\n## Sign-off"),
        ),
    )
    assert (found.added, found.removed, found.changed) == (1, 1, 2)
    kept.refresh_from_db()
    assert (kept.state, kept.evidence.count()) == (ItemState.DONE, 1)
    assert kept.section.title == "At last"
    assert item(deployment, "by phone").state == ItemState.OPEN
    assert not deployment.items.filter(text__contains="runbook").exists()
    texts = [one.text for one in deployment.items.order_by("section__position", "position")]
    assert texts[:2] == ["Tell the support team by phone", "Ask whether everybody slept"]
    assert texts[-1] == "Back up the database"


@pytest.mark.django_db
def test_item_that_comes_back_has_its_evidence_and_is_open(team: Team) -> None:
    deployment = draft(team)
    prove(team, deployment, "Back up")
    confirm(team, deployment, "Back up")
    apply(team, deployment, changed(("- [ ] Back up the database\n", "")))
    assert Item.every.get(deployment=deployment, text__contains="Back up").removed_at is not None
    apply(team, deployment, SOURCE)
    back = item(deployment, "Back up")
    assert (back.state, back.evidence.count()) == (ItemState.OPEN, 1)


@pytest.mark.django_db
def test_steps_come_in_the_order_of_the_document(team: Team) -> None:
    deployment = draft(team)
    steps = "1. Stop the workers\n2. Deploy the service\n3. Start the workers"
    apply(
        team,
        deployment,
        changed((steps, "1. Deploy the service\n2. Warm the cache\n3. Stop the workers")),
    )
    listed = deployment.items.filter(kind="step").order_by("position")
    assert [
        (one.text, [before.text for before in one.predecessors.all()]) for one in listed
    ] == [
        ("Deploy the service", []),
        ("Warm the cache", ["Deploy the service"]),
        ("Stop the workers", ["Warm the cache"]),
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_was_set_by_hand_and_markdown_cannot_say_stays(team: Team) -> None:
    deployment = draft(team)
    backup = item(deployment, "Back up")
    backup.evidence_demanded, backup.planned_minutes = True, 15
    backup.save()
    Rule.objects.filter(deployment=deployment, role__key="security").update(count=2)
    content.refresh(deployment, team.release_manager)
    apply(team, deployment, changed(("Tell the support team", "Tell the team of support")))
    backup.refresh_from_db()
    assert (backup.evidence_demanded, backup.planned_minutes) == (True, 15)
    assert deployment.rules.get(role__key="security").count == 2


@pytest.mark.django_db
def test_what_was_added_in_the_portal_stays_beside_a_markdown_document(team: Team) -> None:
    deployment = draft(team)
    before, steps = deployment.sections.get(path__contains="Before"), item(deployment, "Stop the")
    late = add(
        Items(),
        deployment.pk,
        [ItemPlan(steps.section, "Ring the bell", "step", "during", after=frozenset([steps]))],
        actor=team.release_manager,
    )[0]
    add(Items(), deployment.pk, [ItemPlan(before, "Feed the cat")], actor=team.release_manager)
    editing.add(GATES, deployment.pk, [GateDefinition("It answers")], actor=team.release_manager)
    found = apply(team, deployment, changed(("- [ ] Tell the support team\n", "")))
    assert (found.added, found.removed, found.changed) == (0, 1, 0)
    texts = [one.text for one in deployment.items.order_by("position")]
    assert texts.index("Feed the cat") == 2 and texts[-1] == "Ring the bell"
    late.refresh_from_db()
    assert [one.text for one in late.predecessors.all()] == ["Stop the workers"]
    assert [one.title for one in deployment.gates.order_by("position")][-1] == "It answers"
    found = apply(team, deployment, changed(("## Before", "## Earlier")))
    assert deployment.items.get(text="Feed the cat").section.title == "Before"
    apply(team, deployment, exported(deployment, "yaml").replace("Feed the cat", "Feed"), "a.yaml")
    assert not deployment.items.filter(text="Feed the cat").exists()


@pytest.mark.django_db
def test_role_is_called_as_the_portal_calls_it(team: Team) -> None:
    deployment = draft(team)
    found = apply(team, deployment, changed(("Operations: the", "Operations Team: the")))
    assert not found.groups


@pytest.mark.django_db
def test_gate_with_another_title_keeps_its_answer_and_one_taken_out_its_samples(
    team: Team,
) -> None:
    deployment = draft(team)
    tests, coverage = deployment.gates.order_by("position")
    for gate in (tests, coverage):
        gates.report_by_hand(
            gate, Result("good", value="90", evidence="run 12"),
            reporter=team.technical_lead, proof=make_proof(),
        )  # fmt: skip
    apply(
        team,
        deployment,
        changed(
            ("- [ ] Tests pass: 491/491\n", ""), ("- [ ] Coverage:", "- [ ] Coverage of lines:")
        ),
    )
    coverage.refresh_from_db()
    assert (coverage.state, coverage.title) == (GateState.PASSED, "Coverage of lines")
    assert list(deployment.gates.all()) == [coverage]
    assert Gate.every.get(pk=tests.pk).removed_at is not None
    assert Sample.objects.filter(run__gate=tests).count() == 1


@pytest.mark.django_db
def test_signatures_count_no_longer_and_an_objection_holds_its_rule(team: Team) -> None:
    deployment = draft(team)
    planning.schedule(deployment.pk, clock.now() + timedelta(hours=40), actor=team.release_manager)
    approvals.submit(deployment.pk, actor=team.release_manager)
    vote(team, deployment, "operations", Choice.APPROVE)
    assert counting(standings(Deployment.objects.get(pk=deployment.pk))) == 1
    apply(team, deployment, changed(("Tell the support team", "Tell the team of support")))
    assert counting(standings(Deployment.objects.get(pk=deployment.pk))) == 0
    vote(team, deployment, "security", Choice.REQUEST_CHANGES)
    before = Deployment.objects.get(pk=deployment.pk).content_hash
    with pytest.raises(Refused, match="objects as"):
        apply(team, deployment, changed(("- [ ] Security: no open findings\n", "")))
    after = Deployment.objects.get(pk=deployment.pk)
    assert (after.content_hash, after.rules.count()) == (before, 2)


def vote(team: Team, deployment: Deployment, role: str, choice: Choice) -> None:
    deployment = Deployment.objects.get(pk=deployment.pk)
    approvals.sign(
        deployment.pk,
        deployment.rules.get(role__key=role).pk,
        choice,
        actor=getattr(team, role),
        proof=make_proof(),
        shown=Shown.of(deployment),
        reason="so it is",
    )


@pytest.mark.django_db
def test_message_that_stays_is_owed_once_and_one_that_goes_no_longer(team: Team) -> None:
    deployment = draft(team)
    planning.schedule(deployment.pk, clock.now() + timedelta(hours=40), actor=team.release_manager)
    approvals.submit(deployment.pk, actor=team.release_manager)
    plan_messages(Deployment.objects.lock(deployment.pk))
    stays = Message.objects.get(deployment=deployment, title="2h before")
    apply(
        team,
        deployment,
        changed(("- 24h before: Notice", "- 12h before: Notice"), ("**Branch**: release-8\n", "")),
    )
    owed = Message.objects.filter(deployment=deployment, state=MessageState.PLANNED)
    assert stays in owed
    notices = Message.objects.filter(deployment=deployment, kind="notice")
    assert [one.state for one in notices.order_by("pk")] == ["superseded", "planned"]
    assert owed.count() == deployment.message_plan.filter(anchor="t0").count()
    assert deployment.message_plan.count() == 2
    assert Deployment.objects.get(pk=deployment.pk).branch == "release-8"
