"""Checkpoints leave the database, into a folder and by mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core import mail
from pytest_django import Settings

from audit import checkpoints, sender
from audit.countersigned import faults_against
from audit.models import CheckpointCopy
from tests.builders import Team, make_deployment


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
