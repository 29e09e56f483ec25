"""R9: a backup restores and sends nothing twice, with real programs, workers and a mail server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connections
from psycopg import sql
from pytest_django import Settings

from accounts.models import User
from checklists import shelf
from communications import releasing, sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Message, Stakeholder
from deploy_portal.embedded import binaries
from deployments import clock, portal_hold, ticks
from deployments.backup import archive
from deployments.enums import Anchor
from deployments.models import Deployment, Event, PortalHold, Tick
from deployments.sharing import links
from tests import databases
from tests.builders import Team, make_administrator, make_deployment, signed_in
from tests.communications.conftest import make_planned, move_clock, witness
from tests.communications.smtp_witness import Witness
from tests.communications.test_chaos import Processes

__all__ = ["witness"]

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PEOPLE = 12
BEFORE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go")
AFTER = PlanLine(Kind.NOTICE, Anchor.T0, -50 * MINUTE, "Nearly there")
MUCH_LATER = PlanLine(Kind.NOTICE, Anchor.T0, -20 * MINUTE, "Any moment now")


@pytest.fixture(autouse=True)
def _places(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs of the server's version, and folders of this test's own."""
    monkeypatch.setenv("PATH", f"{binaries.postgres_bin()}:/usr/bin:/bin")
    settings.VAR_DIR, settings.EVIDENCE_DIR = tmp_path, tmp_path / "evidence"


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An empty database; the test's own is pointed back by `committed`."""
    name = f"portal_{uuid.uuid4().hex[:12]}"
    databases._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield name
    connections.close_all()
    databases.drop(name)


def command(*arguments: object) -> str:
    told = StringIO()
    call_command(*map(str, arguments), stdout=told)
    return told.getvalue()


def eventually(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def only(team: Team) -> None:
    """One reader for each stakeholder, and nobody else."""
    User.objects.exclude(pk=team.release_manager.pk).update(email="")
    Stakeholder.objects.bulk_create(
        Stakeholder(service=team.service, name=f"P{n}", address=f"p{n}@example.net")
        for n in range(PEOPLE - 1)
    )


@pytest.mark.slow
def test_backup_restores_and_sends_nothing_twice(
    committed: dict[str, str],
    real_team: Team,
    witness: Witness,
    elsewhere: str,
    tmp_path: Path,
) -> None:
    only(real_team)
    administrator = make_administrator()
    make_planned(real_team, BEFORE, AFTER, MUCH_LATER)
    sender.sweep()
    assert len(witness.taken) == PEOPLE
    in_a_hand = Delivery.objects.order_by("pk").first()
    Delivery.objects.filter(pk=in_a_hand.pk).update(state=DeliveryState.CLAIMED, sent_at=None)
    kept = tmp_path / "kept" / "portal.tar"
    command("backup", "--to", kept)
    Delivery.objects.filter(pk=in_a_hand.pk).update(
        state=DeliveryState.SENT, sent_at=in_a_hand.sent_at
    )
    move_clock(15 * MINUTE)
    sender.sweep()
    assert len(witness.taken) == 2 * PEOPLE

    databases.point_to(elsewhere)
    command("restore", kept)
    move_clock(15 * MINUTE)
    environment = databases.environment(elsewhere) | {
        "EMAIL_URL": f"smtp://127.0.0.1:{witness.port}",
    }
    with ExitStack() as stack:
        Processes(stack, environment, witness)
        eventually(lambda: Tick.objects.filter(name=ticks.MAIL).exists())
        seen = Tick.objects.get(name=ticks.MAIL).at
        eventually(lambda: Tick.objects.get(name=ticks.MAIL).at > seen)
        assert (len(witness.taken), PortalHold.objects.count()) == (2 * PEOPLE, 1)
        in_a_hand.refresh_from_db()
        assert in_a_hand.state == DeliveryState.UNKNOWN

        releasing.release(actor=administrator, leaves_out=True, reason="It had left.")
        move_clock(30 * MINUTE)
        eventually(lambda: len(witness.taken) == 3 * PEOPLE)
    assert witness.doubled() == {}
    titles = list(Message.objects.order_by("pk").values_list("title", "state"))
    assert titles == [
        ("Final go/no-go", "leaving"),
        ("Nearly there", "skipped"),
        ("Any moment now", "leaving"),
    ]


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
    link, address = links.make(deployment.pk, lasts=timedelta(days=7), actor=manager)
    secret = address.rstrip("/").rpartition("/")[2]
    kept = tmp_path / "portal.tar"
    command("backup", "--to", kept)
    links.revoke(deployment.pk, link.pk, actor=manager)
    browser.logout()
    assert not Session.objects.exists()

    command("restore", kept)

    assert not Session.objects.exists()
    link.refresh_from_db()
    assert (link.revoked_at, link.sealed_secret, link.is_standing(clock.now())) == (None, "", False)
    assert links.standing_link(secret) is None
    _, address = links.make(deployment.pk, lasts=timedelta(days=7), actor=manager)
    assert links.standing_link(address.rstrip("/").rpartition("/")[2]) is not None
    page = signed_in(make_administrator()).get("/operations/").content.decode()
    assert "API tokens and webhooks that were revoked" in page


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


def test_key_that_the_portal_made_comes_back_and_one_that_is_set_is_never_touched(
    committed: dict[str, str], real_team: Team, settings: Settings, tmp_path: Path
) -> None:
    own = tmp_path / "secret_key"
    own.write_text(settings.SECRET_KEY)
    kept = tmp_path / "portal.tar"
    command("backup", "--to", kept)
    own.write_text("a new machine made another one")
    settings.SECRET_KEY, old = own.read_text(), settings.SECRET_KEY
    command("restore", kept)
    assert own.read_text() == old
    own.unlink()
    settings.SECRET_KEY = "set by somebody"
    told = StringIO()
    call_command("restore", str(kept), stderr=told, stdout=StringIO())
    assert "was made with another SECRET_KEY" in told.getvalue()
    assert not own.exists()


def test_key_is_readable_by_us_alone_from_its_first_byte(
    committed: dict[str, str],
    real_team: Team,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is closed afterwards: while it was open somebody could have read it."""
    own = tmp_path / "secret_key"
    own.write_text(settings.SECRET_KEY)
    kept = tmp_path / "portal.tar"
    command("backup", "--to", kept)
    own.write_text("a new machine made another one")
    settings.SECRET_KEY, old = own.read_text(), settings.SECRET_KEY
    closed = list[Path]()
    monkeypatch.setattr(Path, "chmod", lambda path, mode: closed.append(path))
    umask = os.umask(0)
    try:
        command("restore", kept)
    finally:
        os.umask(umask)
    assert (own.read_text(), own.stat().st_mode & 0o777, closed) == (old, 0o600, [])
    assert own.with_name("secret_key.before").read_text() == settings.SECRET_KEY


def test_backup_follows_no_link_that_somebody_put_in_its_folder(
    committed: dict[str, str], real_team: Team, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("kept")
    kept = tmp_path / "kept" / "portal.tar"
    kept.parent.mkdir()
    kept.with_name(f".{kept.name}.part").symlink_to(theirs)
    command("backup", "--to", kept)
    assert theirs.read_text() == "kept"
    assert tarfile.is_tarfile(kept)
    with pytest.raises(FileExistsError):
        archive.new_file(theirs)


def test_hold_by_hand_holds_and_says_so(committed: dict[str, str], real_team: Team) -> None:
    command("hold", "The mail server is being moved.")
    assert PortalHold.objects.get().reason == "The mail server is being moved."
    assert Event.objects.get(verb="portal held").reason == "The mail server is being moved."
    with pytest.raises(CommandError, match="no time with an offset"):
        command("hold", "Restored", "--restored", "yesterday")
    command("hold", "Restored", "--restored", "2026-11-26T02:00+00:00")
    assert PortalHold.objects.get().backup_from.isoformat() == "2026-11-26T02:00:00+00:00"
