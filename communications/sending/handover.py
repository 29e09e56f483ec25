"""One SMTP transaction, and what is known about it afterwards. No Django in here."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from deployments.fitting import one_line

READY_FOR_CONTENT = 354
ACCEPTED = 250
WILL_FORWARD = 251
CLOSING = 421
FIRST_FINAL = 500


class Result(Enum):
    ACCEPTED = "accepted"
    LATER = "later"
    NEVER = "never"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Outcome:
    """What became of one copy; `usable` says whether the connection can carry the next one.

    `wait` is how long the other side asks to be left alone before the copy is tried again.
    """

    result: Result
    said: str = ""
    usable: bool = True
    wait: timedelta = timedelta(0)


def hand_over(
    smtp: smtplib.SMTP,
    sender: str,
    recipient: str,
    content: bytes,
    kept_back: Callable[[], Outcome | None] = lambda: None,
) -> Outcome:
    """Hand one copy to the server, unless it is kept back once the server is ready for it.

    A server may let one wait for its answer to the recipient, so that is asked after it. A
    connection that breaks before the last byte is out has certainly delivered nothing; one that
    breaks while the answer is awaited may have, and only then the result is UNKNOWN.
    """
    try:
        refusal = _envelope(smtp, sender, recipient)
        if refusal is not None:
            return refusal
        if (kept := kept_back()) is not None:
            smtp.rset()
            return kept
        code, answer = smtp.docmd("DATA")
        if code != READY_FOR_CONTENT:
            return _given_up(smtp, code, answer)
        smtp.send(_dotted(content))
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Result.LATER, f"The connection broke: {error}", usable=False)
    try:
        code, answer = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        said = f"The connection broke while the server's answer was awaited: {error}"
        return Outcome(Result.UNKNOWN, said, usable=False)
    return _answered(code, answer)


def _envelope(smtp: smtplib.SMTP, sender: str, recipient: str) -> Outcome | None:
    """Everything up to the recipient; None if the server takes it."""
    smtp.ehlo_or_helo_if_needed()
    options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
    code, answer = smtp.mail(sender, options)
    if code == ACCEPTED:
        code, answer = smtp.rcpt(recipient)
    if code in {ACCEPTED, WILL_FORWARD}:
        return None
    return _given_up(smtp, code, answer)


def _given_up(smtp: smtplib.SMTP, code: int, answer: bytes) -> Outcome:
    if code != CLOSING:
        smtp.rset()
    return _refused(code, answer)


def _answered(code: int, answer: bytes) -> Outcome:
    """To the whole mail; what is no answer of SMTP leaves it open whether it was taken."""
    if code // 100 == ACCEPTED // 100:
        return Outcome(Result.ACCEPTED)
    if code // 100 in {4, 5}:
        return _refused(code, answer)
    said = f"The server's answer makes no sense: {code} {_text(answer)}"
    return Outcome(Result.UNKNOWN, said, usable=False)


def _refused(code: int, answer: bytes) -> Outcome:
    """4xx asks to come again, 5xx is final; what is neither is no SMTP and is tried again."""
    said = f"{code} {_text(answer)}"
    final = FIRST_FINAL <= code < FIRST_FINAL + 100
    return Outcome(Result.NEVER if final else Result.LATER, said, usable=code != CLOSING)


def _text(answer: bytes) -> str:
    """Of several lines one; a control character in it could not be kept."""
    return one_line(answer.decode("utf-8", "replace"))


def _dotted(content: bytes) -> bytes:
    """The content as it goes over the wire: CRLF, leading dots doubled, closed by a lone dot."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")
    dotted = (b"\n" + lines).replace(b"\n.", b"\n..").removeprefix(b"\n")
    return dotted.replace(b"\n", b"\r\n") + b"\r\n.\r\n"
