"""S9 and S10: clean clone to first page, warm start, the end, and the memory of all at rest.

`python -m bench.setup` clones the last commit into var/ and runs `make run` there twice;
`python -m bench.setup --here` skips the clone and measures this checkout's warm start only.
"""

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
REST_SECONDS = 20
READY = "Ctrl-C stops everything."


def main() -> None:
    print(f"{'measure':32} {'goal':>8} {'found':>8}")
    if "--here" in sys.argv:
        start_and_look(PROJECT, "warm start", goal=8)
        return
    with tempfile.TemporaryDirectory(dir=PROJECT / "var", prefix="clone-") as folder:
        clone = Path(folder) / "portal"
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        stop(start(clone, "clean clone to first page", goal=120, began=began))
        start_and_look(clone, "warm start", goal=8)
        shutil.rmtree(clone)


def start_and_look(project: Path, name: str, goal: int) -> None:
    process = start(project, name, goal, began=time.monotonic())
    time.sleep(REST_SECONDS)
    memory(process.pid)
    stop(process)


def start(project: Path, name: str, goal: int, began: float) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        ["make", "run", *(f"{name}={port}" for name, port in free_ports().items())],
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    told = []
    for line in process.stdout:
        told.append(line)
        if READY in line:
            report(name, f"{goal} s", f"{time.monotonic() - began:.1f} s")
            return process
    raise SystemExit("".join(told))


def stop(process: "subprocess.Popen[str]") -> None:
    began = time.monotonic()
    # To all of make's group, as a terminal does.
    for pid in family(process.pid):
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[2] == str(process.pid):
            subprocess.run(["kill", "-INT", str(pid)], check=False)
    process.communicate()
    report("Ctrl-C to the end", "10 s", f"{time.monotonic() - began:.1f} s")


def memory(root: int) -> None:
    """The proportional share of every process below the supervisor, summed by its kind."""
    kinds: dict[str, list[int]] = {}
    for pid in family(root):
        kinds.setdefault(kind(pid), []).append(share(pid))
    for name, shares in sorted(kinds.items(), key=lambda pair: -sum(pair[1])):
        report(f"  {name} ({len(shares)})", "", f"{sum(shares) / 1024:.0f} MB")
    total = sum(sum(shares) for shares in kinds.values())
    report("memory of all at rest (PSS)", "600 MB", f"{total / 1024:.0f} MB")


def family(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found, queue = [root], [root]
    while queue:
        more = children.get(queue.pop(), [])
        found += more
        queue += more
    return found


def kind(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    # Those that are forked have the supervisor's command line and a name of their own.
    command = Path(f"/proc/{pid}/comm").read_text() + command
    known = {
        r"^web-|embedded\.web": "web",
        r"^worker-gates|-n gates@": "worker gates",
        r"^worker-messages|-n messages@": "worker messages",
        r"^beat|deploy_portal beat": "beat",
        r"embedded\.mailbox": "mail catcher",
        r"examples\.sample": "sample service",
        r"postgres": "PostgreSQL",
        r"valkey-server": "Valkey",
        r"embedded run": "supervisor",
    }
    return next((name for pattern, name in known.items() if re.search(pattern, command)), "other")


def share(pid: int) -> int:
    """Kilobytes; what is shared counts for each sharer in part."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1])  # type: ignore[index]


def free_ports() -> dict[str, int]:
    names = ("PORT", "MAIL_PORT", "SMTP_PORT", "SAMPLE_PORT", "SAMPLE_TLS_PORT")
    with ExitStack() as stack:
        servers = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        return {name: server.getsockname()[1] for name, server in zip(names, servers, strict=True)}


def report(name: str, goal: str, found: str) -> None:
    print(f"{name:32} {goal:>8} {found:>8}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main()
