"""A restore brings everything back, or leaves everything as it was."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError
from django.db import connections

from checklists import shelf
from deployments import clock, portal_hold
from deployments.backup import programs
from deployments.feeds import links as feeds
from deployments.models import Deployment, Event, PortalHold
from deployments.sharing import links
from tests.builders import Team, make_administrator, make_deployment, signed_in
from tests.deployments.backup.commands import command


@pytest.mark.slow
def test_everything_comes_back_and_what_came_after_is_gone(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    before = make_deployment(real_team)
    sha256 = shelf.keep([b"491 rows"])
    kept = tmp_path / "portal.tar"
    assert "with 1 files of evidence" in command("backup", "--to", kept)
    assert kept.stat().st_mode & 0o777 == 0o600
    events = Event.objects.count()
    after = make_deployment(real_team)
    shelf.path_of(sha256).unlink()
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_later_version (id integer)")

    told = command("restore", kept)
    assert "The portal is held" in told
    assert list(Deployment.objects.values_list("pk", flat=True)) == [before.pk]
    assert b"".join(shelf.pieces_of(sha256)) == b"491 rows"
    assert "of_a_later_version" not in connections["owner"].introspection.table_names()
    restored = Event.objects.get(verb="portal restored")
    assert (Event.objects.count(), restored.chain) == (events + 1, "portal")
    hold = PortalHold.objects.get()
    with tarfile.open(kept) as tar:
        about = json.loads(tar.extractfile("about.json").read())
    assert hold.backup_from.isoformat() == about["made_at"]
    assert make_deployment(real_team).pk > after.pk + portal_hold.IDS_SKIPPED // 2
    command("verify_history")
    # The serving role may again do what it may, and no more.
    with pytest.raises(Exception, match="permission denied"), connections["default"].cursor() as db:
        db.execute("UPDATE deployments_event SET verb = ''")


def test_nothing_that_opened_a_page_when_the_backup_was_taken_opens_it_again(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    """A sign-out, and the end of a link, hold although they came after the backup."""
    deployment, manager = make_deployment(real_team), real_team.release_manager
    browser = signed_in(manager)
    _, calendar = feeds.make(manager)
    link, address = links.make(deployment.pk, lasts=timedelta(days=7), actor=manager)
    secret = address.rstrip("/").rpartition("/")[2]
    kept = tmp_path / "portal.tar"
    command("backup", "--to", kept)
    links.revoke(deployment.pk, link.pk, actor=manager)
    feeds.revoke(manager)
    browser.logout()
    assert not Session.objects.exists()

    command("restore", kept)

    assert not Session.objects.exists()
    link.refresh_from_db()
    assert (link.revoked_at, link.sealed_secret, link.is_standing(clock.now())) == (None, "", False)
    assert links.standing_link(secret) is None
    assert feeds.opened(calendar.rstrip("/").rpartition("/")[2]) is None
    _, address = links.make(deployment.pk, lasts=timedelta(days=7), actor=manager)
    assert links.standing_link(address.rstrip("/").rpartition("/")[2]) is not None
    page = signed_in(make_administrator()).get("/operations/").content.decode()
    assert "API tokens and webhooks that were revoked" in page


def test_backup_of_an_earlier_version_is_held_without_the_tables_that_came_later(
    committed: dict[str, str],
) -> None:
    """They were added one by one, so each may be missing, down to the day of the first backup."""
    for table in portal_hold._doubts:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"DROP TABLE {table} CASCADE")
        portal_hold.hold("A backup was restored.", clock.now(), restored=True, using="owner")
        assert PortalHold.objects.exists()
        PortalHold.objects.all().delete()


@pytest.mark.slow
def test_restore_that_fails_leaves_everything_as_it_was(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    deployment = make_deployment(real_team)
    kept = tmp_path / "portal.tar"
    command("backup", "--to", kept)
    cut = tmp_path / "cut.tar"
    cut.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    with pytest.raises(CommandError, match=r"not whole|no backup"):
        command("restore", cut)
    with pytest.raises(CommandError, match="is not there"):
        command("restore", tmp_path / "none.tar")
    with pytest.raises(CommandError, match="is there already"):
        command("backup", "--to", kept)
    assert (Deployment.objects.get().pk, PortalHold.objects.exists()) == (deployment.pk, False)


@pytest.mark.slow
def test_restore_is_refused_while_somebody_works_on_the_database(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    kept = tmp_path / "portal.tar"
    command("backup", "--to", kept)
    asks = (
        "import os, sys, psycopg; held = psycopg.connect(os.environ['DATABASE_URL']);"
        "print('here', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", asks], env=committed, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        other.stdout.readline()
        with pytest.raises(CommandError, match="has 1 other connections"):
            command("restore", kept)
    finally:
        other.communicate()
    assert not PortalHold.objects.exists()


def test_restore_is_refused_though_it_may_not_see_what_the_others_do(
    committed: dict[str, str], real_team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL tells a role the kind of its own sessions only, and of those of roles it is in."""
    kept = tmp_path / "portal.tar"
    command("backup", "--to", kept)
    monkeypatch.setattr(programs, "owner", lambda: "default")
    with (
        psycopg.connect(committed["DATABASE_OWNER_URL"]),
        pytest.raises(CommandError, match="has 1 other connections"),
    ):
        command("restore", kept)


def test_backup_of_a_later_version_is_refused(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    kept = tmp_path / "portal.tar"
    command("backup", "--to", kept)
    with tarfile.open(kept) as tar:
        tar.extractall(tmp_path / "out", filter="data")
    about = tmp_path / "out" / "about.json"
    said = json.loads(about.read_text())
    about.write_text(json.dumps(said | {"migrations": [*said["migrations"], "gates.0999_later"]}))
    later = tmp_path / "later.tar"
    with tarfile.open(later, "w") as tar:
        tar.add(tmp_path / "out", ".")
    with pytest.raises(CommandError, match=r"later version of the portal \(gates.0999_later\)"):
        command("restore", later)
