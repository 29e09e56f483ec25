"""Leaving at the very instant at which copies are written, or somebody else does the same."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from communications.definitions import PlanLine
from communications.models import Delivery, OptOut, Stakeholder
from communications.sending import dispatch
from communications.subscriptions import listing, subscribing
from communications.subscriptions.listing import Entry
from communications.subscriptions.subscribers import Subscriber
from deployments.exceptions import Refused
from deployments.models import Event
from tests.builders import Team
from tests.communications.conftest import make_planned
from tests.threads import at_once

NOW = PlanLine("go_no_go", "t0", timedelta(hours=-2), "Final go/no-go")
ROUNDS = 4


def listed(team: Team, number: int) -> Stakeholder:
    entry = Entry(f"P{number}", f"p{number}@example.net")
    [row] = listing.add(team.service, [entry], actor=team.release_manager)
    return row


def leave(row: Stakeholder) -> OptOut:
    return subscribing.leave(Subscriber(row.service, row.address, None, row), actor=None)


def test_no_copy_waits_for_whoever_left_while_it_was_written(real_team: Team) -> None:
    for number in range(ROUNDS):
        row = listed(real_team, number)
        deployment = make_planned(real_team, NOW)
        at_once(partial(leave, row), dispatch.expand_due)
        copies = Delivery.objects.filter(message__deployment=deployment)
        assert copies.filter(address="member@example.org").count() == 1
        assert set(copies.filter(address=row.address).values_list("state", flat=True)) <= {
            "cancelled"
        }
    assert OptOut.objects.count() == ROUNDS


def test_leaving_twice_at_once_is_one_opt_out_and_one_event(real_team: Team) -> None:
    row = listed(real_team, 1)
    first, second = at_once(lambda: leave(row), lambda: leave(row))
    assert first == second == OptOut.objects.get()
    assert Event.objects.filter(verb="left the messages").count() == 1


def test_one_address_added_twice_at_once_is_listed_once(real_team: Team) -> None:
    answers = at_once(lambda: listed(real_team, 1), lambda: listed(real_team, 1))
    [row] = Stakeholder.objects.all()
    [refused] = [one for one in answers if isinstance(one, Refused)]
    assert row in answers
    assert refused.sentence == "p1@example.net is on the list already, as P1."
