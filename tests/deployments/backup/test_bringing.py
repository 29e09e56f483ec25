"""What a restore brings beside the tables, and what it ends of sign-in's."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import Attempts, OpenSession
from audit import checkpoints, keys
from audit.verification import verify
from deploy_portal.embedded import binaries
from deployments.letters import sender
from deployments.letters.services import ask_for_reset, invite
from deployments.models import AccountLetter, PortalHold
from tests.builders import (
    PASSWORD,
    Team,
    make_administrator,
    make_deployment,
    make_person,
    signed_in,
)


@pytest.fixture(autouse=True)
def _places(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs of the server's version, and folders of this test's own."""
    monkeypatch.setenv("PATH", f"{binaries.postgres_bin()}:/usr/bin:/bin")
    settings.VAR_DIR, settings.EVIDENCE_DIR = tmp_path, tmp_path / "evidence"
    settings.AUDIT_DIR, settings.AUDIT_SIGNING_KEY = tmp_path / "audit", ""
    settings.AUDIT_PUBLIC_KEYS = []


def lost(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def test_restored_portal_goes_on_signing_by_the_key_that_is_known(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    make_deployment(real_team)
    checkpoints.make()
    keys.replace()
    make_deployment(real_team)
    last = checkpoints.make()
    assert last is not None
    before = sorted(keys.known())
    assert len(before) == 2
    kept = tmp_path / "portal.tar"
    call_command("backup", "--to", str(kept))
    lost(keys.folder())

    call_command("restore", str(kept))

    assert sorted(keys.known()) == before
    assert {file.stat().st_mode & 0o777 for file in keys.folder().iterdir()} == {0o600}
    goes_on = checkpoints.make()
    assert goes_on is not None and goes_on.key == last.key
    assert verify().faults == []


def test_key_of_a_backup_never_takes_the_place_of_a_later_one(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    make_deployment(real_team)
    checkpoints.make()
    kept = tmp_path / "portal.tar"
    call_command("backup", "--to", str(kept))
    later = keys.replace()

    call_command("restore", str(kept))

    goes_on = checkpoints.make()
    assert goes_on is not None and goes_on.key == later
    assert verify().faults == []


def test_nothing_of_sign_in_goes_on_where_the_backup_left_it(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    admin, ann = make_administrator(), make_person("ann", password=PASSWORD)
    client = Client()
    client.post("/sign-in/", {"username": "ann", "password": "wrong"})
    client.post("/sign-in/", {"username": "ann", "password": PASSWORD})
    invite(ann, actor=admin)
    ask_for_reset("ann@example.org")
    assert OpenSession.objects.exists() and Attempts.objects.exists()
    kept = tmp_path / "portal.tar"
    call_command("backup", "--to", str(kept))

    call_command("restore", str(kept))

    assert not OpenSession.objects.exists()
    assert not Attempts.objects.exists()
    letter = AccountLetter.objects.get()
    assert (letter.due_at, letter.trouble) == (
        None, "The portal was restored from a backup; invite again.",
    )  # fmt: skip
    PortalHold.objects.all().delete()
    assert sender.send_due() == 0
    page = signed_in(admin).get(f"/people/{ann.pk}/").content.decode()
    assert "restored from a backup; invite again" in page
