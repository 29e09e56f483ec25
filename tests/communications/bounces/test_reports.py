"""What is read of the shapes of two providers; texts of our own in their documented form."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from communications.bounces.reports import (
    Bounced,
    Unreadable,
    is_of_a_provider,
    read,
    says_no_mailbox,
)

AT = datetime(2026, 11, 24, 9, 30, 15, 250000, tzinfo=UTC)
POSTMARK: dict[str, Any] = {
    "RecordType": "Bounce",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "MessageID": "00000000-1111-2222-3333-444444444444",
    "Description": "The server was unable to deliver your message.",
    "Details": "smtp;550 5.1.1 no such user",
    "Email": "ann@example.net",
    "BouncedAt": "2026-11-24T09:30:15.2500000Z",
}
SES: dict[str, Any] = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": "ann@example.net",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 no such user",
            }
        ],
        "timestamp": "2026-11-24T09:30:15.250Z",
    },
    "mail": {
        "messageId": "0000014644fe5ef6-of-the-provider",
        "headers": [
            {"name": "From", "value": "portal@example.org"},
            {"name": "Message-ID", "value": "<7f@example.org>"},
        ],
    },
}


def in_sns(message: Any) -> dict[str, Any]:
    return {"Type": "Notification", "TopicArn": "arn:x", "Message": json.dumps(message)}


def ses(**bounce: Any) -> dict[str, Any]:
    return {**SES, "bounce": {**SES["bounce"], **bounce}}


@pytest.mark.parametrize(
    ("answer", "is_about_the_address"),
    [
        ("550 5.1.1 no such user", True),
        ("550-5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        ("550 5.2.1 mailbox disabled", True),
        ("553 5.1.3 bad syntax", True),
        ("550 5.1.8 sender rejected", False),
        ("550 5.7.1 relaying denied", False),
        ("552 5.2.2 mailbox full", False),
        ("550 5.2.13 no", False),
        ("450 4.1.1 try later", False),
        ("550 no such person", False),
    ],
)
def test_refusal_says_whether_it_is_about_the_address(
    answer: str, *, is_about_the_address: bool
) -> None:
    assert says_no_mailbox(answer) == is_about_the_address


def test_hard_bounce_of_postmark() -> None:
    assert read(POSTMARK) == [
        Bounced(
            "ann@example.net",
            "hard",
            "The server was unable to deliver your message. smtp;550 5.1.1 no such user",
            AT,
        )
    ]


@pytest.mark.parametrize(
    ("record", "word", "kind"),
    [
        ("Bounce", "HardBounce", "hard"),
        ("Bounce", "BadEmailAddress", "hard"),
        ("Bounce", "ManuallyDeactivated", "hard"),
        ("Bounce", "Transient", "soft"),
        ("Bounce", "SoftBounce", "soft"),
        ("Bounce", "DnsError", "soft"),
        ("Bounce", "SpamNotification", "complaint"),
        ("SpamComplaint", "SpamComplaint", "complaint"),
    ],
)
def test_kinds_of_postmark(record: str, word: str, kind: str) -> None:
    (found,) = read({**POSTMARK, "RecordType": record, "Type": word})
    assert found.kind == kind


@pytest.mark.parametrize("whole", [SES, in_sns(SES)], ids=["as it is", "in SNS"])
def test_permanent_bounce_of_ses_by_the_message_id_that_we_gave(whole: dict[str, Any]) -> None:
    assert read(whole) == [
        Bounced("ann@example.net", "hard", "smtp; 550 5.1.1 no such user", AT, "<7f@example.org>")
    ]


@pytest.mark.parametrize(
    ("word", "kind"), [("Permanent", "hard"), ("Transient", "soft"), ("Undetermined", "soft")]
)
def test_kinds_of_ses(word: str, kind: str) -> None:
    (found,) = read(ses(bounceType=word))
    assert found.kind == kind


def test_bounce_of_ses_without_the_servers_words_and_headers() -> None:
    bare = ses(bouncedRecipients=[{"emailAddress": "Ann <ann@example.net>"}])
    (found,) = read({**bare, "mail": {}})
    assert found == Bounced("ann@example.net", "hard", "Permanent General", AT)


def test_complaint_of_ses_published_as_an_event() -> None:
    complaint = {
        "complainedRecipients": [{"emailAddress": "ann@example.net"}],
        "timestamp": "2026-11-24T09:30:15.250Z",
        "complaintFeedbackType": "abuse",
    }
    said = {"eventType": "Complaint", "complaint": complaint, "mail": SES["mail"]}
    assert read(in_sns(said)) == [
        Bounced("ann@example.net", "complaint", "abuse", AT, "<7f@example.org>")
    ]


@pytest.mark.parametrize(
    "said",
    [
        {**POSTMARK, "RecordType": "Delivery"},
        {**SES, "notificationType": "Delivery"},
        in_sns({"eventType": "Open", "mail": {}}),
    ],
)
def test_what_is_no_bounce_is_nothing(said: dict[str, Any]) -> None:
    assert is_of_a_provider(said)
    assert read(said) == []


@pytest.mark.parametrize(
    "said",
    [
        {"RecordType": "Bounce"},
        {**POSTMARK, "Email": "nobody"},
        {**POSTMARK, "Email": None},
        {**POSTMARK, "BouncedAt": "yesterday"},
        {**POSTMARK, "BouncedAt": 5},
        {"Type": "Notification", "Message": "no JSON"},
        {"Type": "Notification", "Message": "[]"},
        {"Type": "Notification", "Message": None},
        {"notificationType": "Bounce", "bounce": []},
        ses(bouncedRecipients=["ann@example.net"]),
        ses(bouncedRecipients=[{"emailAddress": "a\r\nBcc: b@example.net"}]),
        {**SES, "mail": {"headers": [{"value": "x"}]}},
    ],
)
def test_broken_report_is_refused_in_a_sentence(said: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match=r"^[A-Z].*\.$"):
        read(said)


@pytest.mark.parametrize("said", [{"address": "a@b.c"}, [], "x", None, {"Type": "Notification"}])
def test_what_is_of_no_provider(said: Any) -> None:
    assert not is_of_a_provider(said)


def test_reason_is_one_line_of_bounded_length() -> None:
    (found,) = read({**POSTMARK, "Description": "550\r\n\x00 no", "Details": "x" * 900})
    assert found.reason.startswith("550 no xxx")
    assert (len(found.reason), found.reason[-1]) == (500, "…")
