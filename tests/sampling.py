"""The demo's sample service as a real process on loopback ports."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from connections.addresses import Permit
from examples.sample.certificate import make
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure
from tests.servers import LOOPBACK


@dataclass(frozen=True)
class Sample:
    url: str
    secured: int
    authority: Path

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=30) as answer:
            return json.load(answer)

    def switch(self, mode: str) -> None:
        body = urllib.parse.urlencode({"mode": mode}).encode()
        urllib.request.urlopen(f"{self.url}/", body, timeout=30).close()

    def ask(self, kind: str, wanted: dict[str, Any], condition: str = "") -> Measurement:
        around = Circumstances(datetime.now(UTC), Permit(self.url, LOOPBACK))
        return measure(kind, wanted, condition, around)


@contextmanager
def sampling(folder: Path) -> Iterator[Sample]:
    make(folder)
    with (
        socket.create_server(("127.0.0.1", 0)) as plain,
        socket.create_server(("127.0.0.1", 0)) as secured,
    ):
        handles = [plain.fileno(), secured.fileno()]
        process = subprocess.Popen(
            [sys.executable, "-m", "examples.sample", "--certificate", str(folder / "server.pem"),
             "--sockets", *map(str, handles)],
            cwd=settings.BASE_DIR, pass_fds=handles,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{plain.getsockname()[1]}"
            yield Sample(url, secured.getsockname()[1], folder / "authority.pem")
        finally:
            process.terminate()
            process.wait(30)
