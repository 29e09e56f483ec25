"""`make backup` and `make restore`, as make runs them, from one folder to another."""

from pathlib import Path

import pytest

from deploy_portal.embedded.keeping import RUNNING
from tests import databases
from tests.embedded.conftest import Start, ask, said, wait_for_services

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROWS = "SELECT count(*) FROM deployments_portalhold"


def test_portal_moves_from_one_folder_to_another(start: Start, tmp_path: Path) -> None:
    old, new, kept = tmp_path / "old", tmp_path / "new", tmp_path / "portal.tar"
    services = start("services", "--folder", old)
    address = wait_for_services(services)
    databases.copy_to(address.replace("portal_app", "portal_owner"))
    assert said(start("backup", kept, "--folder", old)).startswith(f"{kept}: ")
    refused = start("restore", kept, "--folder", old)
    assert (said(refused), refused.returncode) == (f"{RUNNING}\n", 1)
    services.terminate()
    services.wait(60)

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
