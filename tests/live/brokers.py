"""A Valkey of these tests' own, to be killed and started again without harm to other tests."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import redis

from deploy_portal.embedded import binaries


class Broker:
    def __init__(self, folder: Path) -> None:
        self._socket = folder / "v.sock"
        self.url = f"unix://{self._socket}?db=0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._process = subprocess.Popen(
            [str(binaries.valkey_server()), *options],
            cwd=self._socket.parent,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(200):
            with socket.socket(socket.AF_UNIX) as attempt:
                if attempt.connect_ex(str(self._socket)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError("Valkey does not start")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def send(self, number: int) -> None:
        """A signal: SIGSTOP makes it hang without being dead."""
        assert self._process
        self._process.send_signal(number)

    def cut_connections(self) -> None:
        """Every subscriber loses its connection, the server goes on."""
        with redis.Redis.from_url(self.url) as client:
            client.client_kill_filter(_type="pubsub")
