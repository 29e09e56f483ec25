"""Commands that are only declared here, and whether any of their processes still lives."""

from __future__ import annotations

import os
import sys
import textwrap
import time

from connections.commands import Command
from connections.warden import PROCESSES


def python(code: str, **facts) -> Command:
    return Command("check", (sys.executable, "-c", textwrap.dedent(code)), **facts)


def shell(code: str, **facts) -> Command:
    return Command("check", ("/bin/sh", "-c", code), **facts)


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
