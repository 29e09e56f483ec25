"""A text that cannot be written: its owner is told, once, and never without end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Message
from communications.writing import letters
from deployments import clock, outbox
from deployments.enums import Anchor
from deployments.models import Event
from tests.builders import Team
from tests.communications.conftest import make_planned
from tests.communications.smtp_witness import Witness

# No kind that a plan can have: there is no folder with its texts.
POEM = PlanLine("poem", Anchor.T0, -timedelta(hours=2), "A poem")


def test_release_lead_is_mailed_once_what_nobody_got_and_why(
    real_team: Team, witness: Witness
) -> None:
    deployment = make_planned(real_team, POEM)
    sender.sweep()
    for _ in range(2):
        outbox.deliver_due()
        sender.sweep()
    told = "a message could not be written"
    [taken] = [one for one in witness.taken if told in str(one.mail["Subject"])]
    assert taken.recipient == real_team.release_manager.email
    text = taken.mail.get_body(("plain",)).get_content()
    assert "“A poem due " in text
    assert "poem/subject.txt" in text
    assert f"/deployments/{deployment.pk}/messages/recipients/" in text


def test_mail_that_says_so_and_cannot_be_written_itself_is_the_last(
    real_team: Team, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_planned(real_team, POEM)
    monkeypatch.setattr(letters, "FOLDER", "communications/nowhere")
    for _ in range(4):
        sender.sweep()
        outbox.deliver_due()
    assert witness.taken == []
    told = Message.objects.filter(kind=Kind.UNWRITTEN)
    others = Message.objects.exclude(kind=Kind.UNWRITTEN)
    # Each of them is noted, and mailed of is each of the others.
    assert told.count() == others.count()
    assert Event.objects.filter(verb="message not written").count() == told.count() * 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.FAILED}
    assert not Delivery.objects.filter(due_at__gt=clock.now()).exists()
