"""How does an embedded Valkey start? It speaks the Redis protocol and carries hints only."""

import socket
from dataclasses import dataclass, field
from pathlib import Path

from . import binaries
from .children import Program
from .folders import Folders

SOCKET = "valkey.sock"


@dataclass
class Valkey:
    """One server on one socket; `durable` keeps the queue over a restart."""

    folders: Folders
    durable: bool = True
    server: Path = field(default_factory=binaries.valkey_server)

    @property
    def socket(self) -> Path:
        return self.folders.sockets / SOCKET

    def addresses(self) -> dict[str, str]:
        return {"REDIS_URL": f"unix://{self.socket}?db=0"}

    def prepare(self) -> None:
        self.folders.valkey.mkdir(mode=0o700, exist_ok=True)

    def program(self) -> Program:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folders.valkey),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            # One for each test process that runs beside others.
            "databases": "64",
            "daemonize": "no",
            # A left-over is recognised by its command line.
            "set-proc-title": "no",
            "maxmemory-policy": "noeviction",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return Program("valkey", [str(self.server), *options], order=9)

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
            except OSError:
                return False
