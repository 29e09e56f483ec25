"""What is loaded once for all processes of the portal, and what each of them is after the fork."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy_portal.embedded import portal
from deploy_portal.embedded.folders import PROJECT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked elsewhere")

TOLD = """
import json, os, sys
from deploy_portal.embedded import forks
os.environ["OF_THE_CALLER"] = "1"
forks.load(json.loads(sys.argv[1]))
"""
OPEN = """
files = "/proc/self/fd"
print(json.dumps([
    len(os.listdir("/proc/self/task")),
    [number for number in os.listdir(files) if os.path.exists(f"{files}/{number}")],
    "SECRET_KEY" in os.environ,
    os.environ["OF_THE_CALLER"],
]))
"""
LATER = """
forks.replace_environment(json.loads(sys.argv[1]))
before = set(sys.modules)
import deploy_portal.asgi, deploy_portal.embedded.web, celery.__main__
from deploy_portal.celery import app
app.loader.init_worker()
print(json.dumps(sorted(set(sys.modules) - before)))
"""
FORKED = """
from pathlib import Path
from deploy_portal.embedded import folders
from deploy_portal.embedded.children import Program
from deploy_portal.embedded.supervisor import Supervisor

told = json.loads(sys.argv[1])
root = Path(told["PORTAL_VAR"])
held = folders.lock(root)
supervisor = Supervisor(folders.prepare(root), print)
supervisor.listen()

def program(name, **more):
    argv = [sys.executable, str(root / "script.py"), name]
    return Program(name, argv, told | more, is_portal=True)

one, other = (supervisor.ask(program(name, DATABASE_POOL=name)) for name in "01")
child = supervisor.start(program("fails"))
noted = supervisor.register.read_text()
child.process.wait()
print(json.dumps([os.getpid(), json.loads(one), json.loads(other), child.process.poll(), noted]))
"""
SCRIPT = """
import json, os, signal, sys
from django.conf import settings

files = "/proc/self/fd"
if sys.argv[1] == "fails":
    os.kill(os.getpid(), signal.SIGTERM)
print(json.dumps({
    "parent": os.getppid(),
    "leads": os.getpid() == os.getsid(0),
    "name": open("/proc/self/comm").read().strip(),
    "arguments": sys.argv[1:],
    "open": [number for number in os.listdir(files) if os.path.exists(f"{files}/{number}")],
    "environment": ["OF_THE_CALLER" in os.environ, os.environ["TZ"]],
    "pooled": "pool" in settings.DATABASES["default"]["OPTIONS"],
}))
"""


def run(script: str, tmp_path: Path) -> str:
    environment = portal.environment(tmp_path, {}, web=1, smtp=1)
    told = json.dumps(portal.serving(environment))
    answer = subprocess.run(
        [sys.executable, "-c", TOLD + script, told],
        cwd=PROJECT,
        env={"PATH": environment["PATH"]},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return answer.stdout.strip().splitlines()[-1]


def test_what_is_loaded_has_no_thread_and_no_connection_and_leaves_the_callers_environment(
    tmp_path: Path,
) -> None:
    threads, files, is_told, kept = json.loads(run(OPEN, tmp_path))
    assert (threads, files) == (1, ["0", "1", "2"])
    assert (is_told, kept) == (False, "1")


def test_a_process_loads_only_itself_after_the_fork(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    assert json.loads(run(LATER, tmp_path)) == [
        "celery.__main__",
        "deploy_portal.asgi",
        "deploy_portal.embedded.web",
        "deploy_portal.wsgi",
    ]


def test_a_forked_program_is_as_if_it_had_been_started(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    supervisor, told, pooled, ended, noted = json.loads(run(FORKED, tmp_path))
    assert told == {
        "parent": supervisor,
        "leads": True,
        "name": "0",
        "arguments": ["0"],
        # Neither the lock nor a socket of the supervisor.
        "open": ["0", "1", "2"],
        "environment": [False, "UTC"],
        "pooled": False,
    }
    # Told otherwise than the supervisor was when it loaded.
    assert pooled["pooled"] is True
    # Not swallowed by what the supervisor does about signals.
    assert ended == -signal.SIGTERM
    # It has the supervisor's command line, and no later supervisor may take it for a left-over.
    assert noted == "[]"
