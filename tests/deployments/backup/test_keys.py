"""The portal's own key and its backups: what comes back, and who can read it meanwhile."""

from __future__ import annotations

import os
import tarfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from deployments.backup import archive
from tests.builders import Team
from tests.deployments.backup.commands import command


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
