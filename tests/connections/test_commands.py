"""Declared commands: what the file may say, and what a hostile command can do to a worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from connections.commands import Command, command_names, declaration, read_commands
from connections.declaring import Undeclared
from connections.running import NotRun, run
from connections.warden import HEAD_BYTES, PROCESSES, TAIL_BYTES

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")
CHECK = 'argv = ["check"]\n'


def python(code: str, **facts) -> Command:
    return Command("check", (sys.executable, "-c", textwrap.dedent(code)), **facts)


def shell(code: str, **facts) -> Command:
    return Command("check", ("/bin/sh", "-c", code), **facts)


def declared(folder: Path, text: str) -> Path:
    file = folder / "commands.toml"
    file.write_text(text)
    return file


def living(mark: str) -> list[int]:
    """The processes that carry the mark among their arguments."""
    found = []
    for entry in PROCESSES.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def gone(mark: str) -> bool:
    """A killed process takes a moment to leave."""
    for _ in range(100):
        if not living(mark):
            return True
        time.sleep(0.02)
    return False


# --- the file ---------------------------------------------------------------------------------


def test_commands_are_off_when_no_file_is_named(settings):
    settings.PORTAL_COMMANDS = ""
    assert (command_names(), declaration().is_on) == ([], False)


def test_command_is_read_with_all_that_it_says(tmp_path, settings):
    settings.PORTAL_COMMANDS = str(
        declared(
            tmp_path,
            '[commands.backup-check]\nargv = ["/usr/bin/check", "--all"]\nfolder = "/srv"\n'
            'seconds = 5\nmemory_mb = 64\ntitle = "Backup"\n'
            '[commands.backup-check.environment]\nTOKEN = "$env:BACKUP_TOKEN"\n'
            "[commands.a]\n" + CHECK,
        )
    )
    assert command_names() == ["a", "backup-check"]
    assert declaration().commands["backup-check"] == Command(
        "backup-check", ("/usr/bin/check", "--all"), "Backup", "/srv", 5, 64,
        environment={"TOKEN": "$env:BACKUP_TOKEN"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[commands", "is no TOML"),
        ("\x00", "is no TOML"),
        (
            "[command.a]\n" + CHECK,
            "has “command”; it knows [commands.NAME] and [repositories.NAME] only.",
        ),
        ("commands = 3", "Commands stand in commands.toml as [commands.NAME]."),
        ("[commands]\na = 3", "The command “a” is declared as [commands.a]."),
        ('[commands."A B"]\n' + CHECK, "“A B” is no name for a command"),
        ("[commands.a]\nshell = true\n" + CHECK, "has no setting “shell”; it knows argv, folder"),
        ("[commands.a]", "The command “a” needs argv, such as"),
        ("[commands.a]\nargv = []", "The command “a” needs argv, such as"),
        ('[commands.a]\nargv = "check --all"', "The command “a” needs argv, such as"),
        ('[commands.a]\nargv = ["x", 3]', "The command “a” needs argv, such as"),
        ('[commands.a]\nargv = ["bin/x"]', "is a name on the PATH or a whole path, not “bin/x”."),
        ('[commands.a]\nargv = ["x\\u0000"]', "needs argv"),
        ('[commands.a]\nfolder = "x"\n' + CHECK, "folder of the command “a” must be a whole path"),
        ("[commands.a]\nseconds = 0\n" + CHECK, "must be a whole number from 1 to 3600."),
        ("[commands.a]\nseconds = true\n" + CHECK, "must be a whole number from 1 to 3600."),
        ("[commands.a]\nmemory_mb = 1\n" + CHECK, "must be a whole number from 64 to"),
        ("[commands.a]\ntitle = 3\n" + CHECK, "“title” of the command “a” must be text."),
        ('[commands.a]\nenvironment = "x"\n' + CHECK, "gives texts to variable names."),
        ("[commands.a]\nenvironment = {A = 3}\n" + CHECK, "gives texts to variable names."),
        ('[commands.a]\nenvironment = {"A=B" = "x"}\n' + CHECK, "gives texts to variable names."),
    ],
)
def test_broken_file_is_told_in_a_sentence(tmp_path, settings, text, sentence):
    file = declared(tmp_path, text)
    with pytest.raises(Undeclared) as caught:
        read_commands(file)
    assert sentence in caught.value.sentence
    settings.PORTAL_COMMANDS = str(file)
    assert (command_names(), declaration().problem) == ([], caught.value.sentence)


def test_file_that_is_not_there_is_told(tmp_path, settings):
    settings.PORTAL_COMMANDS = str(tmp_path / "none.toml")
    assert declaration().problem.endswith("none.toml cannot be read: No such file or directory.")


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


def test_flood_of_output_is_kept_at_both_ends():
    code = """
        import sys
        sys.stdout.write("start\\n")
        for n in range(300_000):
            sys.stdout.write(f"line {n:07}\\n")
    """
    ran = run(python(code))
    assert (ran.code, ran.cut) == (0, False)
    assert ran.output.startswith("start\nline 0000000\n")
    assert ran.output.endswith("line 0299999\n")
    written = 6 + 300_000 * 13
    assert ran.left_out == written - HEAD_BYTES - TAIL_BYTES
    assert f"… {ran.left_out:,} bytes left out …" in ran.output


def test_endless_output_is_cut_at_the_limit():
    ran = run(Command("yes", ("yes",), seconds=1))
    assert (ran.cut, len(ran.output.encode()) < 1024 * 1024 + 100) == (True, True)


@linux
def test_command_that_eats_memory_fails():
    ran = run(python("print(len(bytearray(400 * 1024 * 1024)))", memory_mb=200))
    assert (ran.code, "MemoryError" in ran.output) == (1, True)


def test_file_larger_than_allowed_is_not_written(tmp_path):
    ran = run(shell("head -c 3000000 /dev/zero > big", folder=str(tmp_path), file_mb=1))
    assert (ran.code != 0, (tmp_path / "big").stat().st_size) == (True, 1024 * 1024)


def test_output_that_is_no_text_is_replaced():
    assert run(shell(r"printf 'a\377b'")).output == "a\ufffdb"


# --- secrets ----------------------------------------------------------------------------------


def test_secret_of_the_environment_is_hidden(monkeypatch):
    monkeypatch.setenv("BACKUP_TOKEN", "geheim-1234")
    command = shell(
        "echo token $TOKEN.; echo $TOKEN >&2", environment={"TOKEN": "$env:BACKUP_TOKEN"}
    )
    assert run(command).output == "token [secret].\n[secret]\n"
    assert "geheim" not in repr(command)


def test_secret_of_several_lines_is_hidden_line_by_line(monkeypatch):
    monkeypatch.setenv("KEY", "-----BEGIN\nAAAABBBBCCCC\n-----END-")
    command = shell('echo "$KEY" | tail -n 2 | head -n 1', environment={"KEY": "$env:KEY"})
    assert run(command).output == "[secret]\n"


def test_secret_given_by_the_caller_is_hidden():
    assert run(shell("echo sesame-open"), secrets=["sesame-open"]).output == "[secret]\n"


def test_half_of_a_secret_beside_what_is_left_out_is_hidden():
    secret = "geheim-" + "x" * 20
    before, after = HEAD_BYTES - 10, TAIL_BYTES - 10
    code = f"""
        import sys
        sys.stdout.write("a" * {before} + "{secret}" + "b" * 5000 + "{secret}" + "c" * {after})
    """
    ran = run(python(code), secrets=[secret])
    assert ran.left_out > 0
    assert ("geheim" in ran.output, "xxx" in ran.output) == (False, False)


def test_variable_that_the_worker_does_not_have_is_told():
    with pytest.raises(Undeclared) as caught:
        run(shell("true", environment={"TOKEN": "$env:NOT_SET_ANYWHERE"}))
    assert caught.value.sentence == (
        "The command “check” needs the variable NOT_SET_ANYWHERE of the worker, which is not set."
    )
