"""What copies on their way out ask of the database: of a batch as much as of one."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from communications.definitions import PlanLine
from communications.enums import Kind
from communications.models import Delivery, Stakeholder
from communications.sending import dispatch, leaving
from communications.sending.handover import Outcome, Result
from communications.sending.line import BATCHES_CLAIMED, MOST_AT_ONCE, MOST_CLAIMED, Pace
from deployments.enums import Anchor
from tests.builders import Team
from tests.communications.conftest import make_planned

DUE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2), "Final go/no-go")
EITHER = pytest.mark.parametrize("count", [1, MOST_AT_ONCE])


def make_due(team: Team) -> None:
    Stakeholder.objects.bulk_create(
        Stakeholder(service=team.service, name=f"P{n}", address=f"p{n}@example.net")
        for n in range(MOST_AT_ONCE)
    )
    make_planned(team, DUE)
    dispatch.expand_due()


@EITHER
def test_claim_reads_the_message_once_for_all_its_copies(
    count: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_due(team)
    # The time, a savepoint and its end, what is due, the lease, the copies, their message.
    with django_assert_num_queries(7):
        copies = dispatch.claim(count)
    assert len(copies) == count
    with django_assert_num_queries(0):
        assert {copy.message.deployment.lead for copy in copies} == {team.release_manager}
    assert len({id(copy.message) for copy in copies}) == 1


@EITHER
def test_batch_that_leaves_asks_as_much_as_one_copy(
    count: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_due(team)
    copies = dispatch.claim(count)
    # A savepoint and its end; lock and read the deployment, the time, whether somebody holds the
    # messages back; lock and mark the copies.
    with django_assert_num_queries(6):
        begun = leaving.begin(copies)
    assert len(begun.copies) == count
    with django_assert_num_queries(1):
        assert begun.kept_back() is None
    # A savepoint and its end, and the mark.
    with django_assert_num_queries(3):
        leaving.finish(begun, [(copy, Outcome(Result.ACCEPTED)) for copy in copies])
    assert Delivery.objects.filter(state="sent", sent_at__isnull=False).count() == count


def test_sender_claims_many_only_where_they_are_gone_in_a_moment() -> None:
    pace, now = Pace(), time.monotonic()
    shares = [pace.share]
    for began in (*[now + 60] * 4, now - 60):
        pace.learn(began)
        shares.append(pace.share)
    growing = [BATCHES_CLAIMED * size for size in (1, 2, 4, 8)]
    assert shares == [*growing, MOST_CLAIMED, BATCHES_CLAIMED]
