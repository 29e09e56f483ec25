"""Where do the demo's mails go? Into a Maildir, by a real SMTP server that sends nothing on.

`python -m deploy_portal.embedded.mailbox FOLDER SMTP_FD READER_FD`, both listening sockets.
"""

import asyncio
import mailbox
import socket
import sys
import threading
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from . import mailreader

LARGEST_MAIL_BYTES = 32 * 1024 * 1024


class Catcher:
    """Stores every message with its envelope, which Bcc recipients are found in."""

    def __init__(self, folder: Path) -> None:
        # Maildir makes these only together with the folder itself.
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.maildir = mailbox.Maildir(folder)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipients = ", ".join(envelope.rcpt_tos)
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n"
        content = envelope.content or b""
        body = content if isinstance(content, bytes) else content.encode()
        try:
            self.maildir.add(head.encode("utf-8", "replace") + body)
        except OSError as error:
            # Temporary, so that the sender tries again; aiosmtpd itself would refuse for good.
            return f"451 Cannot be stored now: {error.strerror}"
        return "250 OK"


def serve(folder: Path, smtp: socket.socket, reader: socket.socket) -> None:
    """Catch until killed; every stored mail is whole on the disk, so there is nothing to end."""
    catcher = Catcher(folder)
    threading.Thread(target=mailreader.serve, args=(folder, reader), daemon=True).start()
    asyncio.run(receive(catcher, smtp))


async def receive(catcher: Catcher, smtp: socket.socket) -> None:
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            catcher,
            data_size_limit=LARGEST_MAIL_BYTES,
            enable_SMTPUTF8=True,
            ident="Deploy Portal mail catcher",
            hostname="localhost",
            loop=loop,
        )

    server = await loop.create_server(session, sock=smtp)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), *(socket.socket(fileno=int(number)) for number in sys.argv[2:4]))
