"""The portal's own copy of a declared repository: fetched anew, and asked while it is held.

What others wrote decides nothing here: the copy is bare and its settings are the portal's, no
hook, filter, helper, pager or program that a repository names is run, and git dials the declared
place by the declared protocol only. Every call goes through `running.run`.
"""

import base64
import contextlib
import fcntl
import math
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connections.commands import Command
from connections.declaring import Undeclared
from connections.exceptions import Trouble
from connections.repositories import Repository
from connections.running import NotRun, Ran, run

# The first git whose `merge-tree --write-tree` tells conflicts without a working tree.
OLDEST = (2, 38)
PAUSE_SECONDS = 0.1
REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


class NotAnswered(Trouble):
    """Git could not be asked, or said what cannot be trusted."""


@dataclass(frozen=True)
class Mirror:
    """A copy that nobody else touches; `until` is when the time for all of its calls is over."""

    repository: Repository
    folder: Path
    until: float

    @property
    def copy(self) -> Path:
        return self.folder / "copy.git"

    @property
    def half_done(self) -> Path:
        """Stands while git writes: whatever ends it then leaves a copy that is thrown away."""
        return self.folder / "half-done"

    def ask(self, *arguments: str, ends: tuple[int, ...] = (0,)) -> Ran:
        """What git says; raises `NotAnswered` for another exit code than these, or no time left."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise self.too_slow
        token = _token(self.repository)
        command = Command(
            "git",
            ("git", "--no-pager", *arguments),
            folder=str(self.folder),
            seconds=max(1, math.ceil(left)),
            memory_mb=self.repository.memory_mb,
            file_mb=self.repository.file_mb,
            environment=_environment(self, token),
        )
        ran = run(command, secrets=[token, _basic(self.repository, token)] if token else [])
        if ran.cut:
            raise self.too_slow
        if ran.code not in ends:
            raise NotAnswered(f"“{self.repository.name}” could not be asked: {_said(ran)}.")
        return ran

    @property
    def too_slow(self) -> NotAnswered:
        name, seconds = self.repository.name, self.repository.seconds
        return NotAnswered(f"“{name}” was not fetched and read within {seconds} s.")


@contextlib.contextmanager
def fetched(repository: Repository) -> Iterator[Mirror]:
    """A copy that holds what the repository holds now; never an older one, should that fail."""
    until = time.monotonic() + repository.seconds
    mirror = Mirror(repository, repository.store / repository.name, until)
    try:
        mirror.folder.mkdir(parents=True, exist_ok=True)
        _settings_file(mirror)
        with _held(mirror):
            _demand_git(mirror)
            _prepare(mirror)
            _fetch(mirror)
            yield mirror
    except OSError as error:
        said = error.strerror or error
        raise NotAnswered(f"The copy of “{repository.name}” cannot be kept: {said}.") from error


@contextlib.contextmanager
def _held(mirror: Mirror) -> Iterator[None]:
    """One at a time, over all threads and workers of this machine."""
    with (mirror.folder / "lock").open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > mirror.until:
                    raise NotAnswered(
                        f"“{mirror.repository.name}” was asked by others all the time, for"
                        f" {mirror.repository.seconds} s."
                    ) from None
                time.sleep(PAUSE_SECONDS)
            else:
                break
        yield


def _demand_git(mirror: Mirror) -> None:
    needs = f"git {OLDEST[0]}.{OLDEST[1]} or newer is needed on the machine of the workers"
    try:
        said = mirror.ask("version").output.strip()
    except NotRun as error:
        raise NotAnswered(f"{needs}. {error.sentence}") from error
    found = re.match(r"git version (\d+)\.(\d+)", said)
    if not found or (int(found[1]), int(found[2])) < OLDEST:
        raise NotAnswered(f"{needs}; it has “{said[:40]}”.")


def _prepare(mirror: Mirror) -> None:
    if mirror.half_done.exists():
        shutil.rmtree(mirror.copy, ignore_errors=True)
    mirror.half_done.touch()
    if not mirror.copy.exists():
        mirror.ask("init", "--quiet", "--bare", "--template=", "--initial-branch=unborn")


def _fetch(mirror: Mirror) -> None:
    repository = mirror.repository
    ran = mirror.ask(
        "fetch", "--quiet", "--prune", "--no-tags", "--no-recurse-submodules",
        "--no-write-fetch-head", "--end-of-options", repository.url or repository.folder, *REFS,
        ends=tuple(range(256)),
    )  # fmt: skip
    for left in (mirror.copy / "objects" / "pack").glob("tmp_*"):
        left.unlink()
    mirror.half_done.unlink()
    # Git leaves out what a shallow clone cannot prove, and ends with 0 all the same.
    if "shallow" in ran.output:
        raise NotAnswered(f"“{repository.name}” is a shallow clone; its history is not whole.")
    if ran.code or "rejected" in ran.output:
        raise NotAnswered(f"“{repository.name}” could not be fetched: {_said(ran)}.")


def _said(ran: Ran) -> str:
    """The line that says most, without git's own mark."""
    lines = [line.strip() for line in ran.output.splitlines() if line.strip()]
    grave = [line for line in lines if line.startswith(("fatal:", "error:"))]
    told = (grave or lines or [f"git ended with {ran.code}"])[0]
    return re.sub(r"^(?:fatal|error): ", "", told)[:200].rstrip(".")


def _settings_file(mirror: Mirror) -> None:
    """Git opens a folder of another user only where a file, not a variable, says that it may."""
    places = [mirror.repository.folder, f"{mirror.repository.folder}/.git", str(mirror.copy)]
    quoted = (one.replace("\\", "\\\\").replace('"', '\\"') for one in places)
    text = "".join(f'[safe]\n\tdirectory = "{one}"\n' for one in quoted)
    beside = mirror.folder / f"settings.{os.getpid()}.{time.monotonic_ns()}"
    beside.write_text(text)
    beside.replace(mirror.folder / "settings")


def _environment(mirror: Mirror, token: str) -> dict[str, str]:
    """Nothing of the machine's, of a user's or of a repository's own settings counts."""
    repository = mirror.repository
    given = {
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "C",
        "HOME": "/nonexistent",
        "GIT_DIR": str(mirror.copy),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(mirror.folder / "settings"),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "https" if repository.url else "file",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    if repository.keyring:
        given["GNUPGHOME"] = repository.keyring
    settings = _settings(repository, token)
    given["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (key, value) in enumerate(settings.items()):
        given[f"GIT_CONFIG_KEY_{number}"] = key
        given[f"GIT_CONFIG_VALUE_{number}"] = value
    return given


def _settings(repository: Repository, token: str) -> dict[str, str]:
    settings = {
        "core.hooksPath": os.devnull,
        "core.attributesFile": os.devnull,
        "core.fsmonitor": "false",
        "core.quotePath": "false",
        "core.packedGitWindowSize": "16m",
        "core.packedGitLimit": "256m",
        "pack.threads": "1",
        "gc.autoDetach": "false",
        "maintenance.autoDetach": "false",
        "credential.helper": "",
        "http.followRedirects": "false",
        "transfer.bundleURI": "false",
        "gpg.x509.program": "false",
        "gpg.program": "gpg" if repository.keyring else "false",
        "gpg.ssh.allowedSignersFile": repository.signers or os.devnull,
    }
    if repository.authorities:
        settings["http.sslCAInfo"] = repository.authorities
    if token:
        settings[f"http.{repository.url}.extraHeader"] = (
            f"Authorization: Basic {_basic(repository, token)}"
        )
    return settings


def _token(repository: Repository) -> str:
    if repository.token and repository.token not in os.environ:
        raise Undeclared(
            f"The repository “{repository.name}” needs the variable {repository.token} of the"
            " worker, which is not set."
        )
    return os.environ[repository.token] if repository.token else ""


def _basic(repository: Repository, token: str) -> str:
    return base64.b64encode(f"{repository.user}:{token}".encode()).decode()
