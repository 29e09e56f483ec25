"""Where does everything that runs keep its files?"""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .problem import Problem

PROJECT = Path(__file__).resolve().parent.parent.parent
VAR = PROJECT / "var"
# sun_path holds 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Folders:
    """The places of one run: everything below `root`, sockets elsewhere when the path is long."""

    root: Path
    sockets: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    @property
    def sample(self) -> Path:
        return self.root / "sample"

    def log(self, name: str) -> Path:
        return self.root / "log" / f"{name}.log"

    def remove_sockets(self) -> None:
        shutil.rmtree(self.sockets, ignore_errors=True)


def private(folder: Path) -> Path:
    """Make the folder if need be, and insist that only we can look inside."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Problem(f"{folder} belongs to somebody else: move it away and try again.")
    folder.chmod(0o700)
    return folder


def socket_folder(root: Path) -> Path:
    near = root / "run" / "sockets"
    if len(os.fsencode(near / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return near
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    return Path(tempfile.gettempdir()).resolve() / f"portal-{os.geteuid()}-{digest}"


def prepare(root: Path) -> Folders:
    """Make the places of a run; only the holder of its lock may."""
    for name in ("log", "run"):
        (root / name).mkdir(parents=True, exist_ok=True)
    # The logs of the run before are kept once, so that they cannot grow for ever.
    for log in (root / "log").glob("*.log"):
        log.replace(log.with_suffix(".log.1"))
    places = Folders(root, socket_folder(root))
    # A killed run may have left it to another user.
    places.remove_sockets()
    private(places.sockets)
    return places


def lock(root: Path) -> IO[str] | None:
    """Hold this run folder for as long as the process lives; None when another one does."""
    (root / "run").mkdir(parents=True, exist_ok=True)
    handle = (root / "run" / "lock").open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle
