"""What a hostile command can do to a worker: nothing that outlives it or its limits."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connections.commands import Command
from connections.declaring import Undeclared
from connections.running import NotRun, run
from connections.warden import PROCESSES
from tests.connections.programs import gone, living, python, shell

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")


# --- a run ------------------------------------------------------------------------------------


def test_command_ends_with_its_code_and_both_outputs():
    ran = run(shell("echo one; echo two >&2; exit 3"))
    assert (ran.code, ran.output, ran.cut) == (3, "one\ntwo\n", False)


def test_arguments_are_not_read_by_a_shell():
    assert run(Command("echo", ("/bin/echo", "$HOME; `id`"))).output == "$HOME; `id`\n"


def test_environment_is_bare(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of the portal")
    ran = run(Command("env", ("/usr/bin/env",), environment={"REGION": "eu-1"}))
    assert {line.partition("=")[0] for line in ran.output.splitlines()} == {"PATH", "REGION"}


def test_nothing_can_be_typed_into_it_and_no_other_handle_is_open():
    ran = run(python("import os, sys; print(repr(sys.stdin.read()), os.listdir('/proc/self/fd'))"))
    # 3 is the folder that is listed.
    assert ran.output == "'' ['0', '1', '2', '3']\n"


def test_folder_of_its_own_goes_after_the_run():
    ran = run(shell("pwd; touch here; ls"))
    folder, listed = ran.output.splitlines()
    assert (listed, Path(folder).exists()) == ("here", False)


def test_folder_is_the_declared_one(tmp_path):
    assert run(shell("pwd", folder=str(tmp_path))).output == f"{tmp_path.resolve()}\n"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (Command("a", ("/none/such",)), "“a” cannot be started: No such file or directory."),
        (Command("a", ("no-such-program",)), "“a” cannot be started: No such file or directory."),
        (Command("a", ("/etc/passwd",)), "“a” cannot be started: Permission denied."),
        (
            Command("a", ("/bin/true",), folder="/none/such"),
            "“a” cannot be run in its folder: No such file or directory.",
        ),
    ],
)
def test_command_that_cannot_be_started_says_why(command, sentence):
    with pytest.raises(NotRun) as caught:
        run(command)
    assert caught.value.sentence == f"The command {sentence}"


def test_command_that_dies_has_a_negative_code():
    ran = run(shell("kill -SEGV $$"))
    assert (ran.code, ran.cut) == (-signal.SIGSEGV, False)


def test_no_core_is_written():
    assert run(shell("ulimit -c")).output == "0\n"


# --- hostile ----------------------------------------------------------------------------------


def test_command_is_ended_at_its_limit():
    ran = run(shell("echo before; sleep 60", seconds=1))
    assert (ran.output, ran.cut, ran.code) == ("before\n", True, -signal.SIGTERM)


@linux
def test_command_that_ignores_the_request_to_end_is_killed():
    code = """
        import signal, time
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        print("deaf", flush=True)
        time.sleep(60)  # mark-deaf
    """
    ran = run(python(code, seconds=1))
    assert (ran.output, ran.cut, ran.code) == ("deaf\n", True, -signal.SIGKILL)
    assert gone("mark-deaf")


@linux
def test_children_of_a_command_end_with_it():
    code = """
        import os, time
        for _ in range(20):
            if os.fork() == 0:
                break
        time.sleep(60)  # mark-fork
    """
    assert run(python(code, seconds=1)).cut
    assert gone("mark-fork")


DOUBLE_FORK = """
    import os, signal, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("still here", flush=True)
            time.sleep(60)  # {mark}
        os._exit(0)
    time.sleep({pause})
"""


@linux
@pytest.mark.parametrize(
    ("pause", "cut", "mark"),
    [("0.5", False, "mark-orphan-left"), ("60", True, "mark-orphan-of-the-late")],
)
def test_orphan_in_a_session_of_its_own_that_keeps_the_pipe_is_killed(pause, cut, mark):
    ran = run(python(DOUBLE_FORK.format(pause=pause, mark=mark), seconds=2))
    assert (ran.output, ran.cut) == ("still here\n", cut)
    assert gone(mark)


@linux
def test_processes_that_go_on_forking_are_killed():
    code = """
        import os, time
        for _ in range(200):  # mark-bomb
            if os.fork():
                time.sleep(0.01)
                os._exit(0)
        time.sleep(60)
    """
    run(python(code, seconds=1))
    assert gone("mark-bomb")


@linux
def test_command_that_kills_its_watcher_is_told_and_ended():
    with pytest.raises(NotRun, match="ended the process that watches it"):
        run(shell("kill -9 $PPID; sleep 60; echo mark-mutiny"))
    assert gone("mark-mutiny")


@linux
def test_command_ends_when_its_worker_is_killed():
    """kill -9 of a worker leaves no command behind."""
    code = (
        "from connections.commands import Command\nfrom connections.running import run\n"
        "run(Command('check', ('/bin/sh', '-c', 'sleep 60; echo mark-left')))"
    )
    worker = subprocess.Popen([sys.executable, "-c", code])
    try:
        while "sleep 60; echo mark-left" not in "".join(commands_of(worker.pid)):
            time.sleep(0.05)
    finally:
        worker.kill()
        worker.wait()
    assert gone("/bin/sh\0-c\0sleep 60; echo mark-left")


def commands_of(worker: int) -> list[str]:
    """What runs below the worker's warden."""
    texts = []
    for pid in living("sleep 60; echo mark-left"):
        if pid != worker:
            try:
                texts.append((PROCESSES / str(pid) / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
    return texts


@linux
def test_command_that_eats_memory_fails():
    ran = run(python("print(len(bytearray(400 * 1024 * 1024)))", memory_mb=200))
    assert (ran.code, "MemoryError" in ran.output) == (1, True)


def test_file_larger_than_allowed_is_not_written(tmp_path):
    ran = run(shell("head -c 3000000 /dev/zero > big", folder=str(tmp_path), file_mb=1))
    assert (ran.code != 0, (tmp_path / "big").stat().st_size) == (True, 1024 * 1024)


def test_variable_that_the_worker_does_not_have_is_told():
    with pytest.raises(Undeclared) as caught:
        run(shell("true", environment={"TOKEN": "$env:NOT_SET_ANYWHERE"}))
    assert caught.value.sentence == (
        "The command “check” needs the variable NOT_SET_ANYWHERE of the worker, which is not set."
    )
