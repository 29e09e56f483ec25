"""A mail server in a process of its own; a line in a file says when it took which mail for whom."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import TextIO

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Taken:
    at: float
    recipient: str
    mail_id: str


class Server:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def taken(self) -> list[Taken]:
        found = []
        for line in self.path.read_text().splitlines():
            at, recipient, mail_id = line.split(" ")
            found.append(Taken(float(at), recipient, mail_id))
        return found


class Catcher:
    def __init__(self, file: TextIO) -> None:
        self.file = file

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail_id = BytesHeaderParser().parsebytes(envelope.content)["Message-ID"]
        self.file.write(f"{time.time()} {envelope.rcpt_tos[0]} {mail_id}\n")
        self.file.flush()
        return "250 OK"


def serve(path: Path, listening: socket.socket) -> None:
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # else it writes more than it does
    asyncio.run(_serve(path, listening))


async def _serve(path: Path, listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    with path.open("a", encoding="utf-8") as file:
        catcher = Catcher(file)
        server = await loop.create_server(
            lambda: SMTP(catcher, enable_SMTPUTF8=True, hostname="bench", loop=loop),
            sock=listening,
        )
        await server.serve_forever()


@contextmanager
def serving(path: Path) -> Iterator[Server]:
    path.touch()
    server = Server(path)
    spawned = multiprocessing.get_context("spawn")
    process = spawned.Process(target=serve, args=(path, server.socket), daemon=True)
    process.start()
    try:
        yield server
    finally:
        process.terminate()
        process.join()
        server.socket.close()
