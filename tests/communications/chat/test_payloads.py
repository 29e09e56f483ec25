"""What a person typed is text in every room: it opens no markup and calls nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communications.chat.payloads import PAYLOADS, Note, calm, matrix, slack, teams, webhook

NASTY = "<!channel> @channel @Here @everyone @room <https://evil.example|ok> [a](b) </b><i> & *x*"
NOTE = Note(
    key="k1",
    kind="notice",
    subject="Storage layer → Production: deployment on Tue",
    headline="Waiting for 2 signatures.",
    lead="It is planned.",
    facts=(("What", "Storage layer 1.4"), ("When", "Tuesday, 10:00 (Europe/Vienna)")),
    act="You need not do anything.",
    words="",
    url="https://portal.example.org/deployments/1/",
    schedule_revision=3,
)


def nasty(text: str) -> Note:
    return replace(
        NOTE, subject=text, headline=text, lead=text, act=text, words=text, facts=(("What", text),)
    )


@pytest.mark.parametrize("kind", ["slack", "teams", "matrix"])
def test_nobody_is_called_whatever_is_typed(kind: str) -> None:
    said = json.dumps(PAYLOADS[kind](nasty(NASTY)), ensure_ascii=False)
    calls = ("@channel", "@Here", "@everyone", "@room")
    assert [call for call in calls if call in said] == []


def test_address_with_such_a_word_reads_as_before() -> None:
    assert calm("ann@here.example and @Ann") == "ann@\u2060here.example and @Ann"


def test_slack_opens_only_the_link_of_the_portal() -> None:
    said = json.dumps(slack(nasty(NASTY))["blocks"][1:])
    assert said.count("<") == said.count(">") == 1
    assert f"<{NOTE.url}|Open the deployment>" in said
    assert "&lt;!channel&gt;" in said
    assert "&amp;" in said


def test_slack_keeps_to_the_lengths_that_blocks_may_have() -> None:
    payload = slack(nasty("&" * 5000))
    header, told, fields, act, _ = payload["blocks"]
    assert len(header["text"]["text"]) <= 150
    assert max(len(told["text"]["text"]), len(act["text"]["text"])) <= 3000
    assert len(fields["fields"][0]["text"]) <= 2000


def test_slack_says_the_facts_and_where_to_look() -> None:
    assert slack(NOTE)["text"] == NOTE.subject
    assert slack(NOTE)["blocks"][2]["fields"] == [
        {"type": "mrkdwn", "text": "*What*\nStorage layer 1.4"},
        {"type": "mrkdwn", "text": "*When*\nTuesday, 10:00 (Europe/Vienna)"},
    ]


def test_teams_is_a_card_whose_texts_know_no_markdown() -> None:
    [attachment] = teams(nasty(NASTY))["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert "msteams" not in card
    assert [action["url"] for action in card["actions"]] == [NOTE.url]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, _: object) -> None:
        self.found.add(tag)


@given(st.text())
def test_matrix_has_no_markup_but_its_own(text: str) -> None:
    payload = matrix(nasty(f"{text}<script><img src=x>"))
    tags = Tags()
    tags.feed(payload["formatted_body"])
    assert tags.found <= {"h4", "p", "ul", "li", "b", "br", "a"}
    assert payload["m.mentions"] == {}
    assert payload["msgtype"] == "m.notice"


def test_webhook_says_every_fact_by_its_name() -> None:
    said = webhook(NOTE)
    assert said["facts"] == dict(NOTE.facts)
    assert (said["id"], said["kind"], said["schedule_revision"], said["test"]) == (
        "k1", "notice", 3, False
    )  # fmt: skip
    assert said["text"].splitlines() == [
        NOTE.subject, NOTE.headline, NOTE.lead, "What: Storage layer 1.4",
        "When: Tuesday, 10:00 (Europe/Vienna)", NOTE.act, NOTE.url,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", PAYLOADS)
def test_test_is_marked_where_one_looks_first(kind: str) -> None:
    said = json.dumps(PAYLOADS[kind](replace(NOTE, is_test=True)), ensure_ascii=False)
    assert f"[Test] {NOTE.subject}" in said
