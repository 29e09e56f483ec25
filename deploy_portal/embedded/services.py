"""Which services start here, and which are somebody else's?"""

from collections.abc import Mapping

from .folders import Folders
from .postgres import Postgres
from .supervisor import Supervisor
from .valkey import Valkey

STARTING_SECONDS = 20


def start(
    supervisor: Supervisor, folders: Folders, given: Mapping[str, str], *, durable: bool = True
) -> dict[str, str]:
    """Start what `given` names no address of; answer with the addresses of what was started."""
    addresses: dict[str, str] = {}
    services: list[Postgres | Valkey] = []
    if not given.get("DATABASE_URL"):
        services.append(Postgres(folders, durable))
    if not given.get("REDIS_URL"):
        services.append(Valkey(folders, durable))
    for service in services:
        service.prepare()
    # Together: each takes a moment.
    for service, child in [(service, supervisor.start(service.program())) for service in services]:
        supervisor.wait_ready(child, service.is_ready, STARTING_SECONDS)
        addresses |= service.addresses()
    return addresses
