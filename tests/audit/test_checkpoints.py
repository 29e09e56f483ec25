"""X5: what the chain alone cannot show, a signed checkpoint does, in the database and outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from approvals import services as approvals
from approvals.enums import Choice
from audit import checkpoints, daily, keys, sender
from audit.countersigned import faults_against
from audit.models import Check, Checkpoint, CheckpointCopy
from audit.verification import verify
from checklists import services as checklists
from checklists.enums import ItemState
from deployments.models import Deployment
from tests.audit.makers import make_decision, make_vote
from tests.audit.tampering import as_owner, rewritten, without_tail
from tests.builders import Team, make_deployment, make_team


def act(deployment: Deployment, team: Team, state: ItemState = ItemState.DONE) -> None:
    item = deployment.items.get(position=1)
    checklists.set_state(deployment.pk, item.pk, state, actor=team.member)
    deployment.refresh_from_db()


def said_by(faults: list) -> str:
    return "\n".join(f"{one.place}: {one.sentence}" for one in faults)


@pytest.mark.django_db
def test_checkpoint_sees_every_chain_once_and_then_only_what_moved(team: Team) -> None:
    deployment, other = make_deployment(team), make_deployment(team)

    first = checkpoints.make()
    act(deployment, team)
    second = checkpoints.make()

    assert first and second
    assert set(first.heads.values_list("chain", flat=True)) >= {
        deployment.chain_key, other.chain_key, "service:storage-layer",
    }  # fmt: skip
    assert list(second.heads.values_list("chain", "event_count", "hash")) == [
        (deployment.chain_key, deployment.event_count, deployment.event_head)
    ]
    assert json.loads(second.statement)["previous"] == first.hash
    assert checkpoints.make() is None
    result = verify()
    assert (result.faults, result.checkpoints) == ([], 2)


def test_checkpoint_is_made_once_an_hour_when_the_sweep_asks(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    assert checkpoints.make_if_due() is not None
    act(deployment, team)

    assert checkpoints.make_if_due() is None
    as_owner(committed, "UPDATE deployments_clock SET \"offset\" = interval '61 minutes'")
    made = checkpoints.make_if_due()
    assert made is not None and made.number == 2
    as_owner(committed, "UPDATE deployments_clock SET \"offset\" = interval '122 minutes'")
    assert checkpoints.make_if_due() is None


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_checkpoint", "audit_checkpointhead"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_checkpoint_is_never_changed_by_the_application(table: str, act: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))


@pytest.mark.django_db
def test_number_of_queries_is_the_same_for_many_chains(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        make_deployment(team)
    with django_assert_num_queries(8):
        checkpoints.make()
    for _ in range(12):
        make_deployment(team)
    with django_assert_num_queries(8):
        checkpoints.make()


TAMPERINGS = {
    "edit": (["UPDATE deployments_event SET reason = 'x' WHERE {} AND sequence = 2"],
             "event 2: it was changed after it was written"),
    "delete": (["DELETE FROM deployments_event WHERE {} AND sequence = 2"],
               "event 2: event 2 is missing"),
    "insert": (["INSERT INTO deployments_event SELECT 999999, chain, 5, at, actor_name, means,"
                " address, verb, object_kind, object_id, object_text, before, after, reason, hash,"
                " repeat('0', 64), actor_id, deployment_id, on_behalf_of_id FROM deployments_event"
                " WHERE {} AND sequence = 4"], "event 5: it was changed after it was written"),
    "reorder": (["UPDATE deployments_event SET sequence = 3 - sequence WHERE {} AND sequence < 3"],
                "event 1: it does not follow the event before it"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*TAMPERINGS, "cut tail", "whole rewrite"])
def test_tampering_is_found_when_the_owner_does_it(name: str, committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    act(deployment, team)
    assert checkpoints.make()
    assert verify(deployment.chain_key).holds
    if name == "cut tail":
        statements, said = without_tail(deployment, 3), (
            f"{deployment.chain_key} event 4: checkpoint 1 saw this event, which is gone: the tail "
            "was cut off"
        )  # fmt: skip
    elif name == "whole rewrite":
        statements, said = rewritten(deployment, "nothing happened"), (
            f"{deployment.chain_key} event 4: checkpoint 1 saw this event, and it was another one"
        )  # fmt: skip
    else:
        statements, said = TAMPERINGS[name]
    chain = f"chain = '{deployment.chain_key}'"
    as_owner(committed, *(one.format(chain) for one in statements))

    assert said in said_by(verify(deployment.chain_key).faults)
    assert said in said_by(verify().faults)
    with pytest.raises(CommandError, match="fault"):
        call_command("verify_history")


DECISIONS = {
    "dossier": ("UPDATE approvals_decision SET dossier = dossier || '{{\"blockers\": []}}' "
                "WHERE id = {0}", "the decision or its dossier was changed afterwards"),
    "reason": ("UPDATE approvals_decision SET reason = 'all is well' WHERE id = {0}",
               "the decision or its dossier was changed afterwards"),
    "gone": ("DELETE FROM approvals_decision WHERE id = {0}",
             "the decision that it names is gone"),
    "one more": ("INSERT INTO approvals_decision (deployment_id, verdict, reason, decided_by_name,"
                 " at, content_hash, schedule_hash, overridden, dossier) SELECT deployment_id,"
                 " 'no_go', reason, 'Ann', at, content_hash, schedule_hash, overridden, dossier"
                 " FROM approvals_decision WHERE id = {0}", "no event names the decision"),
}  # fmt: skip


@pytest.mark.parametrize("name", DECISIONS)
def test_changed_decision_is_found_when_the_owner_does_it(
    name: str, committed: dict[str, str]
) -> None:
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    decision = make_decision(deployment, team.ops_lead)
    assert checkpoints.make()
    assert verify(deployment.chain_key).holds and verify().holds
    statement, said = DECISIONS[name]
    as_owner(committed, statement.format(decision.pk))

    assert said in said_by(verify(deployment.chain_key).faults)
    assert said in said_by(verify().faults)


def test_decision_of_before_its_event_named_it_holds(committed: dict[str, str]) -> None:
    """Its event has no digest, and stands before those that do."""
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    make_decision(deployment, team.ops_lead)
    as_owner(committed, *rewritten(deployment, "as it was", without=("decision", "dossier")))
    assert verify().holds
    approvals.resume(deployment.pk, actor=team.release_manager)
    make_decision(deployment, team.ops_lead, "Still down")

    assert verify().holds


VOTES = {
    "choice": ("UPDATE approvals_vote SET choice = 'approve' WHERE id = {0}",
               "the vote was changed afterwards"),
    "reason": ("UPDATE approvals_vote SET reason = 'all is well' WHERE id = {0}",
               "the vote was changed afterwards"),
    "person": ("UPDATE approvals_vote SET person_id = (SELECT requester_id FROM "
               "deployments_deployment WHERE id = deployment_id) WHERE id = {0}",
               "the vote was changed afterwards"),
    "gone": ("DELETE FROM approvals_standing WHERE vote_id = {0}; "
             "DELETE FROM approvals_vote WHERE id = {0}", "the vote that it names is gone"),
    "one more": ("INSERT INTO approvals_vote (deployment_id, rule_id, person_id, person_name, "
                 "on_behalf_of_name, role_title, choice, statement, reason, content_version_id, "
                 "content_hash, schedule_hash, grounds, at, authenticated_by, authenticated_at, "
                 "address) SELECT deployment_id, rule_id, person_id, person_name, "
                 "on_behalf_of_name, role_title, 'approve', statement, reason, content_version_id, "
                 "content_hash, schedule_hash, grounds, at, authenticated_by, authenticated_at, "
                 "address FROM approvals_vote WHERE id = {0}", "no event names the vote"),
}  # fmt: skip


@pytest.mark.parametrize("name", VOTES)
def test_changed_vote_is_found_when_the_owner_does_it(name: str, committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    vote = make_vote(deployment, "security", team.security, Choice.REJECT, "It leaks")
    assert checkpoints.make()
    assert verify(deployment.chain_key).holds and verify().holds
    statement, said = VOTES[name]
    as_owner(committed, statement.format(vote.pk))

    assert said in said_by(verify(deployment.chain_key).faults)
    assert said in said_by(verify().faults)


def test_vote_of_before_its_event_named_it_holds(committed: dict[str, str]) -> None:
    """Its event has no digest, and stands before those that do."""
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    make_vote(deployment, "security", team.security)
    as_owner(committed, *rewritten(deployment, "as it was", without=("vote", "record")))
    assert verify().holds
    make_vote(deployment, "technical_lead", team.technical_lead)

    assert verify().holds


@pytest.mark.django_db
def test_vote_holds_after_its_role_is_called_otherwise(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    vote = make_vote(deployment, "security", team.security)
    type(vote.rule.role).objects.filter(key="security").update(key="safety", title="Safety")

    assert verify(deployment.chain_key).holds


CHECKPOINT_TAMPERINGS = {
    "signature": ("UPDATE audit_checkpoint SET statement = replace(statement, '\"number\":1', "
                  "'\"number\":7') WHERE number = 1", "its signature does not fit it"),
    "another key": ("UPDATE audit_checkpoint SET key = repeat('a', 64) WHERE number = 1",
                    "which is none of this portal's"),
    "a head": ("UPDATE audit_checkpointhead SET hash = repeat('0', 64) WHERE position = 0",
               "the chains that it saw were changed"),
    "one is missing": ("DELETE FROM audit_checkpointhead WHERE checkpoint_id IN (SELECT id FROM "
                       "audit_checkpoint WHERE number = 1); DELETE FROM audit_checkpoint "
                       "WHERE number = 1", "checkpoint 1: it is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKPOINT_TAMPERINGS)
def test_changed_checkpoint_is_found(name: str, committed: dict[str, str]) -> None:
    statement, said = CHECKPOINT_TAMPERINGS[name]
    team = make_team()
    deployment = make_deployment(team)
    checkpoints.make()
    act(deployment, team)
    checkpoints.make()
    assert verify().holds

    as_owner(committed, statement)

    assert said in said_by(verify().faults)


def test_rewrite_of_history_and_checkpoints_is_found_by_what_was_kept_outside(
    committed: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All checkpoints are gone, history is written anew, and fresh ones are signed by the key."""
    team = make_team()
    deployment = make_deployment(team)
    call_command("checkpoint", "--to", str(tmp_path / "kept"))
    act(deployment, team)
    call_command("checkpoint", "--to", str(tmp_path / "kept"))
    call_command("verify_history", "--checkpoints", str(tmp_path / "kept"))
    assert "2 checkpoints and 2 kept outside" in capsys.readouterr().out

    as_owner(
        committed,
        "DELETE FROM audit_checkpointhead",
        "DELETE FROM audit_checkpoint",
        *rewritten(deployment, "nothing happened"),
    )
    checkpoints.make()

    assert verify().holds
    number, faults = faults_against(tmp_path / "kept")
    assert number == 2
    said = said_by(faults)
    assert "the database has another checkpoint 1: history was written anew" in said
    assert "the database has no checkpoint 2: its end was cut off" in said
    assert f"{deployment.chain_key} event {deployment.event_count} is another one" in said
    with pytest.raises(CommandError):
        call_command("verify_history", "--checkpoints", str(tmp_path / "kept"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda one: one | {"signature": "AAAA"}, "it was changed after it was signed"),
        (lambda one: one | {"heads": one["heads"][1:]}, "it was changed after it was signed"),
        (lambda one: one | {"statement": "{}"}, "it is no checkpoint, or not whole"),
        (lambda one: one | {"public_key": "A" * 43 + "="}, "none of this portal's"),
        (lambda one: {}, "it is no checkpoint, or not whole"),
    ],
)
def test_damaged_file_is_said(damage, said: str, team: Team, tmp_path: Path) -> None:
    make_deployment(team)
    made = checkpoints.make()
    assert made
    file = tmp_path / "one.json"
    file.write_text(json.dumps(damage(json.loads(checkpoints.document(made)))))

    _, [fault] = faults_against(file)

    assert said in fault.sentence


@pytest.mark.django_db
def test_key_is_made_once_and_readable_by_us_alone(audit_folder: Path) -> None:
    first, again = keys.signing_key(), keys.signing_key()

    assert keys.public_key_of(first) == keys.public_key_of(again)
    file = audit_folder / "audit" / "keys" / "signing.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
def test_checkpoint_holds_after_its_key_was_replaced(team: Team) -> None:
    deployment = make_deployment(team)
    call_command("checkpoint", "--new-key")
    act(deployment, team)
    checkpoints.make()

    assert len(set(Checkpoint.objects.values_list("key", flat=True))) == 2
    assert verify().faults == []


@pytest.mark.django_db
def test_key_of_the_environment_is_used_and_a_wrong_one_is_refused(
    settings: Settings, team: Team
) -> None:
    make_deployment(team)
    settings.AUDIT_SIGNING_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    made = checkpoints.make()
    assert made and made.key in keys.known()
    with pytest.raises(CommandError, match="AUDIT_PUBLIC_KEYS"):
        call_command("checkpoint", "--new-key")

    make_deployment(team)
    settings.AUDIT_SIGNING_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match="32 bytes"):
        checkpoints.make()


@pytest.mark.django_db
def test_copies_go_to_the_folder_and_by_mail(
    settings: Settings, team: Team, tmp_path: Path
) -> None:
    settings.AUDIT_CHECKPOINT_FOLDER = str(tmp_path / "vault")
    settings.AUDIT_CHECKPOINT_MAILS = ["audit@example.org"]
    make_deployment(team)
    made = checkpoints.make()
    assert made

    sender.sweep("https://portal.example")
    sender.sweep("https://portal.example")

    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (
        ["audit@example.org"], "Checkpoint 1 of the history"
    )  # fmt: skip
    assert made.key in letter.body
    [(name, content, _)] = letter.attachments
    file = tmp_path / "vault" / name
    assert file.read_bytes() == checkpoints.document(made)
    assert json.loads(content) == json.loads(file.read_bytes())
    assert faults_against(tmp_path / "vault") == (1, [])
    assert CheckpointCopy.objects.filter(sent_at=None).count() == 0


@pytest.mark.django_db
def test_copy_that_cannot_be_written_is_tried_again_and_says_why(
    settings: Settings, team: Team, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    settings.AUDIT_CHECKPOINT_FOLDER = str(blocked)
    make_deployment(team)
    checkpoints.make()

    sender.sweep("")

    copy = CheckpointCopy.objects.get()
    assert copy.sent_at is None and copy.attempts == 1 and "exists" in copy.problem
    blocked.unlink()
    CheckpointCopy.objects.update(due_at=copy.checkpoint.at)
    sender.sweep("")
    assert CheckpointCopy.objects.get().sent_at is not None


def test_daily_check_keeps_what_it_found(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    assert daily.verify_if_due() is not None
    assert daily.verify_if_due() is None
    as_owner(
        committed,
        f"UPDATE deployments_event SET reason = 'x' WHERE chain = '{deployment.chain_key}' "
        "AND sequence = 2",
    )

    daily.verify_now()

    last = Check.objects.first()
    assert last is not None and last.fault_count == 1
    assert last.faults == [f"{deployment.chain_key} event 2: it was changed after it was written"]
