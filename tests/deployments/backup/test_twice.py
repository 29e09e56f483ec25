"""R9: a backup restores and sends nothing twice, with real programs, workers and a mail server."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError

from accounts.models import User
from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Message, Stakeholder
from communications.sending import releasing
from deployments import ticks
from deployments.enums import Anchor
from deployments.models import Event, PortalHold, Tick
from tests import databases
from tests.builders import Team, make_administrator
from tests.communications.conftest import make_planned, move_clock, witness
from tests.communications.smtp_witness import Witness
from tests.communications.test_chaos import Processes
from tests.deployments.backup.commands import command
from tests.waiting import until

__all__ = ["witness"]

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PEOPLE = 12
BEFORE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go")
AFTER = PlanLine(Kind.NOTICE, Anchor.T0, -50 * MINUTE, "Nearly there")
MUCH_LATER = PlanLine(Kind.NOTICE, Anchor.T0, -20 * MINUTE, "Any moment now")


def only(team: Team) -> None:
    """One reader for each stakeholder, and nobody else."""
    User.objects.exclude(pk=team.release_manager.pk).update(email="")
    Stakeholder.objects.bulk_create(
        Stakeholder(service=team.service, name=f"P{n}", address=f"p{n}@example.net")
        for n in range(PEOPLE - 1)
    )


@pytest.mark.slow
def test_backup_restores_and_sends_nothing_twice(
    committed: dict[str, str],
    real_team: Team,
    witness: Witness,
    elsewhere: str,
    tmp_path: Path,
) -> None:
    only(real_team)
    administrator = make_administrator()
    make_planned(real_team, BEFORE, AFTER, MUCH_LATER)
    sender.sweep()
    assert len(witness.taken) == PEOPLE
    in_a_hand = Delivery.objects.order_by("pk").first()
    Delivery.objects.filter(pk=in_a_hand.pk).update(state=DeliveryState.CLAIMED, sent_at=None)
    kept = tmp_path / "kept" / "portal.tar"
    command("backup", "--to", kept)
    Delivery.objects.filter(pk=in_a_hand.pk).update(
        state=DeliveryState.SENT, sent_at=in_a_hand.sent_at
    )
    move_clock(15 * MINUTE)
    sender.sweep()
    assert len(witness.taken) == 2 * PEOPLE

    databases.point_to(elsewhere)
    command("restore", kept)
    move_clock(15 * MINUTE)
    environment = databases.environment(elsewhere) | {
        "EMAIL_URL": f"smtp://127.0.0.1:{witness.port}",
    }
    with ExitStack() as stack:
        Processes(stack, environment, witness)
        until(lambda: Tick.objects.filter(name=ticks.MAIL).exists())
        seen = Tick.objects.get(name=ticks.MAIL).at
        until(lambda: Tick.objects.get(name=ticks.MAIL).at > seen)
        assert (len(witness.taken), PortalHold.objects.count()) == (2 * PEOPLE, 1)
        in_a_hand.refresh_from_db()
        assert in_a_hand.state == DeliveryState.UNKNOWN

        releasing.release(actor=administrator, leaves_out=True, reason="It had left.")
        move_clock(30 * MINUTE)
        until(lambda: len(witness.taken) == 3 * PEOPLE)
    assert witness.doubled() == {}
    titles = list(Message.objects.order_by("pk").values_list("title", "state"))
    assert titles == [
        ("Final go/no-go", "leaving"),
        ("Nearly there", "skipped"),
        ("Any moment now", "leaving"),
    ]


def test_hold_by_hand_holds_and_says_so(committed: dict[str, str], real_team: Team) -> None:
    command("hold", "The mail server is being moved.")
    assert PortalHold.objects.get().reason == "The mail server is being moved."
    assert Event.objects.get(verb="portal held").reason == "The mail server is being moved."
    with pytest.raises(CommandError, match="no time with an offset"):
        command("hold", "Restored", "--restored", "yesterday")
    command("hold", "Restored", "--restored", "2026-11-26T02:00+00:00")
    assert PortalHold.objects.get().backup_from.isoformat() == "2026-11-26T02:00:00+00:00"
