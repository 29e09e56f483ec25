"""X5: what the chain alone cannot show, a signed checkpoint does, in the database and outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit import checkpoints
from audit.countersigned import faults_against
from audit.verification import verify
from tests.audit.makers import act, said_by
from tests.audit.tampering import as_owner, rewritten
from tests.builders import Team, make_deployment, make_team

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
