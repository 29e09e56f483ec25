"""`make backup` and `make restore`, as make runs them, from one folder to another."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy_portal.embedded.folders import PROJECT
from deploy_portal.embedded.keeping import RUNNING
from tests.embedded.conftest import Start, ask, environment, said, wait_for_services

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROWS = "SELECT count(*) FROM deployments_portalhold"


def migrate(address: str, folder: Path) -> None:
    told = environment(
        DATABASE_URL=address,
        DATABASE_OWNER_URL=address.replace("portal_app", "portal_owner"),
        SECRET_KEY=(folder / "secret_key").read_text(),
    )
    command = [sys.executable, "manage.py", "migrate", "--database", "owner", "-v0"]
    subprocess.run(command, cwd=PROJECT, env=told, check=True)


def test_portal_moves_from_one_folder_to_another(start: Start, tmp_path: Path) -> None:
    old, new, kept = tmp_path / "old", tmp_path / "new", tmp_path / "portal.tar"
    services = start("services", "--folder", old)
    address = wait_for_services(services)
    migrate(address, old)
    assert said(start("backup", kept, "--folder", old)).startswith(f"{kept}: ")
    refused = start("restore", kept, "--folder", old)
    assert (said(refused), refused.returncode) == (f"{RUNNING}\n", 1)
    services.terminate()
    services.wait(15)

    told = said(start("restore", kept, "--folder", new))
    assert "The portal is held" in told, told
    assert (new / "secret_key").read_text() == (old / "secret_key").read_text()
    again = start("services", "--folder", new)
    assert ask(wait_for_services(again), ROWS) == 1
    assert (new / "secret_key").stat().st_mode & 0o777 == 0o600


def test_restore_says_which_file_is_missing(start: Start, tmp_path: Path) -> None:
    nothing = start("restore", "--folder", tmp_path)
    assert "Name it with `make restore FILE=" in said(nothing)
    assert said(start("restore", "none.tar", "--folder", tmp_path)) == (
        "There is no file none.tar.\n"
    )
