"""What mail providers tell of a mail that came back, each in a shape of its own. No Django in here.

Postmark: one JSON object with `RecordType`. Amazon SES: an object with `notificationType` or
`eventType`, mostly as text inside an SNS notification, whose `Type` is then "Notification".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from deployments.fitting import cut, one_line

HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"
LONGEST_REASON = 500
FIRST_YEAR, LAST_YEAR = 2000, 2200
Said = Mapping[str, Any]
# Postmark's words for bounces after which it sends nothing more to the address itself.
HARD_FOR_POSTMARK = frozenset({"HardBounce", "BadEmailAddress", "ManuallyDeactivated"})
# By RFC 3463 a mailbox, its name, its host or its spelling is no good, or it is switched off.
NO_MAILBOX = re.compile(r"5\d\d[ -]5\.(?:1\.(?:1|2|3|6|10)|2\.1)(?!\d)")
UNWANTED_FOR_POSTMARK = frozenset({"SpamComplaint", "SpamNotification"})


@dataclass(frozen=True)
class Bounced:
    """One mail that came back; `message_id` is the mail's own, empty where it is not told."""

    address: str
    kind: str
    reason: str
    at: datetime
    message_id: str = ""


class Unreadable(ValueError):
    """It has the shape of a provider and not what belongs into it; the text is a sentence."""


def is_of_a_provider(body: Any) -> bool:
    return isinstance(body, dict) and bool(
        {"RecordType", "notificationType", "eventType"} & set(body)
        or (body.get("Type") == "Notification" and "Message" in body)
    )


def read(body: Said) -> list[Bounced]:
    """What came back; nothing where the provider tells of something else, such as a delivery."""
    try:
        if "RecordType" in body:
            return _postmark(body)
        if body.get("Type") == "Notification":
            body = json.loads(body["Message"])
        return _ses(body)
    except Unreadable:
        raise
    except KeyError as error:
        raise Unreadable(f"The field {error} is missing.") from error
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise Unreadable("A field is not of the form that its provider describes.") from error


def says_no_mailbox(answer: str) -> bool:
    """Whether a mail server's refusal of a mail is about the address, and not about the mail."""
    return NO_MAILBOX.match(answer) is not None


def tidy(text: str) -> str:
    """What a mail server said, on one line and no longer than anybody reads."""
    return cut(one_line(text), LONGEST_REASON)


def _postmark(body: Said) -> list[Bounced]:
    """Its own MessageID is not the mail's Message-ID, so the address alone says which it was."""
    if body["RecordType"] not in {"Bounce", "SpamComplaint"}:
        return []
    word = body["Type"]
    kind = HARD if word in HARD_FOR_POSTMARK else SOFT
    if body["RecordType"] == "SpamComplaint" or word in UNWANTED_FOR_POSTMARK:
        kind = COMPLAINT
    reason = tidy(f"{body.get('Description') or word} {body.get('Details') or ''}")
    return [Bounced(_address(body["Email"]), kind, reason, _instant(body["BouncedAt"]))]


def _ses(body: Said) -> list[Bounced]:
    word = body.get("notificationType") or body["eventType"]
    if word == "Bounce":
        bounce = body["bounce"]
        kind = HARD if bounce["bounceType"] == "Permanent" else SOFT
        at, people = _instant(bounce["timestamp"]), bounce["bouncedRecipients"]
        general = f"{bounce['bounceType']} {bounce.get('bounceSubType', '')}"
    elif word == "Complaint":
        complaint = body["complaint"]
        kind = COMPLAINT
        at, people = _instant(complaint["timestamp"]), complaint["complainedRecipients"]
        general = complaint.get("complaintFeedbackType") or "complaint"
    else:
        return []
    mail_id = _mail_id(body.get("mail", {}))
    return [
        Bounced(
            _address(one["emailAddress"]),
            kind,
            tidy(str(one.get("diagnosticCode") or general)),
            at,
            mail_id,
        )
        for one in people
    ]


def _mail_id(mail: Said) -> str:
    """The Message-ID that the mail was handed over with; SES gives it another on the way."""
    for header in mail.get("headers", ()):
        if str(header["name"]).lower() == "message-id":
            return tidy(str(header["value"]))
    return ""


def _address(text: Any) -> str:
    address = parseaddr(str(text))[1] if str(text).isprintable() else ""
    if "@" not in address:
        raise Unreadable("It names no mail address.")
    return address


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return plausible(at if at.tzinfo else at.replace(tzinfo=UTC))


def plausible(at: datetime) -> datetime:
    """Raises ValueError for what can be no time of a mail."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"the time of a mail lies between {FIRST_YEAR} and {LAST_YEAR}")
    return at
