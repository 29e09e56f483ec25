"""Who may PostgreSQL run as, when it refuses to run as root?

The first answer is a user namespace in which root's own files belong to an ordinary id: nothing
is created, no folder is opened to others. Where the kernel refuses that, `nobody`.
"""

import ctypes
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .problem import Problem

CLONE_NEWUSER = 0x10000000
INSIDE_ID = 1000
libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Identity:
    """`enter` runs in the child between fork and exec; `owner` gets the files, if not us."""

    enter: Callable[[], None]
    owner: int | None = None

    def adopt(self, path: Path) -> None:
        if self.owner is not None:
            os.chown(path, self.owner, -1)


def stay() -> None:
    """Keep the id of the caller."""


def enter_user_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INSIDE_ID} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{INSIDE_ID} {group} 1")


def user_namespace_works() -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            enter_user_namespace()
        except (OSError, AttributeError):
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def become(user: int, group: int) -> None:
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def may_enter(folder: Path, user: int) -> bool:
    """Whether that user can walk down to the folder."""
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setuid(user)
        os._exit(0 if os.access(folder, os.X_OK) else 1)
    return os.waitpid(pid, 0)[1] == 0


def for_postgres(folder: Path, programs: Path) -> Identity:
    """An id PostgreSQL accepts, that reaches both its data folder and its programs."""
    if os.geteuid() != 0:
        return Identity(stay)
    if user_namespace_works():
        return Identity(enter_user_namespace)
    nobody = pwd.getpwnam("nobody")
    if all(may_enter(path, nobody.pw_uid) for path in (folder, programs)):
        return Identity(lambda: become(nobody.pw_uid, nobody.pw_gid), owner=nobody.pw_uid)
    raise Problem(
        "PostgreSQL refuses to run as root, this machine allows no user namespaces, and the user "
        f"`nobody` may not enter {folder}: run as an ordinary user, or set DATABASE_URL."
    )
