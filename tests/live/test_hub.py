"""What many open pages cost."""

from __future__ import annotations

from django.db import connection

from checklists.enums import ItemState
from deploy_portal.live import access
from tests.live.conftest import Stage
from tests.live.test_stream import watching
from tests.waiting import until


def test_fifty_viewers_of_one_audience_are_rendered_once_per_change(stage: Stage) -> None:
    session = stage.session_of("stakeholder")
    pages = [stage.visit(stage.path, session) for _ in range(50)]
    for page in pages:
        assert page.next()
    watching(stage, 50)
    before = stage.hub.counts.copy()

    stage.tick()
    heard = {page.next() for page in pages}

    assert len(heard) == 1
    grown = stage.hub.counts - before
    # Two events in one tick may come as one wave of hints or two, never as fifty.
    assert grown["renders"] == grown["waves"]
    assert grown["waves"] <= 2
    assert grown["dropped"] == 0


def test_each_audience_is_rendered_by_itself(stage: Stage) -> None:
    reader, member = stage.open("stakeholder"), stage.open("member")
    watching(stage, 2)
    before = stage.hub.counts.copy()

    stage.tick()
    seen = [page.next_message() for page in (reader, member)]

    assert seen[0] and seen[1] and seen[0].data != seen[1].data
    assert "hx-post" not in seen[0].data
    assert "hx-post" in seen[1].data
    grown = stage.hub.counts - before
    assert grown["renders"] == 2 * grown["waves"]


def test_open_streams_hold_no_database_connection(stage: Stage) -> None:
    for name in ["stakeholder", "member", "auditor"] * 10:
        stage.open(name)
    watching(stage, 30)
    stage.tick()
    stage.tick(ItemState.OPEN)
    # A rendering or a recheck may be on its way at any instant, but none is kept.
    until(lambda: _connections() == 0)
    assert len(stage.hub.viewers) == 30


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_the_recheck_of_many_agrees_with_the_policy_of_one(stage: Stage, django_assert_num_queries):
    tickets = []
    for name in stage.team.people:
        ticket = access.admit(stage.session_of(name), stage.deployment.pk)
        if isinstance(ticket, access.Ticket):
            tickets.append(ticket)
    assert len(tickets) == len(stage.team.people) - 1
    with django_assert_num_queries(4):
        assert access.ended(tickets) == set()
