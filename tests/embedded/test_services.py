"""`services`: PostgreSQL and Valkey come, serve, go, and leave nothing behind."""

import os
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from deploy_portal.embedded import folders
from deploy_portal.embedded.folders import PROJECT
from tests.embedded.conftest import (
    Start,
    ask,
    children_of,
    embedded,
    environment,
    is_gone,
    said,
    wait_for_services,
)
from tests.waiting import until


def test_both_roles_and_valkey_serve(start: Start, tmp_path: Path) -> None:
    address = wait_for_services(start("services", "--folder", tmp_path))
    owner = address.replace("portal_app", "portal_owner")
    assert ask(address) == "portal_app"
    assert ask(owner, "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") is True
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(address, "CREATE TABLE mine (id int)")
    places = folders.Folders(tmp_path, folders.socket_folder(tmp_path))
    with redis.Redis(unix_socket_path=str(places.sockets / "valkey.sock")) as client:
        assert client.ping() is True


def test_nobody_else_may_look_inside(start: Start, tmp_path: Path) -> None:
    wait_for_services(start("services", "--folder", tmp_path))
    for private in (folders.socket_folder(tmp_path), tmp_path / "postgres"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_end_ends_all_and_keeps_the_data(
    start: Start, tmp_path: Path, wanted: signal.Signals
) -> None:
    process = start("services", "--folder", tmp_path)
    owner = wait_for_services(process).replace("portal_app", "portal_owner")
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    below = children_of(process.pid)
    process.send_signal(wanted)
    assert process.wait(60) == 0
    assert [pid for pid in below if not is_gone(pid)] == []
    assert not folders.socket_folder(tmp_path).exists()
    wait_for_services(start("services", "--folder", tmp_path))
    assert ask(owner, "SELECT answer FROM kept") == 42


def test_kill_leaves_no_process_and_the_next_start_recovers(start: Start, tmp_path: Path) -> None:
    process = start("services", "--folder", tmp_path)
    address = wait_for_services(process)
    below = children_of(process.pid)
    assert len(below) > 2
    process.kill()
    process.wait()
    until(lambda: all(is_gone(pid) for pid in below))
    assert wait_for_services(start("services", "--folder", tmp_path)) == address
    assert ask(address) == "portal_app"


def test_a_stale_pid_file_of_a_living_stranger_does_not_stop_the_start(
    start: Start, tmp_path: Path
) -> None:
    process = start("services", "--folder", tmp_path)
    wait_for_services(process)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    # The number was given to somebody else after a power cut.
    stale = f"{os.getpid()}\n{tmp_path / 'postgres'}\n1\n5432\n\n\n 1 1\nready\n"
    (tmp_path / "postgres" / "postmaster.pid").write_text(stale)
    address = wait_for_services(start("services", "--folder", tmp_path))
    assert ask(address) == "portal_app"


def test_data_of_another_major_version_is_refused_with_a_sentence(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")
    process = start("services", "--folder", tmp_path)
    assert said(process) == (
        f"{tmp_path / 'postgres'} was made by PostgreSQL 15, but this is 18: "
        "dump it with the old version, or move the folder away to begin anew.\n"
    )
    assert process.returncode == 1


def test_a_service_that_is_killed_comes_back(start: Start, tmp_path: Path) -> None:
    process = start("services", "--folder", tmp_path)
    address = wait_for_services(process)
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    os.kill(int(pid_file.read_text().partition("\n")[0]), signal.SIGKILL)

    def serves() -> bool:
        try:
            return ask(address) == "portal_app"
        except psycopg.OperationalError:
            return False

    until(lambda: not serves())
    until(serves)


def test_a_second_start_from_the_same_folder_is_refused(start: Start, tmp_path: Path) -> None:
    wait_for_services(start("services", "--folder", tmp_path))
    second = start("services", "--folder", tmp_path)
    assert said(second) == f"The services of {tmp_path} are running already.\n"
    assert second.returncode == 1


def test_a_long_path_gets_short_private_sockets(start: Start, tmp_path: Path) -> None:
    root = tmp_path / ("long" * 20) / ("longer" * 10)
    process = start("services", "--folder", root)
    address = wait_for_services(process)
    sockets = folders.socket_folder(root)
    assert sockets.parent == Path(tempfile.gettempdir()).resolve()
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert ask(address) == "portal_app"
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    assert not sockets.exists()


def test_a_wrapped_command_has_services_of_its_own_and_its_exit_code_counts() -> None:
    script = 'test "$DATABASE_URL" != postgresql://theirs && test -S "${REDIS_URL:7:-5}" && exit 7'
    answer = subprocess.run(
        embedded("with", "--", "bash", "-c", script),
        cwd=PROJECT,
        env=environment(DATABASE_URL="postgresql://theirs"),
        check=False,
    )
    assert answer.returncode == 7


def test_a_killed_wrapper_leaves_nothing(start: Start) -> None:
    process = start("with", "--", "sleep", "600")
    until(lambda: len(children_of(process.pid)) > 4)
    until(lambda: any("sleep" in name for name in commands(process.pid)))
    below = children_of(process.pid)
    process.kill()
    process.wait()
    until(lambda: all(is_gone(pid) for pid in below))


def commands(pid: int) -> list[str]:
    return [
        Path(f"/proc/{child}/comm").read_text()
        for child in children_of(pid)
        if Path(f"/proc/{child}/comm").exists()
    ]
