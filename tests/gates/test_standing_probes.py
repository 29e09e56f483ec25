"""Pending migrations and the age of backups: what nobody says is never good."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from connections.commands import Command
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure
from tests.servers import answering, closed_port, serving

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def migrations(body: str, status: int = 200, **settings: Any) -> Measurement:
    with serving(answering(status, body.encode())) as server:
        around = Circumstances(NOW, server.permit)
        return measure("migrations", {"url": server.url, **settings}, "", around)


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        ('{"pending": []}', {}, "good", "no migration is pending"),
        ('{"pending": 0}', {}, "good", "no migration is pending"),
        (
            '{"pending": ["app.0002"]}', {},
            "bad", "1 migration is pending, needs at most 0",
        ),
        ('{"pending": 2}', {"most": 2}, "good", "2 migrations are pending"),
        ('{"db": {"left": []}}', {"path": "db.left"}, "good", "no migration is pending"),
        ("{}", {}, "no_data", "pending leads to nothing"),
        (
            '{"pending": "none"}', {}, "error",
            "pending leads to none, which is neither a list nor a count.",
        ),
        (
            '{"pending": false}', {}, "error",
            "pending leads to false, which is neither a list nor a count.",
        ),
        (
            '{"pending": -1}', {}, "error",
            "pending leads to -1, which is neither a list nor a count.",
        ),
    ],
)  # fmt: skip
def test_migrations(body, settings, outcome, reason):
    found = migrations(body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_migrations_of_a_failing_service_are_not_known():
    assert migrations('{"pending": []}', 503).reason == "The service answered 503, needs 200."
    closed = f"http://127.0.0.1:{closed_port()}"
    assert measure("migrations", {"url": closed}, "", Circumstances(NOW)).outcome == "error"


def migrations_by(code: str, **settings: Any) -> Measurement:
    command = Command("plan", (sys.executable, "-c", code), seconds=20)
    around = Circumstances(NOW, commands={"plan": command})
    return measure("migrations", {"command": "plan", **settings}, "", around)


SAYS_NOTHING = (
    "The command “plan” says nothing of migrations: neither lines such as “[ ] app.0001”, nor JSON."
)


@pytest.mark.parametrize(
    ("output", "settings", "outcome", "reason", "names"),
    [
        ("[X]  app.0001\n[X]  app.0002\n", {}, "good", "no migration is pending", ()),
        (
            "warning: a proxy\n[X]  app.0001\n[ ]  app.0002 ... (app.0001)\n[-]  app.0003\n", {},
            "bad", "2 migrations are pending, needs at most 0",
            ("app.0002 ... (app.0001)", "app.0003"),
        ),
        (
            "app\n [X] 0001_initial\n [ ] 0002_more\nother\n (no migrations)\n", {"most": 1},
            "good", "1 migration is pending", ("0002_more",),
        ),
        ("0\n", {}, "good", "no migration is pending", ()),
        ("[]", {}, "good", "no migration is pending", ()),
        ('["a.1"]', {}, "bad", "1 migration is pending, needs at most 0", ("a.1",)),
        ('{"left": 3}', {"path": "left"}, "bad", "3 migrations are pending, needs at most 0", ()),
        ('{"pending": []}', {"path": "left"}, "no_data", "left leads to nothing", ()),
        ("", {}, "error", SAYS_NOTHING, ()),
        ("\n", {}, "error", SAYS_NOTHING, ()),
        ("app\n (no migrations)\n", {}, "error", SAYS_NOTHING, ()),
        ("all good", {}, "error", SAYS_NOTHING, ()),
        (
            "[ ]", {},
            "error", "The command “plan” lists a box without the name of a migration.", (),
        ),
        (
            "true", {},
            "error", "pending leads to true, which is neither a list nor a count.", (),
        ),
        ("null", {}, "no_data", "pending leads to nothing", ()),
    ],
)  # fmt: skip
def test_migrations_by_a_command(output, settings, outcome, reason, names):
    found = migrations_by(f"print({output!r}, end='')", **settings)
    assert (found.outcome, found.reason, found.details) == (outcome, reason, names)
    assert found.target == "plan"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "print('[X] app.0001'); raise SystemExit(1)",
            "The command “plan” ended with 1, needs to end with 0.",
        ),
        (
            "import os; print('[X] app.0001', flush=True); os.kill(os.getpid(), 9)",
            "The command “plan” was ended by signal 9, needs to end with 0.",
        ),
        (
            "for n in range(200_000): print('[X] app.0001')",
            "The command “plan” said too much: 1,551,424 bytes could not be kept.",
        ),
    ],
)
def test_migrations_by_a_command_that_broke_off_are_not_known(code, reason):
    found = migrations_by(code)
    assert (found.outcome, found.reason) == ("error", reason)


@pytest.mark.parametrize("settings", [{}, {"url": "https://a.example/x", "command": "plan"}])
def test_migrations_are_asked_of_one(settings):
    found = measure("migrations", settings, "", Circumstances(NOW))
    assert (found.outcome, found.reason) == (
        "error",
        "A migrations gate asks an address or a command; say one of them.",
    )


def test_backup_s_age_meets_no_limit_by_rounding(folder):
    write(folder / "portal" / "new.dump", timedelta(hours=2, seconds=20))
    asked = {"files": str(folder / "portal" / "*.dump")}
    around = Circumstances(NOW, backup_folders=(str(folder),))
    found = measure("backup", asked, "age_hours <= 2", around)
    assert (found.outcome, found.value) == ("bad", "2.01")
    assert measure("backup", asked, "age_hours < 3", around).outcome == "good"


def at(age: timedelta) -> str:
    return f"Last-Modified: {format_datetime(NOW - age, usegmt=True)}\r\n"


@pytest.mark.parametrize(
    ("status", "headers", "settings", "outcome", "reason"),
    [
        (200, at(timedelta(hours=3)), {}, "good", "the newest backup is 3 h old"),
        (
            200, at(timedelta(hours=25)), {},
            "bad", "the newest backup is 25 h old, needs at most 24 h",
        ),
        (
            200, at(timedelta(hours=1)), {"min_bytes": 100},
            "bad", "the newest backup has 4 bytes, needs at least 100",
        ),
        (
            200, at(timedelta(hours=-1)), {},
            "error", "the newest backup is dated 2026-11-24 13:00 UTC, which is still to come",
        ),
        (404, "", {}, "bad", "there is no backup"),
        (403, "", {}, "error", "The backup's address answered 403, needs 200."),
        (200, "", {}, "error", "The backup's address does not say when it was modified."),
        (
            200, "Last-Modified: yesterday\r\n", {},
            "error", "The backup's address does not say when it was modified.",
        ),
    ],
)  # fmt: skip
def test_backup_by_http(status, headers, settings, outcome, reason):
    with serving(answering(status, b"dump", headers)) as server:
        around = Circumstances(NOW, server.permit)
        found = measure("backup", {"url": server.url, **settings}, "", around)
        assert server.requests[0].startswith(b"HEAD / ")
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backups" / "portal").mkdir(parents=True)
    return tmp_path / "backups"


def write(path: Path, age: timedelta, body: bytes = b"dump") -> None:
    path.write_bytes(body)
    made = (NOW - age).timestamp()
    os.utime(path, (made, made))


def files(pattern: Path | str, folder: Path | None, **settings: Any) -> Measurement:
    folders = (str(folder),) if folder else ()
    around = Circumstances(NOW, backup_folders=folders)
    return measure("backup", {"files": str(pattern), **settings}, "", around)


def test_newest_file_counts(folder):
    write(folder / "portal" / "old.dump", timedelta(days=3))
    write(folder / "portal" / "new.dump", timedelta(hours=2))
    write(folder / "portal" / "newer.log", timedelta(hours=1))
    found = files(folder / "portal" / "*.dump", folder)
    assert (found.outcome, found.reason) == ("good", "the newest backup is 2 h old")
    assert found.details == (str(folder / "portal" / "new.dump"),)
    assert files(folder / "*" / "*.dump", folder).outcome == "good"


@pytest.mark.parametrize(
    ("age", "body", "outcome"),
    [(timedelta(days=2), b"dump", "bad"), (timedelta(0), b"", "bad")],
)
def test_old_or_empty_file_is_bad(folder, age, body, outcome):
    write(folder / "a.dump", age, body)
    assert files(folder / "*.dump", folder).outcome == outcome


def test_no_file_is_no_backup(folder):
    found = files(folder / "*.dump", folder)
    assert (found.outcome, found.reason) == ("bad", "there is no backup")


def test_files_outside_of_opened_folders_are_not_looked_at(folder, tmp_path):
    outside = tmp_path / "secret"
    outside.mkdir()
    write(outside / "a.dump", timedelta(0))
    (folder / "way").symlink_to(outside)
    (folder / "link.dump").symlink_to(outside / "a.dump")
    for pattern, outcome in (
        (outside / "*.dump", "error"),
        (folder / ".." / "secret" / "*.dump", "error"),
        ("*.dump", "error"),
        (folder / "way" / "*.dump", "bad"),
        (folder / "link.dump", "bad"),
    ):
        assert files(pattern, folder).outcome == outcome
    assert "opened no folder" in files(folder / "*.dump", None).reason


@pytest.mark.parametrize("settings", [{}, {"url": "https://a.example/x", "files": "/b/*"}])
def test_one_place_is_named(settings):
    found = measure("backup", settings, "", Circumstances(NOW))
    assert (found.outcome, found.reason) == (
        "error",
        "A backup gate looks at an address or at files; say one of them.",
    )
