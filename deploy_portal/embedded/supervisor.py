"""Who starts the programs, keeps them running, and ends them all?"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import IO

from . import forks, processes
from .children import Program, kill_group, spawn
from .folders import Folders
from .identity import stay
from .problem import Problem

TICK = 0.1
LONGEST_PAUSE = 30.0
# A child that lived this long starts again without a pause.
STEADY_AFTER = 30.0


class Interrupted(Exception):
    """Somebody asked for the end while something was still starting."""


@dataclass
class Child:
    """A running program, and what its restarts have been like."""

    program: Program
    process: subprocess.Popen[bytes] | forks.Forked
    started: float
    pause: float = 0.5
    due: float = 0.0


class Supervisor:
    """Direct parent of every program, so that each one is reaped and none is left behind."""

    def __init__(self, folders: Folders, say: Callable[[str], None]) -> None:
        self.folders = folders
        self.say = say
        self.children: list[Child] = []
        self.interrupts = 0
        self.stopping = False
        self.register = folders.root / "run" / "children.json"

    def listen(self) -> None:
        for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(wanted, self.interrupt)

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.interrupts += 1
        if self.interrupts > 1:
            for child in self.children:
                kill_group(child.process.pid)

    def pause(self, seconds: float = TICK) -> None:
        """Sleep, unless the end was asked for."""
        if self.interrupts and not self.stopping:
            raise Interrupted
        time.sleep(seconds)

    def end_left_overs(self) -> None:
        """End what a killed supervisor left; only macOS leaves any, Linux has PDEATHSIG."""
        with suppress(OSError, ValueError):
            for pid, marker in json.loads(self.register.read_text()):
                processes.end(pid, marker, patience=3)

    def note_children(self) -> None:
        # One that was forked has our command line, by which it could not be told from the next us.
        found = [
            (child.process.pid, processes.command_line(child.process.pid))
            for child in self.children
            if isinstance(child.process, subprocess.Popen)
        ]
        self.register.write_text(json.dumps([pair for pair in found if pair[1]]))

    def start(self, program: Program, answer: IO[bytes] | None = None) -> Child:
        child = Child(program, self.begin(program, answer), started=time.monotonic())
        self.children.append(child)
        self.note_children()
        return child

    def begin(
        self, program: Program, answer: IO[bytes] | None = None
    ) -> subprocess.Popen[bytes] | forks.Forked:
        way = forks.fork if forks.is_possible(program) else spawn
        return way(program, self.folders.log(program.name), answer)

    def wait_ready(self, child: Child, is_ready: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not is_ready():
            if child.process.poll() is not None:
                raise Problem(
                    f"{child.program.name} ended while starting; {self.last_words(child)}"
                )
            if time.monotonic() > until:
                raise Problem(
                    f"{child.program.name} was not ready after {seconds:.0f} s; "
                    f"{self.last_words(child)}"
                )
            self.pause(0.02)

    def last_words(self, child: Child) -> str:
        return last_words(self.folders.log(child.program.name))

    def do(self, *programs: Program, meanwhile: Callable[[], None] = stay) -> None:
        """Run programs beside each other to their end; the failure of one is ours."""
        begun = [self.start(program) for program in programs]
        try:
            meanwhile()
        finally:
            for child in begun:
                self.finish(child)

    def ask(self, program: Program) -> str:
        """What a program answers; its complaints are in its log."""
        with tempfile.TemporaryFile() as answer:
            self.finish(self.start(program, answer))
            answer.seek(0)
            return answer.read().decode(errors="replace").strip()

    def finish(self, child: Child) -> None:
        while child.process.poll() is None:
            self.pause(0.02)
        self.children.remove(child)
        if child.process.returncode != 0:
            raise Problem(f"{child.program.name} failed; {self.last_words(child)}")

    def watch(self) -> None:
        """Keep everything running until somebody asks for the end."""
        with suppress(Interrupted):
            while True:
                self.pause()
                for child in self.children:
                    self.revive(child)

    def revive(self, child: Child) -> None:
        now = time.monotonic()
        code = child.process.poll()
        if code is None:
            return
        if not child.due:
            # What it started in its session must not live beside the next one.
            kill_group(child.process.pid)
            steady = now - child.started > STEADY_AFTER
            child.pause = 0.5 if steady else min(child.pause * 2, LONGEST_PAUSE)
            child.due = now + child.pause
            self.say(
                f"{child.program.name} ended ({reason(code)}); "
                f"starting it again in {child.pause:.0f} s."
            )
        elif now >= child.due:
            child.process = self.begin(child.program)
            child.started, child.due = now, 0.0
            self.note_children()

    def stop(self) -> None:
        """End everything, one order after the other, each within its patience."""
        self.stopping = True
        ranked = sorted(self.children, key=lambda child: child.program.order)
        for _order, group in groupby(ranked, key=lambda child: child.program.order):
            self.stop_together(list(group))
        self.children.clear()
        self.register.unlink(missing_ok=True)

    def stop_together(self, children: list[Child]) -> None:
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal)
        until = time.monotonic() + max(child.program.patience for child in children)
        while any(child.process.poll() is None for child in children):
            if time.monotonic() > until:
                break
            time.sleep(0.02)
        for child in children:
            kill_group(child.process.pid)
            child.process.wait()


def reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def last_words(log: Path, lines: int = 15) -> str:
    """Where to read on, and the end of it."""
    try:
        told = log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        told = []
    return "\n".join([f"its log is {log}:", *(f"  | {line}" for line in told)])


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()
