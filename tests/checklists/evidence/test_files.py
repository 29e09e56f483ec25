"""Files as evidence: their size, place and name, and that none of them ever runs."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from checklists import shelf
from checklists.enums import EvidenceKind
from checklists.evidence import LARGEST, Given, safe_name
from checklists.exceptions import TooLarge
from checklists.models import Evidence
from deployments.exceptions import Refused
from tests.builders import Team, make_deployment, signed_in
from tests.checklists.evidence.makers import SCRIPT, add, address, file


class Unread(SimpleUploadedFile):
    """A file that tells when somebody takes it into memory."""

    def read(self, *_args: object) -> bytes:
        raise AssertionError("was read")


def test_file_of_21_mb_is_refused_before_it_is_read(team: Team) -> None:
    large = Unread("dump.sql", b"x")
    large.size = 21 * 1024 * 1024

    with pytest.raises(TooLarge, match=r"“dump\.sql” has more than 20 MB; add a smaller one"):
        add(make_deployment(team), Given(EvidenceKind.FILE, file=large), team)


def test_page_says_413_for_21_mb_and_keeps_nothing(team: Team, folder: Path) -> None:
    deployment = make_deployment(team)
    body = {"file": SimpleUploadedFile("dump.sql", b"x" * (LARGEST + 1))}

    answer = signed_in(team.member).post(address("add_evidence", deployment, "file"), body)

    assert answer.status_code == 413
    assert "“dump.sql” has more than 20 MB" in answer.content.decode()
    assert (Evidence.objects.count(), folder.exists()) == (0, False)


def test_file_of_exactly_20_mb_is_kept(team: Team) -> None:
    added = add(make_deployment(team), file("dump.bin", b"\0" * LARGEST), team)

    assert (added.size, added.content_type) == (LARGEST, "application/octet-stream")


def test_file_lies_under_its_hash_and_only_for_the_portal(team: Team, folder: Path) -> None:
    added = add(make_deployment(team), file("../../static/evil.html", SCRIPT), team)

    (place,) = [found for found in folder.rglob("*") if found.is_file()]
    assert place == folder / added.sha256[:2] / added.sha256
    assert place.read_bytes() == SCRIPT
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert added.file_name == "evil.html"


def test_folder_that_cannot_be_written_is_said_and_nothing_is_saved(
    team: Team, folder: Path
) -> None:
    folder.write_text("a file where the folder should be")

    with pytest.raises(Refused, match="The portal cannot keep files at the moment"):
        add(make_deployment(team), file(), team)

    assert Evidence.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("plan.png", "plan.png"),
        ("C:\\Users\\me\\plan.png", "plan.png"),
        ("../../etc/passwd", "passwd"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ('a"\r\nSet-Cookie: x=1.txt', 'a"Set-Cookie: x=1.txt'),
        ("\u0000", "file"),
        ("a" * 300 + ".png", "a" * 196 + ".png"),
    ],
)
def test_name_is_shown_without_path_and_without_what_cannot_be_seen(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "body", "declared", "served"),
    [
        ("evil.html", SCRIPT, "text/html", "text/plain; charset=utf-8"),
        (
            "evil.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            "image/svg+xml",
            "text/plain; charset=utf-8",
        ),
        ("evil.js", b"alert(1)", "text/javascript", "text/plain; charset=utf-8"),
        ("evil.html", b"\xff\xfe<\0", "text/html", "application/octet-stream"),
        ("pläne.gif", b"GIF89a/*" + SCRIPT, "text/html", "image/gif"),
    ],
)
def test_stored_script_never_runs(
    team: Team, name: str, body: bytes, declared: str, served: str
) -> None:
    deployment = make_deployment(team)
    added = add(deployment, file(name, body, declared), team)
    client = signed_in(team.stakeholder)

    answer = client.get(address("evidence_file", deployment, added.pk))

    assert answer.status_code == 200
    assert answer.getvalue() == body
    assert answer["Content-Type"] == served
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]
    image = client.get(address("evidence_image", deployment, added.pk))
    assert image.status_code == (200 if served.startswith("image/") else 404)


def test_name_that_is_not_ascii_travels_as_rfc_5987(team: Team) -> None:
    deployment = make_deployment(team)
    added = add(deployment, file('plä"ne.txt'), team)

    answer = signed_in(team.member).get(address("evidence_file", deployment, added.pk))

    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''pl%C3%A4%22ne.txt"


def test_file_that_is_gone_is_said(team: Team) -> None:
    deployment = make_deployment(team)
    added = add(deployment, file(), team)
    shelf.path_of(added.sha256).unlink()

    answer = signed_in(team.member).get(address("evidence_file", deployment, added.pk))

    assert answer.status_code == 409
    assert "“log.txt” is not where this server keeps files" in answer.content.decode()
