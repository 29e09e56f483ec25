"""What did the demo send? Read-only pages over the Maildir that the catcher fills."""

import mailbox
import re
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

SHOWN = 200
OUR_NAMES = ("127.0.0.1", "localhost")
PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'"
# Somebody's HTML: no script, no form, nothing fetched, no origin of ours.
FOREIGN_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .4rem; border-bottom: 1px solid #8886 }
pre { white-space: pre-wrap; background: #8881; padding: 1rem; overflow-wrap: anywhere }
iframe { width: 100%; height: 32rem; border: 1px solid #8886; background: #fff }
@media (prefers-color-scheme: dark) {
  body { background: #151f2c; color: #dce1e7 }
  a { color: #8ab4f8 }
}
"""
HEADERS = ("From", "To", "Cc", "Reply-To", "X-Envelope-To", "Subject", "Date", "Message-ID")


def newest(folder: Path) -> list[tuple[str, EmailMessage]]:
    """The last mails with their keys, newest first."""
    maildir = mailbox.Maildir(folder, create=True)
    keys = sorted(maildir.keys(), key=stored_at, reverse=True)[:SHOWN]
    return [(key, parsed(maildir.get_bytes(key))) for key in keys]


def stored_at(key: str) -> list[int]:
    """The second, microsecond, process and count that a Maildir key is made of."""
    return [int(number) for number in re.findall(r"\d+", key)[:4]]


def one(folder: Path, key: str) -> EmailMessage | None:
    try:
        return parsed(mailbox.Maildir(folder, create=True).get_bytes(key))
    except KeyError:
        return None


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def page(title: str, body: str, *, refresh: bool = False) -> str:
    again = '<meta http-equiv="refresh" content="5">' if refresh else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css">'
        f"<h1>{escape(title)}</h1>{body}</html>"
    )


def list_page(folder: Path) -> str:
    rows = "".join(list_row(key, message) for key, message in newest(folder))
    if not rows:
        return page("Mails", "<p>Nothing has been sent yet.</p>", refresh=True)
    head = "<tr><th>Date</th><th>To</th><th>Subject</th></tr>"
    return page("Mails", f"<table>{head}{rows}</table>", refresh=True)


def list_row(key: str, message: EmailMessage) -> str:
    link = f'<a href="/mail/{quote(key)}">{escape(str(message["Subject"] or "(no subject)"))}</a>'
    date, to = escape(str(message["Date"] or "")), escape(str(message["X-Envelope-To"] or ""))
    return f"<tr><td>{date}</td><td>{to}</td><td>{link}</td></tr>"


def mail_page(key: str, message: EmailMessage) -> str:
    rows = "".join(
        f"<tr><th>{name}</th><td>{escape(str(message[name]))}</td></tr>"
        for name in HEADERS
        if message[name]
    )
    title = str(message["Subject"] or "(no subject)")
    parts = "".join(part_html(key, part) for part in message.walk())
    return page(title, f'<p><a href="/">All mails</a></p><table>{rows}</table>{parts}')


def part_html(key: str, part: EmailMessage) -> str:
    if part.is_multipart():
        return ""
    kind, name = part.get_content_type(), part.get_filename()
    heading = f"<h2>{escape(name or kind)}</h2>"
    if kind == "text/html":
        # No allow-token at all: the frame can neither run, send nor navigate.
        return f'{heading}<iframe sandbox title="HTML part" src="/mail/{quote(key)}/html"></iframe>'
    if part.get_content_maintype() == "text":
        return f"{heading}<pre>{escape(text(part))}</pre>"
    size = len(part.get_payload(decode=True) or b"")
    return f"{heading}<p>{size} bytes, {escape(kind)}</p>"


def text(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    body = content if isinstance(content, bytes) else b""
    return body.decode(part.get_content_charset("utf-8"), "replace")


def html_part(message: EmailMessage) -> str | None:
    parts: Iterator[EmailMessage] = message.walk()
    return next((text(part) for part in parts if part.get_content_type() == "text/html"), None)


class Reader(BaseHTTPRequestHandler):
    """Three pages; only GET, only under our own names (a foreign page may not read them)."""

    folder: Path

    def do_GET(self) -> None:
        if (self.headers.get("Host") or "").rpartition(":")[0] not in OUR_NAMES:
            self.answer("wrong host", HTTPStatus.MISDIRECTED_REQUEST)
            return
        match self.path.partition("?")[0].strip("/").split("/"):
            case [""]:
                self.answer(list_page(self.folder))
            case ["style.css"]:
                self.answer(STYLE, kind="text/css")
            case ["mail", key]:
                message = one(self.folder, unquote(key))
                self.answer_or_miss(mail_page(unquote(key), message) if message else None)
            case ["mail", key, "html"]:
                message = one(self.folder, unquote(key))
                self.answer_or_miss(html_part(message) if message else None, allowed=FOREIGN_POLICY)
            case _:
                self.answer_or_miss(None)

    def answer_or_miss(self, body: str | None, allowed: str = PAGE_POLICY) -> None:
        if body is None:
            self.answer(page("Not here", "<p>No such mail.</p>"), HTTPStatus.NOT_FOUND)
        else:
            self.answer(body, allowed=allowed)

    def answer(
        self,
        body: str,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        kind: str = "text/html",
        allowed: str = PAGE_POLICY,
    ) -> None:
        content = body.encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", allowed)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        """Reading mails is not worth a log line."""


def serve(folder: Path, listening: socket.socket) -> None:
    reader = type("FolderReader", (Reader,), {"folder": folder})
    server = ThreadingHTTPServer(("127.0.0.1", 0), reader, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.server_name, server.server_port = listening.getsockname()
    server.daemon_threads = True
    server.serve_forever()
