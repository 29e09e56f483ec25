"""How is a program started so that it never outlives us?"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .identity import Identity, libc, stay

PR_SET_PDEATHSIG = 1


@dataclass
class Program:
    """What to run, and how it wants to be ended.

    `order`: lower numbers are stopped first. `patience`: seconds between the polite signal and
    SIGKILL. `death_signal`: what the kernel sends it when the supervisor itself is killed.
    `before`: runs ahead of every start, restarts included. `is_portal`: whether it is the portal
    itself, which may be forked from a supervisor that has loaded it (forks.py).
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    order: int = 0
    patience: float = 2.0
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    identity: Identity = field(default_factory=lambda: Identity(stay))
    pass_fds: Sequence[int] = ()
    before: Callable[[], None] = stay
    is_portal: bool = False


def die_with_parent(parent: int, death_signal: int) -> None:
    """Ask the kernel for a signal when the parent goes; macOS has no such thing."""
    if sys.platform != "linux":
        return
    libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(death_signal))
    if os.getppid() != parent:  # it went before we asked
        os._exit(1)


def spawn(program: Program, log: Path, answer: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own; what it says goes to the log, or to `answer`."""
    parent = os.getpid()

    def enter() -> None:
        program.identity.enter()
        # Last: a change of credentials clears it.
        die_with_parent(parent, program.death_signal)

    program.before()
    with log.open("ab") as output:
        return subprocess.Popen(
            program.argv,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=answer or output,
            stderr=output,
            start_new_session=True,
            pass_fds=program.pass_fds,
            # The supervisor has one thread, so running Python between fork and exec is safe.
            preexec_fn=enter,
        )


def kill_group(pid: int) -> None:
    """End a child and all it started in its session, at once."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
