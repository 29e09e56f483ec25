"""An open page as the portal sees it: a socket that reads server-sent events, without a browser."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from types import TracebackType

from django.conf import settings

from tests.waiting import PATIENCE


@dataclass(frozen=True)
class Heard:
    """One event: its lines as they came, and what they say."""

    raw: bytes
    id: str
    event: str
    data: str


class Page:
    """Opens at once; `last` is what a page that reconnects has seen."""

    def __init__(self, port: int, path: str, session_key: str = "", *, last: str = "") -> None:
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"}
        if last:
            headers["Last-Event-ID"] = last
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._connection.request("GET", path, headers=headers)
        self.response = self._connection.getresponse()
        self.status = self.response.status

    def __enter__(self) -> Page:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.response.close()
        self._connection.close()

    def next(self) -> Heard | None:
        """The next event that is not only a comment; None when the stream has ended."""
        lines: list[bytes] = []
        while line := self.response.readline():
            if line != b"\n":
                lines.append(line)
            elif (heard := _heard(lines)).raw:
                return heard
            else:
                lines = []
        return None

    def next_message(self) -> Heard | None:
        while (heard := self.next()) and heard.event:
            pass
        return heard

    def hears_nothing(self, seconds: float) -> bool:
        """Whether it stays open and silent, but for comments, for so long."""
        until = time.monotonic() + seconds
        while line := self.response.readline():
            if not line.startswith(b":") and line != b"\n":
                return False
            # The server's comments come often enough to look at the clock.
            if time.monotonic() > until:
                return True
        return False

    def ends(self) -> bool:
        """Whether the server ends it while a test has patience; comments come until then."""
        end = time.monotonic() + PATIENCE
        try:
            while self.response.readline():
                if time.monotonic() > end:
                    return False
        except http.client.IncompleteRead:
            pass
        return True


def _heard(lines: list[bytes]) -> Heard:
    told = [line for line in lines if not line.startswith(b":")]
    fields: dict[str, list[str]] = {}
    for line in told:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        fields.setdefault(name, []).append(value)
    return Heard(
        b"".join(told),
        id="".join(fields.get("id", [])),
        event="".join(fields.get("event", [])),
        data="\n".join(fields.get("data", [])),
    )
