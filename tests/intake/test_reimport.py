"""A changed document onto a deployment: what stays, what changes, and who is told no."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis

from accounts.models import Role
from approvals import services as approvals
from approvals.enums import Choice
from approvals.models import Rule
from approvals.shown import Shown
from approvals.signoff import counting, standings
from checklists import services as checklists
from checklists.enums import EvidenceKind, ItemState
from checklists.evidence import Given
from checklists.models import Item
from checklists.parts import Items
from checklists.plan import ItemPlan
from communications.enums import MessageState
from communications.models import Message
from communications.services import plan_messages
from deployments import clock, content, editing
from deployments import services as planning
from deployments.editing import add
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from gates import services as gates
from gates.definitions import GateDefinition
from gates.enums import GateState
from gates.models import Gate, Sample
from gates.parts import GATES
from gates.reports import Result
from intake import copying, whole
from intake.exporting import exported
from intake.models import SourceDocument
from intake.reimport.services import difference, reimport
from intake.review import services as review
from intake.services import import_document
from intake.structured.plain import plain
from intake.whole import Whole, with_keys
from tests.builders import Team, make_proof, make_team, signed_in
from tests.intake.makers import wholes
from tests.threads import at_once

SOURCE = """# Release 8

**Target Environment**: Production
**Branch**: release-8

## Before
- [ ] Back up the database
- [ ] Tell the support team
- [ ] Read the runbook once more

## Quality gates
- [ ] Tests pass: 491/491
- [ ] Coverage: 86 % (> 85 % target)

## Deployment steps
1. Stop the workers
2. Deploy the service
3. Start the workers

## Communication
- 24h before: Notice to all stakeholders
- 2h before: Final go/no-go

## Sign-off
- [ ] Security: no open findings
- [ ] Operations: the team is ready
"""


def draft(team: Team, source: str = SOURCE) -> Deployment:
    return import_document(
        source.encode(), "release.md", service=team.service.key, actor=team.release_manager
    )


def changed(*edits: tuple[str, str]) -> str:
    source = SOURCE
    for before, after in edits:
        assert before in source
        source = source.replace(before, after)
    return source


def brought(team: Team, source: str, name: str = "release.md") -> SourceDocument:
    return review.upload(source.encode(), name, service=team.service, actor=team.release_manager)


def apply(team: Team, deployment: Deployment, source: str, name: str = "release.md") -> Any:
    document = brought(team, source, name)
    seen = difference(document, deployment).fingerprint
    return reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)


def item(deployment: Deployment, text: str) -> Item:
    return deployment.items.get(text__contains=text)


def confirm(team: Team, deployment: Deployment, text: str) -> None:
    pk = item(deployment, text).pk
    checklists.set_state(deployment.pk, pk, ItemState.DONE, actor=team.release_manager)


def prove(team: Team, deployment: Deployment, text: str) -> None:
    given_ = Given(EvidenceKind.TEXT, text="backup-0815 is complete")
    pk = item(deployment, text).pk
    checklists.add_evidence(deployment.pk, pk, given_, actor=team.release_manager)


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


@pytest.mark.django_db
def test_facts_and_plan_become_one_version(team: Team) -> None:
    deployment = draft(team)
    found = apply(
        team,
        deployment,
        changed(("release-8", "release-8.1"), ("Tell the support team", "Tell the whole team")),
    )
    after = Deployment.objects.get(pk=deployment.pk)
    assert (after.branch, after.versions.count()) == ("release-8.1", 2)
    assert content.collect(after)["deployment"]["branch"] == "release-8.1"
    assert after.content_version is not None and after.content_version.content == content.collect(
        after
    )
    assert found.changed == 2
    event = after.events.filter(verb="document imported").last()
    assert event is not None and event.after["changed"] == 2


@pytest.mark.django_db
def test_corrections_of_the_document_hold(team: Team) -> None:
    deployment = draft(team)
    document = brought(team, changed(("- [ ] Tell the support team", "- [ ] Write the notes")))
    line = SOURCE.split("\n").index("- [ ] Tell the support team") + 1
    review.correct(document.pk, [line], kind="left_out", actor=team.release_manager)
    seen = difference(document, deployment).fingerprint
    reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)
    assert deployment.items.filter(text__contains="notes").count() == 0
    with pytest.raises(Refused, match="became a deployment already"):
        reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)


@pytest.mark.django_db
def test_whoever_saw_another_difference_is_told(team: Team) -> None:
    deployment = draft(team)
    document = brought(team, changed(("release-8", "release-9")))
    seen = difference(document, deployment).fingerprint
    apply(team, deployment, changed(("Tell the support team", "Tell the whole team")))
    with pytest.raises(Overtaken, match="look at the difference again"):
        reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)
    assert Deployment.objects.get(pk=deployment.pk).branch == "release-8"


@pytest.mark.django_db
def test_only_while_it_is_planned_by_those_who_edit_and_for_its_own_service(team: Team) -> None:
    deployment = draft(team)
    document = brought(team, changed(("release-8", "release-9")))
    seen = difference(document, deployment).fingerprint
    with pytest.raises(Forbidden):
        reimport(document.pk, deployment.pk, seen=seen, actor=team.product_owner)
    other = make_team("billing", prefix="billing-")
    foreign = draft(other)
    with pytest.raises(Invalid, match="Only a deployment of Storage layer"):
        reimport(document.pk, foreign.pk, seen=seen, actor=team.release_manager)
    planning.cancel(deployment.pk, reason="not this week", actor=team.release_manager)
    with pytest.raises(Refused):
        reimport(document.pk, deployment.pk, seen=seen, actor=team.release_manager)


@pytest.mark.django_db
@hypothesis(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=wholes(), second=wholes())
def test_plan_becomes_what_was_shown_and_then_nothing_differs(
    team: Team, first: Whole, second: Whole
) -> None:
    with transaction.atomic():
        deployment, other = made_of(team, first), made_of(team, second)
        source = exported(other, "yaml")
        found = apply(team, deployment, source, "plan.yaml")
        deployment = Deployment.objects.get(pk=deployment.pk)
        assert plain(copying.whole_of(deployment)) == plain(found.whole)
        assert not apply(team, deployment, source, "plan.yaml").groups
        same = apply(team, deployment, exported(deployment, "yaml"), "own.yaml")
        assert not same.groups
        transaction.set_rollback(True)


def made_of(team: Team, given_: Whole) -> Deployment:
    deployment = planning.create_deployment(
        team.service, team.environment, package="Package", requester=team.release_manager
    )
    whole.write(deployment, with_keys(given_))
    content.refresh(deployment, team.release_manager)
    return Deployment.objects.get(pk=deployment.pk)


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_checklist(team: Team) -> None:
    """Only with what is changed: half of the items here, in either case."""
    counted = []
    for number in (20, 400):
        lines = [f"- [ ] Check number {n} of all" for n in range(number)]
        deployment = draft(team, SOURCE + "\n## Many\n" + "\n".join(lines))
        lines[::2] = [f"{line} again" for line in lines[::2]]
        lines.insert(3, "- [ ] Something quite new")
        source = SOURCE + "\n## Many more\n" + "\n".join(lines)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            apply(team, deployment, source)
        counted.append(len(queries))
    assert counted[1] == counted[0]


def test_of_two_who_apply_at_once_one_is_told(committed: object) -> None:
    team = make_team()
    deployment = draft(team)
    documents = [
        brought(team, changed(("release-8", branch))) for branch in ("release-9", "release-10")
    ]
    seen = [difference(one, deployment).fingerprint for one in documents]
    acts = [
        partial(reimport, one.pk, deployment.pk, seen=known, actor=team.release_manager)
        for one, known in zip(documents, seen, strict=True)
    ]
    answers = at_once(*acts)
    assert sum(isinstance(one, Overtaken) for one in answers) == 1
    after = Deployment.objects.get(pk=deployment.pk)
    assert after.branch in ("release-9", "release-10") and after.versions.count() == 2


def test_role_that_a_document_names_first_is_made_once(committed: object) -> None:
    team = make_team()
    deployment = draft(team)
    apply(team, deployment, SOURCE + "- [ ] Harbour master: the quay is free\n")
    assert Role.objects.filter(title="Harbour master").count() == 1
    assert deployment.rules.count() == 3


@pytest.mark.django_db
def test_page_shows_difference_and_cost_and_then_changes_the_plan(team: Team) -> None:
    deployment = draft(team)
    confirm(team, deployment, "Tell the support")
    browser = signed_in(team.release_manager)
    sent = SimpleUploadedFile("new.md", changed(("Tell the", "Ring the")).encode())
    address = f"{reverse('intake:upload')}?onto={deployment.pk}"
    assert "It changes the plan of" in browser.get(address).content.decode()
    taken = browser.post(address, {"service": team.service.key, "document": sent})
    document = SourceDocument.objects.latest("pk")
    assert taken["Location"] == document.get_absolute_url()
    onto = reverse("intake:onto", args=[document.pk, deployment.pk])
    assert onto in browser.get(document.get_absolute_url()).content.decode()
    said = unescape(browser.get(onto).content.decode())
    assert "1 changed." in said and "“Tell the support team” has to be confirmed again." in said
    assert deployment.events.filter(verb="document imported").count() == 1
    fields = {name: field_of(said, name) for name in ("seen", "sure")}
    unsure = browser.post(onto, {**fields, "sure": ""})
    assert unsure.status_code == 409
    assert item(deployment, "Tell the support").state == ItemState.DONE
    assert browser.post(onto, fields)["Location"] == deployment.get_absolute_url()
    assert item(deployment, "Ring the support").state == ItemState.OPEN
    assert browser.post(onto, fields).status_code == 409


def field_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"(?: value="([^"]*)")?', page)
    assert found is not None
    return found[1] or ""


@pytest.mark.django_db
def test_page_says_why_a_plan_cannot_change(team: Team) -> None:
    deployment = draft(team)
    document = brought(team, changed(("release-8", "release-9")))
    planning.cancel(deployment.pk, reason="not this week", actor=team.release_manager)
    onto = reverse("intake:onto", args=[document.pk, deployment.pk])
    said = signed_in(team.release_manager).get(onto).content.decode()
    assert "The content is fixed while it is “Cancelled”" in said and "disabled" in said
    listed = signed_in(team.release_manager).get(document.get_absolute_url()).content.decode()
    assert onto not in listed


@pytest.mark.django_db
def test_command_says_what_would_change_and_changes_it(team: Team, tmp_path: Path) -> None:
    deployment = draft(team)
    path = tmp_path / "new.md"
    path.write_text(changed(("Tell the", "Ring the")))
    said = StringIO()
    options = {"onto": deployment.pk, "username": "release_manager", "stdout": said}
    call_command("intake", path, dry_run=True, **options)
    assert said.getvalue().splitlines() == [
        "1 changed.", "changed  Checklist: Ring the support team",
    ]  # fmt: skip
    assert deployment.source_documents.count() == 1
    call_command("intake", path, **options)
    assert item(deployment, "Ring the").state == ItemState.OPEN
    with pytest.raises(CommandError, match="Outsider sees no deployment"):
        call_command("intake", path, **{**options, "username": "outsider"})
    with pytest.raises(CommandError, match="edit this deployment"):
        call_command("intake", path, **{**options, "username": "member"})
