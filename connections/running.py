"""Runs one declared command: no shell, a bare environment, an end in time, and no secret shown."""

import contextlib
import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connections import warden
from connections.commands import SECRET, Command
from connections.declaring import Undeclared
from connections.exceptions import Trouble
from connections.hiding import hideable
from connections.output import Followed, shown

# What the warden needs beyond the command's own time, before it is thought to be stuck.
SPARE_SECONDS = warden.GRACE_SECONDS + warden.ENDING_SECONDS + 5
USUAL_PATH = "/usr/local/bin:/usr/bin:/bin"
FOLLOW_SECONDS = 1.0
LIVE_PIPE_BYTES = 1024 * 1024
# Gets what the command has said so far, without secrets, and says whether it may go on.
Follow = Callable[[str], bool]


class NotRun(Trouble):
    """The command could not be started, or ended the process that watches it."""


@dataclass(frozen=True)
class Ran:
    """How a command ended: its exit code, negative for a signal.

    `cut` when its time was over and it was ended; `left_out` bytes are missing in the middle of
    the output.
    """

    code: int
    output: str
    seconds: float
    cut: bool
    left_out: int = 0


def run(command: Command, secrets: Iterable[str] = (), follow: Follow | None = None) -> Ran:
    """Wait for the command's end or its limit; raises a `Trouble` where it could not be run.

    Nothing that it started runs on afterwards, background processes neither. `secrets` are
    hidden in the output, beside the values that its environment takes from the worker's.
    `follow` is asked about every second; once it says no the command is ended, as by its limit.
    """
    environment, own_secrets = _environment(command, os.environ)
    hidden = hideable([*secrets, *own_secrets])
    with tempfile.TemporaryDirectory(prefix="command-", ignore_cleanup_errors=True) as folder:
        order = {
            "argv": command.argv,
            "folder": command.folder or folder,
            "seconds": command.seconds,
            "memory_mb": command.memory_mb,
            "file_mb": command.file_mb,
            "environment": environment,
        }
        facts, output = _ordered(command, order, hidden, follow)
    if facts["why"]:
        raise NotRun(f"The command “{command.name}” {facts['why']}.")
    said = shown(output, facts["head"], facts["left_out"], hidden)
    return Ran(facts["code"], said, facts["seconds"], facts["is_late"], facts["left_out"])


def _environment(command: Command, around: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The command's whole environment, and the secrets in it."""
    given, secrets = {"PATH": around.get("PATH") or USUAL_PATH}, list[str]()
    for name, value in command.environment.items():
        given[name] = value
        if value.startswith(SECRET):
            source = value.removeprefix(SECRET)
            if source not in around:
                raise Undeclared(
                    f"The command “{command.name}” needs the variable {source} of the worker,"
                    " which is not set."
                )
            given[name] = around[source]
            secrets.append(around[source])
    return given, secrets


def _ordered(
    command: Command, order: dict[str, Any], hidden: list[bytes], follow: Follow | None
) -> tuple[dict[str, Any], bytes]:
    """What the warden says of the command, and its output."""
    live, live_end = _live_pipe() if follow else (None, None)
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(warden.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": USUAL_PATH},
            start_new_session=True,
            pass_fds=() if live_end is None else (live_end,),
        )
        _close(live_end)
        with process:
            assert process.stdin and process.stdout
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps({**order, "live": live_end}).encode() + b"\n")
                process.stdin.flush()
            # The line stays open: its end tells the warden that this worker is no more.
            deadline = time.monotonic() + command.seconds + SPARE_SECONDS
            said = _read(process, deadline, live, Followed(hidden), follow)
            process.kill()
            _hang_up(process)
    finally:
        _close(live)
    first, _, rest = said.partition(b"\n")
    last, has_ended, output = rest.partition(b"\n")
    if not has_ended:
        _end_group(first)
        raise NotRun(f"The command “{command.name}” ended the process that watches it.")
    return json.loads(last), output


def _live_pipe() -> tuple[int, int]:
    """Where the output comes at once; the warden never waits for whoever reads it."""
    read_end, write_end = os.pipe()
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, LIVE_PIPE_BYTES)
    os.set_blocking(write_end, False)
    return read_end, write_end


def _close(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def _hang_up(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(BrokenPipeError):
        if process.stdin:
            process.stdin.close()


def _read(
    process: "subprocess.Popen[bytes]",
    deadline: float,
    live: int | None,
    followed: Followed,
    follow: Follow | None,
) -> bytes:
    """All that the warden says until its end, or until the time is over."""
    parts: list[bytes] = []
    stream, asked_at = process.stdout, time.monotonic()
    assert stream is not None
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        if live is not None:
            ready.register(live, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in ready.select(min(left, FOLLOW_SECONDS) if follow else left):
                part = os.read(key.fd, 65536)
                if key.fd == stream.fileno():
                    if not part:
                        return b"".join(parts)
                    parts.append(part)
                elif part:
                    followed.add(part)
                else:
                    ready.unregister(key.fd)
                    followed.is_cut = True
            if follow and time.monotonic() - asked_at >= FOLLOW_SECONDS:
                asked_at = time.monotonic()
                if not follow(followed.shown()):
                    follow = None
                    _hang_up(process)
    return b"".join(parts)


def _end_group(said: bytes) -> None:
    with contextlib.suppress(ValueError, KeyError, ProcessLookupError, PermissionError):
        if pid := json.loads(said)["pid"]:
            os.killpg(pid, signal.SIGKILL)
