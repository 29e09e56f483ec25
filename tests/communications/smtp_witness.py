"""A real SMTP server in a thread: remembers what it took, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# It would say every line of every transaction.
logging.getLogger("mail.log").setLevel(logging.WARNING)
FOR_EVER = 3600.0
ONCE_TAKEN = {"swallow", "hang then", "mumble"}


@dataclass(frozen=True)
class Taken:
    """One mail that the server answered with 250."""

    sender: str
    recipient: str
    mail: EmailMessage

    @property
    def mail_id(self) -> str:
        return str(self.mail["Message-ID"])


class Witness:
    """Keeps every accepted mail; `answers` gives recipients other replies than acceptance.

    An answer is a reply line, used up from the front; "drop" breaks the connection before the
    mail is taken, "swallow" takes the mail and breaks the connection instead of answering. "hang"
    and "hang then" do the same and leave the connection open, without a word; "mumble" takes the
    mail and says what is no SMTP. `pause` is the seconds it thinks about every mail, `meanwhile`
    what happens between its taking a mail and its saying so.

    It listens at a port, or at a socket whose path is given; with a certificate from the first
    byte, or once it is asked for that. `login` is the one name and password that it knows.
    """

    def __init__(
        self,
        *,
        context: SSLContext | None = None,
        is_asked_for: bool = False,
        path: str = "",
        login: tuple[str, str] | None = None,
    ) -> None:
        self.context, self.is_asked_for = context, is_asked_for
        self.path, self.login = path, login
        self.logins: list[str] = []
        self.taken: list[Taken] = []
        self.answers: dict[str, list[str]] = {}
        self.always: dict[str, str] = {}
        self.recipients_per_mail: set[int] = set()
        self.connections = 0
        # How many mails came by which connection.
        self.by_connection: Counter[object] = Counter()
        self.pause = 0.0
        self.meanwhile: Callable[[], None] | None = None
        self._server: asyncio.AbstractServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    def start(self) -> None:
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(30)

    def stop(self) -> None:
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        self._loop = self._thread = None

    def _serve(self, started: threading.Event) -> None:
        loop = asyncio.new_event_loop()
        self._loop = loop
        server = loop.run_until_complete(self._listening(loop))
        started.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()

    async def _listening(self, loop: asyncio.AbstractEventLoop) -> asyncio.AbstractServer:
        if self.path:
            return await loop.create_unix_server(self._session, self.path)
        return await loop.create_server(
            self._session, "127.0.0.1", self.port, reuse_address=True,
            ssl=None if self.is_asked_for else self.context,
        )  # fmt: skip

    def _session(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self, enable_SMTPUTF8=True, hostname="witness", loop=self._loop,
            tls_context=self.context if self.is_asked_for else None,
            require_starttls=self.is_asked_for, auth_require_tls=self.is_asked_for,
            authenticator=self._authenticated if self.login else None,
        )  # fmt: skip

    def _authenticated(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        name, password = data.login.decode(), data.password.decode()
        self.logins.append(name)
        return AuthResult(success=(name, password) == self.login)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self._answer(address)
        if answer == "drop":
            self._break(server)
        elif answer == "hang":
            await asyncio.sleep(FOR_EVER)
        elif answer and answer not in ONCE_TAKEN:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.by_connection[session.peer] += 1
        await asyncio.sleep(self.pause)
        self.recipients_per_mail.add(len(envelope.rcpt_tos))
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        for recipient in envelope.rcpt_tos:
            self.taken.append(Taken(str(envelope.mail_from), recipient, mail))
            match self.always.get(recipient):
                case "swallow":
                    self._break(server)
                case "hang then":
                    await asyncio.sleep(FOR_EVER)
                case "mumble":
                    return "good morning"
        if self.meanwhile is not None:
            await asyncio.to_thread(self.meanwhile)
        return "250 OK"

    def _answer(self, address: str) -> str:
        waiting = self.answers.get(address)
        return waiting.pop(0) if waiting else self.always.get(address, "")

    @staticmethod
    def _break(server: SMTP) -> None:
        assert isinstance(server.transport, asyncio.WriteTransport)
        server.transport.abort()

    def recipients(self) -> list[str]:
        return sorted(taken.recipient for taken in self.taken)

    def doubled(self) -> dict[str, int]:
        """Message-IDs that were taken more than once, with how often."""
        counts = Counter(taken.mail_id for taken in self.taken)
        return {mail_id: count for mail_id, count in counts.items() if count > 1}


@contextmanager
def witnessing(witness: Witness | None = None) -> Iterator[Witness]:
    witness = witness or Witness()
    witness.start()
    try:
        yield witness
    finally:
        witness.stop()
