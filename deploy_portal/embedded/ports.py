"""Is the port free? Taking it ourselves is the only honest answer."""

import os
import socket
from collections.abc import Mapping

from .problem import Problem

HOST = "127.0.0.1"


def number(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name) or str(default)
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise Problem(f"{name}={given} is no port number: choose one from 1 to 65535.")
    return int(given)


def listen_somewhere(
    environment: Mapping[str, str], name: str, default: int, purpose: str
) -> socket.socket:
    """Like `listen`, but a default that is taken gives way to any free port."""
    try:
        return listen(environment, name, default, purpose)
    except Problem:
        if environment.get(name):
            raise
        return socket.create_server((HOST, 0), backlog=2048)


def listen(environment: Mapping[str, str], name: str, default: int, purpose: str) -> socket.socket:
    """A listening socket, to be handed to the programs that answer on it."""
    port = number(environment, name, default)
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
    except OSError as error:
        taken.close()
        raise Problem(
            f"Port {port} for {purpose} cannot be used ({os.strerror(error.errno or 0)}): "
            f"choose another with `make run {name}={min(port + 1, 65535)}`."
        ) from None
    taken.listen(2048)
    return taken
