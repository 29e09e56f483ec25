"""Is a process that another run left behind still alive, and is it ours?"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path


def command_line(pid: int) -> str:
    """The command of a living process; empty when there is none, or only a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except (OSError, UnicodeDecodeError):
            return ""
    answer = subprocess.run(
        ["ps", "-o", "state=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, command = answer.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else command.strip()


def is_alive(pid: int, marker: str) -> bool:
    """Whether the process lives and its command line carries the marker (pids are reused)."""
    return marker in command_line(pid)


def wait_for_end(pid: int, marker: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while is_alive(pid, marker):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def end(pid: int, marker: str, *, patience: float) -> None:
    """End a left-over process: politely, then not."""
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        if not is_alive(pid, marker):
            return
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, wanted)
        wait_for_end(pid, marker, patience)
