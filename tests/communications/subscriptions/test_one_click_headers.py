"""Which mails carry the headers by which a mail program unsubscribes its person."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from communications import sender
from communications.definitions import PlanLine
from communications.subscriptions import links, listing
from communications.subscriptions.listing import Entry
from communications.whom import audience
from tests.builders import Team
from tests.communications.conftest import make_planned
from tests.communications.smtp_witness import Witness

NOW = PlanLine("go_no_go", "t0", timedelta(hours=-2), "Final go/no-go")
HERE = "http://127.0.0.1:8000"


def test_mails_of_those_who_may_leave_carry_both_headers_and_only_theirs(
    real_team: Team, witness: Witness
) -> None:
    entries = [Entry("Ann", "ann@example.net"), Entry("Desk", "SECURITY@example.org")]
    ann, _ = listing.add(real_team.service, entries, actor=real_team.release_manager)
    make_planned(real_team, NOW)
    sender.sweep()
    found = {one.recipient: one.mail for one in witness.taken}
    assert len(found) == len(witness.taken)
    with_header = {to for to, mail in found.items() if mail["List-Unsubscribe"]}
    assert with_header == {"ann@example.net", "stakeholder@example.org"}
    for to, mail in found.items():
        assert mail["List-Unsubscribe-Post"] == (
            "List-Unsubscribe=One-Click" if to in with_header else None
        )
        text = mail.get_body(("plain",)).get_content()
        assert ("/subscription/" in text) == (to in with_header)
        assert ".invalid" not in mail.as_string()
    mail = found["ann@example.net"]
    one_click = HERE + reverse("communications:leave", args=[links.of_entry(ann)])
    assert "".join(mail["List-Unsubscribe"].split()) == f"<{one_click}>"
    assert one_click.removesuffix("leave/") in mail.get_body(("plain",)).get_content()
    assert one_click.removesuffix("leave/") in mail.get_body(("html",)).get_content()
    answer = Client().post(one_click.removeprefix(HERE), links.ONE_CLICK)
    assert answer.status_code == 200
    assert "ann@example.net" not in {one.address for one in audience.recipients(ann.service)}
