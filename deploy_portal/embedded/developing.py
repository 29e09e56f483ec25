"""What does somebody who works on the portal start beside an editor?"""

import shlex
from pathlib import Path

from . import folders, services
from .postgres import Postgres
from .problem import Problem
from .secret import secret_key
from .supervisor import Interrupted, Supervisor, say
from .valkey import Valkey


def exports(places: folders.Folders) -> dict[str, str]:
    addresses = Postgres(places).addresses() | Valkey(places).addresses()
    return addresses | {
        "SECRET_KEY": secret_key(places.root),
        "PORTAL_VAR": str(places.root),
        "DEBUG": "1",
        "PORTAL_DEMO": "1",
    }


def export_lines(places: folders.Folders) -> str:
    return "\n".join(
        f"export {name}={shlex.quote(value)}" for name, value in exports(places).items()
    )


def print_exports(root: Path) -> int:
    say(export_lines(folders.Folders(root, folders.socket_folder(root))))
    return 0


def serve(root: Path) -> int:
    """PostgreSQL and Valkey in a folder of their own, until the end is asked for."""
    held = folders.lock(root)
    if held is None:
        raise Problem(f"The services of {root} are running already.")
    places = folders.prepare(root)
    supervisor = Supervisor(places, say)
    supervisor.listen()
    try:
        supervisor.end_left_overs()
        services.start(supervisor, places, given={})
        say(export_lines(places))
        supervisor.watch()
    except Interrupted:
        pass
    finally:
        supervisor.stop()
        places.remove_sockets()
        held.close()
    return 0
