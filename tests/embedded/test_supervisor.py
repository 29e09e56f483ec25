"""The supervisor itself, with programs that are easy to look at."""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from deploy_portal.embedded import folders
from deploy_portal.embedded.children import Program
from deploy_portal.embedded.problem import Problem
from deploy_portal.embedded.supervisor import Supervisor
from tests.embedded.conftest import children_of, is_gone
from tests.waiting import until

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def sentences() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, sentences: list[str]) -> Supervisor:
    return Supervisor(folders.prepare(tmp_path), sentences.append)


def says_ready(log: Path) -> bool:
    return "ready" in log.read_text()


def script(text: str, name: str = "toy", **more: object) -> Program:
    return Program(name, [sys.executable, "-c", text], **more)  # type: ignore[arg-type]


def test_a_stubborn_program_and_what_it_started_are_ended(supervisor: Supervisor) -> None:
    child = supervisor.start(script(STUBBORN, patience=0.5))
    log = supervisor.folders.log("toy")
    supervisor.wait_ready(child, partial(says_ready, log), 10)
    below = [child.process.pid, *children_of(child.process.pid)]
    assert len(below) == 2
    supervisor.stop()
    until(lambda: all(is_gone(pid) for pid in below))


def test_lower_orders_end_first(supervisor: Supervisor, tmp_path: Path) -> None:
    told = tmp_path / "told"
    text = (
        "import signal, sys, time, pathlib\n"
        "def end(*_):\n"
        f"    pathlib.Path({str(told)!r}).open('a').write(sys.argv[1])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready', flush=True)\n"
        "time.sleep(600)\n"
    )
    for order in (3, 1, 2):
        program = script(text, f"toy-{order}", order=order)
        program.argv = [*program.argv, str(order)]
        child = supervisor.start(program)
        log = supervisor.folders.log(program.name)
        supervisor.wait_ready(child, partial(says_ready, log), 10)
    supervisor.stop()
    assert told.read_text() == "123"


def test_a_program_that_dies_is_started_again_after_a_growing_pause(
    supervisor: Supervisor, sentences: list[str]
) -> None:
    child = supervisor.start(script("raise SystemExit(3)"))
    pauses = []
    for _ in range(2):
        child.process.wait()
        supervisor.revive(child)
        pauses.append(child.pause)
        child.due = time.monotonic()
        supervisor.revive(child)
    supervisor.stop()
    assert pauses == [1.0, 2.0]
    assert sentences[0] == "toy ended (exit code 3); starting it again in 1 s."


def test_a_step_that_fails_shows_the_end_of_its_log(supervisor: Supervisor) -> None:
    with pytest.raises(Problem) as caught:
        supervisor.do(script("raise SystemExit('no disk left')"))
    log = supervisor.folders.log("toy")
    assert str(caught.value) == f"toy failed; its log is {log}:\n  | no disk left"


def test_a_program_that_never_gets_ready_is_a_problem(supervisor: Supervisor) -> None:
    child = supervisor.start(script("import time; time.sleep(600)"))
    with pytest.raises(Problem, match=r"^toy was not ready after 0 s; "):
        supervisor.wait_ready(child, lambda: False, 0.1)
    supervisor.stop()


def test_left_overs_of_a_killed_supervisor_are_ended(supervisor: Supervisor) -> None:
    child = supervisor.start(script("import time; time.sleep(600)"))
    # What macOS knows after kill -9: only the register.
    Supervisor(supervisor.folders, print).end_left_overs()
    until(lambda: child.process.poll() is not None)
    assert child.process.returncode == -signal.SIGTERM
    assert is_gone(child.process.pid)


def test_a_number_that_belongs_to_somebody_else_is_left_alone(supervisor: Supervisor) -> None:
    supervisor.register.write_text(f'[[{os.getpid()}, "/no/such/program of ours"]]')
    supervisor.end_left_overs()
    assert not is_gone(os.getpid())


def test_an_answer_is_only_what_goes_to_standard_output(supervisor: Supervisor) -> None:
    text = "import sys; print('who: anna'); print('careful', file=sys.stderr)"
    assert supervisor.ask(script(text)) == "who: anna"
    assert supervisor.folders.log("toy").read_text() == "careful\n"


def test_a_process_of_the_portal_is_started_where_nothing_was_loaded(
    supervisor: Supervisor,
) -> None:
    text = "import sys; print(sys.argv[0], 'django' in sys.modules)"
    assert supervisor.ask(script(text, is_portal=True)) == "-c False"
