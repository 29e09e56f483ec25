import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from deployments.enums import State
from deployments.models import Deployment
from tests.builders import Team

EXAMPLE = settings.BASE_DIR / "examples" / "sprint-001.md"


def intake(file: Path, **options: Any) -> str:
    out = StringIO()
    call_command("intake", file, stdout=out, **options)
    return out.getvalue()


def refusal(file: Path, **options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        intake(file, **options)
    return str(refused.value)


def test_a_dry_run_needs_no_database_and_no_server() -> None:
    bare = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    command = [sys.executable, "manage.py", "intake", str(EXAMPLE), "--dry-run", "--json"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=bare, capture_output=True, check=True)
    read = json.loads(done.stdout)
    assert (read["boxes_total"], len(read["steps"]), read["unread"]) == (36, 18, [])
    assert (read["encoding"], read["sections"][1]["path"][1]) == ("UTF-8", "What Is Shipped")


def test_the_summary_counts_and_says_what_to_look_at() -> None:
    lines = intake(EXAMPLE, dry_run=True).splitlines()
    assert lines[0] == "36 boxes, 5 ticked, 36 in fences"
    assert "   18 steps" in lines
    assert lines[-1] == (
        "line 31: a note, asks for people, covered by sign-off: "
        "Human Business Acceptance: NEEDED BEFORE WE DEPLOY"
    )


def test_bad_files_are_refused_with_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "checklist.md"
    assert refusal(file, dry_run=True) == f"There is no file “{file}”; check the name."
    assert refusal(tmp_path, dry_run=True) == (
        f"“{tmp_path}” cannot be read: is a directory; name a Markdown file."
    )
    file.write_bytes(b"")
    assert refusal(file, dry_run=True) == (
        "The document is empty; choose a Markdown file with a checklist."
    )
    file.write_bytes(b"a" * 6 * 1024 * 1024)
    assert refusal(file, dry_run=True) == (
        "The document has more than 5 MB; split it into smaller ones."
    )


def test_without_a_requester_nothing_is_created() -> None:
    assert refusal(EXAMPLE, service="storage-layer") == (
        "Say who requests the deployment with --as USERNAME, or use --dry-run."
    )


@pytest.mark.django_db
def test_a_document_becomes_a_draft(team: Team) -> None:
    said = intake(
        EXAMPLE,
        service="storage-layer",
        username="release_manager",
        t0="2029-03-14T20:00",
        zone="Europe/Vienna",
        json=True,
    )
    deployment = Deployment.objects.get()
    assert json.loads(said) == {
        "deployment": deployment.pk,
        "address": f"{settings.PORTAL_URL}{deployment.get_absolute_url()}",
    }
    assert deployment.state == State.DRAFT
    assert deployment.requester == team.release_manager
    assert deployment.t0 == datetime(2029, 3, 14, 19, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"username": "nobody"}, "There is no active user “nobody”; check the name."),
        ({"service": "other"}, "There is no service “other”; known are: storage-layer."),
        ({"zone": "Mars/Base"}, "“Mars/Base” is no time zone; name one of the IANA list such as "
         "Europe/Berlin or UTC."),
        ({"t0": "soon"}, "“soon” is no ISO time; write it like 2026-03-14T20:00 or "
         "2026-03-14T20:00+01:00."),
    ],
)  # fmt: skip
def test_a_refused_import_leaves_nothing_behind(
    team: Team, options: dict[str, str], sentence: str
) -> None:
    usual = {"service": "storage-layer", "username": "release_manager"}
    assert refusal(EXAMPLE, **(usual | options)) == sentence
    assert Deployment.objects.count() == 0


@pytest.mark.django_db
def test_a_time_in_the_past_is_refused(team: Team) -> None:
    refusal(EXAMPLE, service="storage-layer", username="release_manager", t0="2001-01-01T00:00")
    assert Deployment.objects.count() == 0


@pytest.mark.django_db
def test_owners_due_times_and_choices_arrive_in_the_draft(team: Team, tmp_path: Path) -> None:
    file = tmp_path / "launch.md"
    file.write_text(
        "---\nenvironment: Production\n---\n# Launch\n\n- [ ] T-2h: back up (owner: Operations)\n\n"
        "Decision: [ ] GO [ ] NO-GO\n",
        encoding="utf-8",
    )
    intake(file, service="storage-layer", username="release_manager")
    items = Deployment.objects.get().items.order_by("position")
    assert [
        (one.text, one.owner_role and one.owner_role.key, one.due_offset, one.choices)
        for one in items
    ] == [
        ("T-2h: back up (owner: Operations)", "operations", timedelta(hours=-2), []),
        ("Decision", None, None, ["GO", "NO-GO"]),
    ]
