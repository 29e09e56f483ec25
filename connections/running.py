"""Runs one declared command: no shell, a bare environment, an end in time, and no secret shown."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from connections import warden
from connections.commands import SECRET, Command
from connections.declaring import Undeclared
from connections.exceptions import Trouble
from connections.hiding import hide, hideable

# What the warden needs beyond the command's own time, before it is thought to be stuck.
SPARE_SECONDS = warden.GRACE_SECONDS + warden.ENDING_SECONDS + 5
USUAL_PATH = "/usr/local/bin:/usr/bin:/bin"


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


def run(command: Command, secrets: Iterable[str] = ()) -> Ran:
    """Wait for the command's end or its limit; raises a `Trouble` where it could not be run.

    Nothing that it started runs on afterwards, background processes neither. `secrets` are
    hidden in the output, beside the values that its environment takes from the worker's.
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
        facts, output = _ordered(command, json.dumps(order).encode() + b"\n")
    if facts["why"]:
        raise NotRun(f"The command “{command.name}” {facts['why']}.")
    shown = _shown(output, facts["head"], facts["left_out"], hidden)
    return Ran(facts["code"], shown, facts["seconds"], facts["is_late"], facts["left_out"])


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


def _ordered(command: Command, order: bytes) -> tuple[dict[str, Any], bytes]:
    """What the warden says of the command, and its output."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(warden.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": USUAL_PATH},
        start_new_session=True,
    )
    with process:
        assert process.stdin and process.stdout
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(order)
            process.stdin.flush()
        # The line stays open: its end tells the warden that this worker is no more.
        said = _read(process.stdout, time.monotonic() + command.seconds + SPARE_SECONDS)
        process.kill()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    first, _, rest = said.partition(b"\n")
    last, has_ended, output = rest.partition(b"\n")
    if not has_ended:
        _end_group(first)
        raise NotRun(f"The command “{command.name}” ended the process that watches it.")
    return json.loads(last), output


def _read(stream: IO[bytes], deadline: float) -> bytes:
    """All that is written until the end, or until the time is over."""
    parts = []
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if ready.select(left):
                part = os.read(stream.fileno(), 65536)
                if not part:
                    break
                parts.append(part)
    return b"".join(parts)


def _end_group(said: bytes) -> None:
    with contextlib.suppress(ValueError, KeyError, ProcessLookupError, PermissionError):
        if pid := json.loads(said)["pid"]:
            os.killpg(pid, signal.SIGKILL)


def _shown(output: bytes, head: int, left_out: int, hidden: list[bytes]) -> str:
    """The output as people may see it; a secret that the gap cuts in two is hidden too."""
    if not left_out:
        return hide(output, hidden).decode(errors="replace")
    first, last = output[:head], output[head:]
    for secret in hidden:
        # The middle of a secret may be what is missing, so each side is held against it alone.
        first = first[: len(first) - _longest(secret, first.endswith, from_start=True)]
        last = last[_longest(secret, last.startswith, from_start=False) :]
    gap = f"\n… {left_out:,} bytes left out …\n".encode()
    return (hide(first, hidden) + gap + hide(last, hidden)).decode(errors="replace")


def _longest(secret: bytes, is_there: Any, *, from_start: bool) -> int:
    """How many characters of the secret stand at the edge."""
    for size in range(len(secret) - 1, 0, -1):
        if is_there(secret[:size] if from_start else secret[-size:]):
            return size
    return 0
