"""`make backup` and `make restore`: the portal's commands, with the services they need."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from . import binaries, folders, portal, services
from .postgres import Postgres
from .problem import Problem
from .supervisor import Supervisor, say
from .valkey import Valkey
from .wrapped import call

RUNNING = "The portal is running from this folder: stop it first, with Ctrl-C there."


def backup(root: Path, file: str) -> int:
    """Also of a portal that is running, whose services are then used as they are."""
    arguments = ["backup", *(["--to", str(Path(file).resolve())] if file else [])]
    return _run(root, arguments, beside_running=True)


def restore(root: Path, file: str) -> int:
    if not file:
        raise Problem("Which backup? Name it with `make restore FILE=backups/….tar`.")
    if not Path(file).is_file():
        raise Problem(f"There is no file {file}.")
    return _run(root, ["restore", str(Path(file).resolve())], beside_running=False)


def _run(root: Path, arguments: list[str], *, beside_running: bool) -> int:
    held = folders.lock(root)
    if held is None:
        if not beside_running:
            raise Problem(RUNNING)
        places = folders.Folders(root, folders.socket_folder(root))
        return _manage(root, _addresses(places), arguments)
    places = folders.prepare(root)
    supervisor = Supervisor(places, say)
    try:
        supervisor.end_left_overs()
        addresses = services.start(supervisor, places, given=os.environ)
        return _manage(root, addresses, arguments)
    finally:
        supervisor.stop()
        places.remove_sockets()
        held.close()


def _addresses(places: folders.Folders) -> dict[str, str]:
    """Of the services that another process has started here."""
    addresses = {} if os.environ.get("DATABASE_URL") else Postgres(places).addresses()
    return addresses | ({} if os.environ.get("REDIS_URL") else Valkey(places).addresses())


def _manage(root: Path, addresses: Mapping[str, str], arguments: list[str]) -> int:
    told = portal.environment(root, addresses, web=0, smtp=0)
    told["PATH"] = _path(is_ours="DATABASE_URL" in addresses)
    return call([sys.executable, str(folders.PROJECT / "manage.py"), *arguments], told)


def _path(*, is_ours: bool) -> str:
    """Our own server's programs first; for another server those that belong to it."""
    theirs, ours = os.environ.get("PATH", os.defpath), str(binaries.postgres_bin())
    return os.pathsep.join([ours, theirs] if is_ours else [theirs, ours])
