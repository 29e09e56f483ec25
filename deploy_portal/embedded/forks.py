"""How do the portal's own processes hold once what all of them load?

Started one by one, each would have a hundred megabytes of the same modules to itself. So the
supervisor loads them, and what would be `python -m MODULE …` is forked from it; pages that nobody
writes to are shared. A program's command line stays what is run: where nothing has been loaded,
as on macOS, whose libraries do not survive a fork, it is started by it as anything else.
"""

import ctypes
import gc
import importlib
import io
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import IO

from .children import Program, die_with_parent
from .identity import libc

PORTAL = "deploy_portal.loaded"
MULTIPROCESSING = multiprocessing.get_context("fork")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_NAME = 15
M_ARENA_MAX = -8


class Forked:
    """As much of a `subprocess.Popen` as the supervisor asks of one."""

    def __init__(self, process: multiprocessing.context.ForkProcess) -> None:
        self._process = process
        self.pid = int(process.pid or 0)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> None:
        self._process.join()

    def send_signal(self, wanted: signal.Signals) -> None:
        os.kill(self.pid, wanted)


def load(environment: Mapping[str, str]) -> None:
    """Load what every process of the portal loads, told what they will be told."""
    if sys.platform != "linux":
        return
    with suppress(AttributeError):
        # Read from the environment only by a program that starts; other C libraries have none.
        libc.mallopt(M_ARENA_MAX, int(environment["MALLOC_ARENA_MAX"]))
    # The collector writes to all that it looks at, and what it frees leaves holes in pages that
    # whoever is forked would fill: either way a page is shared no more.
    gc.disable()
    before = dict(os.environ)
    replace_environment(environment)
    try:
        importlib.import_module(PORTAL)
    finally:
        replace_environment(before)
        gc.freeze()
        gc.enable()


def replace_environment(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def is_possible(program: Program) -> bool:
    return program.is_portal and PORTAL in sys.modules


def fork(program: Program, log: Path, answer: IO[bytes] | None) -> Forked:
    process = MULTIPROCESSING.Process(
        target=_become,
        args=(program, log, answer, os.getpid()),
        name=program.name,
        # Nobody waits for it at the end of a supervisor that failed.
        daemon=True,
    )
    # One that is ended before it is itself must not take that for its supervisor's concern.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    return Forked(process)


def _become(program: Program, log: Path, answer: IO[bytes] | None, parent: int) -> None:
    """Be what starting the program would have made of us."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for wanted in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(wanted, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    die_with_parent(parent, program.death_signal)
    libc.prctl(PR_SET_NAME, ctypes.c_char_p(program.name.encode()))
    _take_over_files(log, answer, program.pass_fds)
    replace_environment(program.environment)
    importlib.import_module(PORTAL).begin()
    _, *arguments = program.argv
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


def _take_over_files(log: Path, answer: IO[bytes] | None, kept: Sequence[int]) -> None:
    """What the supervisor holds open, its lock and its sockets, is not ours."""
    with Path(os.devnull).open("rb") as nothing, log.open("ab") as output:
        os.dup2(nothing.fileno(), 0)
        os.dup2((answer or output).fileno(), 1)
        os.dup2(output.fileno(), 2)
    for before, after in pairwise([*sorted({0, 1, 2, *kept}), os.sysconf("SC_OPEN_MAX")]):
        os.closerange(before + 1, after)
    # multiprocessing's own was among what is closed now.
    sys.stdin = os.fdopen(0, closefd=False)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
