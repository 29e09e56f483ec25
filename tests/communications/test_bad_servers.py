"""A mail server, a clock, a database that misbehaves in the middle: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as real_settings
from django.db import connection, connections
from pytest_django import Settings

from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Stakeholder
from communications.plan import pausing
from communications.sending import dispatch, leaving
from communications.sending.handover import Outcome, Result
from communications.sending.leaving import Begun
from communications.sending.line import MOST_AT_ONCE
from deployments import clock, outbox, services
from deployments.comments import comment
from deployments.enums import Anchor
from deployments.models import Deployment
from tests.builders import Team
from tests.communications.conftest import make_planned, move_clock
from tests.communications.smtp_witness import Witness

HOUR = timedelta(hours=1)
NOW = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Final go/no-go")
READERS = 24


@pytest.fixture
def deployment(real_team: Team, witness: Witness) -> Deployment:
    """Two dozen people are to be told now."""
    for person in real_team.people.values():
        person.email = ""
        person.save()
    add_readers(real_team, range(READERS))
    return make_planned(real_team, NOW)


def add_readers(team: Team, numbers: range) -> None:
    Stakeholder.objects.bulk_create(
        Stakeholder(service=team.service, name=f"P{n:02}", address=address(n)) for n in numbers
    )


def address(number: int) -> str:
    return f"p{number:02}@example.net"


def states() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for copy in Delivery.objects.order_by("address"):
        found.setdefault(copy.state, []).append(copy.address)
    return found


def all_but(*numbers: int) -> list[str]:
    return [address(n) for n in range(READERS) if n not in numbers]


def once(witness: Witness, count: int, act: Callable[[], object]) -> None:
    """Do this while the server takes that many-th mail; in a thread, so with other connections."""

    def meanwhile() -> None:
        if len(witness.taken) == count:
            witness.meanwhile = None
            try:
                act()
            finally:
                connections.close_all()

    witness.meanwhile = meanwhile


def test_bad_address_among_a_hundred_fails_alone(
    deployment: Deployment, real_team: Team, witness: Witness
) -> None:
    add_readers(real_team, range(READERS, 100))
    Stakeholder.objects.filter(address=address(41)).update(address="p41 at example.net")
    sender.sweep()
    others = [address(n) for n in range(100) if n != 41]
    assert states() == {"sent": others, "failed": ["p41 at example.net"]}
    assert witness.recipients() == others


@pytest.mark.parametrize("answer", ["hang", "drop"])
def test_server_that_hangs_or_drops_before_it_has_the_mail_gets_it_later(
    answer: str, deployment: Deployment, witness: Witness, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 1
    witness.always[address(20)] = answer
    sender.sweep()
    assert states() == {"sent": all_but(20), "retry": [address(20)]}
    witness.always.clear()
    move_clock(timedelta(minutes=1))
    sender.sweep()
    assert witness.recipients() == all_but()
    assert witness.doubled() == {}


@pytest.mark.parametrize("answer", ["hang then", "swallow", "mumble"])
def test_server_that_takes_the_mail_and_does_not_say_so_leaves_one_in_doubt(
    answer: str, deployment: Deployment, witness: Witness, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 1
    witness.always[address(20)] = answer
    for _ in range(2):
        sender.sweep()
        move_clock(timedelta(minutes=5))
    assert states() == {"sent": all_but(20), "unknown": [address(20)]}
    assert witness.doubled() == {}


def test_server_that_dies_in_the_middle_gets_the_rest_when_it_is_back(
    deployment: Deployment, witness: Witness
) -> None:
    once(witness, 12, lambda: witness.always.update(dict.fromkeys(all_but(), "drop")))
    sender.sweep()
    found = states()
    assert (len(found["sent"]), len(found["retry"])) == (12, READERS - 12)
    witness.always.clear()
    move_clock(timedelta(minutes=1))
    sender.sweep()
    assert states() == {"sent": all_but()}
    assert witness.doubled() == {}


@pytest.mark.parametrize("reply", ["421 going down", "451 later"])
def test_server_that_is_tired_of_everybody_is_asked_again(
    reply: str, deployment: Deployment, witness: Witness
) -> None:
    witness.always.update(dict.fromkeys(all_but(), reply))
    sender.sweep()
    assert states() == {"retry": all_but()}
    witness.always.clear()
    move_clock(timedelta(minutes=1))
    sender.sweep()
    assert (states(), witness.doubled()) == ({"sent": all_but()}, {})


def test_time_that_moves_in_the_middle_holds_back_what_was_begun(
    deployment: Deployment, real_team: Team, witness: Witness
) -> None:
    """The twelfth is being taken when the new time is saved: not one more names the old one."""
    t0 = clock.now() + 5 * HOUR
    once(
        witness,
        12,
        lambda: services.schedule(deployment.pk, t0, actor=real_team.release_manager),
    )
    sender.sweep()
    found = states()
    assert (len(found["sent"]), len(found["superseded"])) == (12, READERS - 12)
    assert len(witness.taken) == 12
    outbox.deliver_due()
    move_clock(timedelta(minutes=6))
    sender.sweep()
    told = sorted(found["sent"])
    assert sorted(taken.recipient for taken in witness.taken[12:]) == told


def test_messages_held_back_in_the_middle_wait(
    deployment: Deployment, real_team: Team, witness: Witness
) -> None:
    once(
        witness,
        12,
        lambda: pausing.hold_all(deployment.pk, actor=real_team.ops_lead, reason="Not yet"),
    )
    sender.sweep()
    found = states()
    assert (len(found["sent"]), len(found["scheduled"])) == (12, READERS - 12)
    pausing.release_all(deployment.pk, actor=real_team.ops_lead)
    move_clock(leaving.LOOKS_AGAIN_AFTER)
    sender.sweep()
    assert (states(), witness.doubled()) == ({"sent": all_but()}, {})


def test_other_change_in_the_middle_keeps_no_copy(
    deployment: Deployment, real_team: Team, witness: Witness
) -> None:
    """What was begun is judged anew, and goes on."""
    once(witness, 12, lambda: comment(deployment.pk, actor=real_team.member, text="Hello"))
    sender.sweep()
    assert states() == {"sent": all_but()}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize("hours", [-30, 30])
def test_clock_that_jumps_in_the_middle_loses_and_doubles_nothing(
    hours: int, deployment: Deployment, witness: Witness
) -> None:
    deployment.messages.update(useful_until=None)
    once(witness, 12, lambda: move_clock(hours * HOUR))
    sender.sweep()
    for _ in range(2):
        move_clock(abs(hours) * HOUR)
        sender.sweep()
    assert states() == {"sent": all_but()}
    assert witness.doubled() == {}


def test_server_that_takes_its_time_over_each_command_gets_its_mail(
    deployment: Deployment, witness: Witness
) -> None:
    """As if three commands had nearly timed out in a row."""
    once(witness, 12, lambda: move_clock(timedelta(seconds=59)))
    sender.sweep()
    assert states() == {"sent": all_but()}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_copy_that_did_not_begin_in_time_is_tried_again_and_says_why(
    deployment: Deployment, witness: Witness
) -> None:
    once(witness, 12, lambda: move_clock(leaving.BEGINS_WITHIN))
    sender.sweep()
    late = Delivery.objects.filter(state=DeliveryState.RETRY)
    assert set(late.values_list("last_error", "attempts")) == {(leaving.TOO_SLOW, 1)}
    assert set(states()["retry"]).isdisjoint(witness.recipients())
    move_clock(timedelta(minutes=1))
    sender.sweep()
    assert (states(), witness.doubled()) == ({"sent": all_but()}, {})


def test_time_to_begin_and_lease_outlast_the_time_outs_of_the_mail_server() -> None:
    one = timedelta(seconds=real_settings.EMAIL_TIMEOUT)
    assert 3 * one < leaving.BEGINS_WITHIN
    assert leaving.BEGINS_WITHIN + 3 * one < leaving.HANDOVER_LEASE


def test_lease_that_ran_out_while_handing_over_is_no_double(
    deployment: Deployment, witness: Witness
) -> None:
    """Another worker gave it up as unknown meanwhile; the late word of its own still counts."""

    def give_up() -> None:
        move_clock(leaving.HANDOVER_LEASE)
        dispatch.recover()

    once(witness, 12, give_up)
    sender.sweep()
    # It was one of a batch, the last that is due; those behind it begin anew.
    assert states()["sent"] == all_but(*range(12, READERS))
    move_clock(timedelta(minutes=1))
    sender.sweep()
    assert states() == {"sent": all_but()}
    assert witness.doubled() == {}


def test_database_that_ends_the_connection_in_the_middle_is_told_afterwards(
    deployment: Deployment, witness: Witness
) -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()

    def end() -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    once(witness, 12, end)
    with pytest.raises(Exception, match=r"connection|terminat"):
        sender.sweep()
    assert len(states()["sent"]) == 12
    move_clock(leaving.CLAIM_LEASE)
    sender.sweep()
    assert states() == {"sent": all_but()}
    assert witness.doubled() == {}


def test_worker_that_dies_leaves_in_doubt_only_what_it_had_begun(
    deployment: Deployment, witness: Witness
) -> None:
    dispatch.expand_due()
    claimed = dispatch.claim(READERS)
    begun = leaving.begin(claimed[:MOST_AT_ONCE])
    assert len(begun.copies) == MOST_AT_ONCE
    move_clock(leaving.HANDOVER_LEASE)
    sender.sweep()
    found = states()
    assert found["unknown"] == sorted(copy.address for copy in begun.copies)
    assert len(found["sent"]) == READERS - MOST_AT_ONCE


def test_copies_that_were_not_handed_over_count_no_attempt(deployment: Deployment) -> None:
    dispatch.expand_due()
    claimed = dispatch.claim(3)
    begun = leaving.begin(claimed)
    leaving.finish(begun, [(claimed[0], Outcome(Result.ACCEPTED))])
    rows = Delivery.objects.filter(pk__in=[copy.pk for copy in claimed]).order_by("pk")
    assert list(rows.values_list("state", "attempts")) == [
        (DeliveryState.SENT, 1), (DeliveryState.CLAIMED, 0), (DeliveryState.CLAIMED, 0)
    ]  # fmt: skip
    assert leaving.begin(claimed).copies == claimed[1:]


def test_what_another_worker_has_by_now_is_not_given_back(deployment: Deployment) -> None:
    dispatch.expand_due()
    stale = dispatch.claim(2)
    move_clock(leaving.CLAIM_LEASE)
    dispatch.recover()
    fresh = dispatch.claim(2)
    leaving.finish(Begun(stale), [])
    assert leaving.begin(stale).copies == []
    assert leaving.begin(fresh).copies == fresh
