"""The process between a worker and a command: starts it, and leaves nothing of it running.

It is a program of its own, with nothing but the standard library: a worker has threads and may
not fork by itself, and here every orphan of the command comes home to be ended (Linux: "child
subreaper"). It takes one line of JSON, says the command's process id, and at last what became of
it, followed by its output; meanwhile a pipe that the order names gets the output as it comes. When
the worker dies, its end of the line closes, and all is ended.

Not caught: a process that another service starts (at, systemd, a container), one of another user,
and what the command starts outside its group after killing this process.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 1024 * 1024 - HEAD_BYTES
# Time between the request to end and the end itself.
GRACE_SECONDS = 1.0
ENDING_SECONDS = 5.0
TICK_MS = 20
MEGABYTE = 1024 * 1024
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PROCESSES = Path("/proc")


@dataclass
class Kept:
    """The first and the last part of an output of any length."""

    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    left_out: int = 0

    def add(self, part: bytes) -> None:
        room = HEAD_BYTES - len(self.head)
        self.head += part[:room]
        self.tail += part[room:]
        if len(self.tail) > 2 * TAIL_BYTES:
            self.shorten()

    def shorten(self) -> None:
        too_many = max(0, len(self.tail) - TAIL_BYTES)
        self.left_out += too_many
        del self.tail[:too_many]


@dataclass
class Held:
    """The command while it runs; `status` is known once its first process has ended."""

    pid: int
    output: int
    kept: Kept = field(default_factory=Kept)
    status: int | None = None
    live: int | None = None
    is_open: bool = True

    def wait(self, until: Callable[[], bool], deadline: float) -> bool:
        """Read its output until this is so (True), the time is over, or the worker is gone."""
        while time.monotonic() < deadline:
            self.reap()
            if until():
                return True
            if self.read(TICK_MS):
                return False
        return until()

    def read(self, milliseconds: int) -> bool:
        """Take what it wrote; True when the worker hung up."""
        poll = select.poll()
        poll.register(0, select.POLLHUP)
        if self.is_open:
            poll.register(self.output, select.POLLIN | select.POLLHUP)
        for handle, _ in poll.poll(milliseconds):
            if handle == 0:
                return True
            self.take()
        return False

    def take(self) -> bool:
        """One part of the output; False when there is none."""
        try:
            part = os.read(self.output, 65536)
        except BlockingIOError:
            return False
        self.is_open = bool(part)
        self.kept.add(part)
        self.show(part)
        return bool(part)

    def show(self, part: bytes) -> None:
        """At once to whoever follows; one who cannot keep up gets no more, so that none waits."""
        if self.live is None or not part:
            return
        try:
            was_taken = os.write(self.live, part) == len(part)
        except OSError:
            was_taken = False
        if not was_taken:
            os.close(self.live)
            self.live = None

    def drain(self) -> None:
        """What is still in the pipe; nobody writes any more, and it holds little."""
        for _ in range(64):
            if not self.is_open or not self.take():
                return

    def reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid == self.pid:
                    self.status = os.waitstatus_to_exitcode(status)

    def signal(self, number: int) -> int:
        """Send it to every process that descends from the command; how many there are."""
        found = descendants(os.getpid())
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        if self.status is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)
        return len(found)

    def end(self) -> None:
        """Stop all of them first, so that none can start others, until none is left."""
        latest = time.monotonic() + ENDING_SECONDS
        while time.monotonic() < latest:
            self.signal(signal.SIGSTOP)
            left = self.signal(signal.SIGKILL)
            time.sleep(0.005)
            self.reap()
            if not left and self.status is not None:
                return


def descendants(ancestor: int) -> list[int]:
    """Every living process below this one, by what the system says of their parents."""
    children: dict[int, list[int]] = {}
    for entry in PROCESSES.iterdir() if PROCESSES.is_dir() else ():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                # The name of a process may hold anything, brackets too.
                state, parent, *_ = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                if state not in (b"Z", b"X"):
                    children.setdefault(int(parent), []).append(int(entry.name))
    found, ahead = list[int](), [ancestor]
    while ahead:
        below = children.get(ahead.pop(), [])
        found += below
        ahead += below
    return found


def start(order: dict[str, Any]) -> tuple[Held | None, str]:
    """The running command, or why it cannot be started."""
    read_end, write_end = os.pipe()
    failed, failing = os.pipe()
    pid = os.fork()
    if pid == 0:
        become(order, write_end, failing)
    os.close(write_end)
    os.close(failing)
    why = os.read(failed, 1000).decode(errors="replace")
    os.close(failed)
    if why:
        os.waitpid(pid, 0)
        return None, why
    os.set_blocking(read_end, False)
    return Held(pid, read_end, live=order.get("live")), ""


def become(order: dict[str, Any], output: int, failing: int) -> None:
    """Turn this process into the command; never returns."""
    step = "cannot be started"
    try:
        os.setsid()
        told(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        step = "cannot be run in its folder"
        os.chdir(order["folder"])
        step = "cannot be started"
        limit(order)
        os.execvpe(order["argv"][0], order["argv"], order["environment"])  # noqa: S606
    except Exception as error:  # noqa: BLE001
        said = getattr(error, "strerror", None) or error
        os.write(failing, f"{step}: {said}".encode())
    os._exit(127)


def limit(order: dict[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if order["file_mb"] is not None:
        size = order["file_mb"] * MEGABYTE
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    memory = order["memory_mb"] * MEGABYTE
    with contextlib.suppress(ValueError):  # the machine's own limit is lower already
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def told(option: int, value: int) -> None:
    """Ask the kernel; other systems than Linux go without."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def say(facts: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n")
    sys.stdout.buffer.flush()


def watch(held: Held, seconds: float) -> bool:
    """Until its first process ends, or the time is over (True); then nothing of it runs."""
    ended = held.wait(lambda: held.status is not None, time.monotonic() + seconds)
    if not ended:
        held.signal(signal.SIGTERM)
        held.signal(signal.SIGCONT)
        latest = time.monotonic() + GRACE_SECONDS
        held.wait(lambda: held.status is not None and not descendants(os.getpid()), latest)
    held.end()
    held.drain()
    held.kept.shorten()
    return not ended


def main() -> None:
    order = json.loads(sys.stdin.buffer.readline())
    if order.get("live") is not None:
        os.set_inheritable(order["live"], False)
    told(PR_SET_CHILD_SUBREAPER, 1)
    began = time.monotonic()
    held, why = start(order)
    if held is None:
        say({"pid": 0})
        say({"why": why})
        return
    say({"pid": held.pid})
    is_late = watch(held, order["seconds"])
    kept = held.kept
    say(
        {
            "why": "",
            "code": -signal.SIGKILL if held.status is None else held.status,
            "is_late": is_late,
            "seconds": time.monotonic() - began,
            "head": len(kept.head),
            "left_out": kept.left_out,
        }
    )
    sys.stdout.buffer.write(kept.head + kept.tail)


if __name__ == "__main__":
    main()
