"""What a room renders belongs to one instant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections, transaction

from checklists import services as checklists
from checklists.enums import ItemState
from deploy_portal.live.frames import Shown
from deploy_portal.live.rooms import _render
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_team
from tests.waiting import until

READER = frozenset({"see_service"})


def rendered(deployment: Deployment) -> Shown:
    try:
        return _render(deployment.pk, {READER: ("header", "checklist")})[READER]
    finally:
        connections.close_all()


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def render_while_ticked(team: Team, deployment: Deployment) -> Shown:
    """A rendering that has read its version and waits for the items until the tick is committed."""
    item = deployment.items.get(position=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE checklists_item IN ACCESS EXCLUSIVE MODE")
            waiting = pool.submit(rendered, deployment)
            until(somebody_waits_for_a_lock)
            checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
        return waiting.result(timeout=30)


def test_change_while_it_renders_is_sent_to_a_page_with_the_older_version(
    committed: dict[str, str],
) -> None:
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    deployment.refresh_from_db()
    seen = str(deployment.event_count)

    during, panels = render_while_ticked(team, deployment), ("checklist", "header")
    after = rendered(deployment)

    assert during.is_what_was_seen(seen, panels)
    assert after.version == during.version + 1
    assert "checklist" in after.changed_since(during, panels)
    assert b"Done by Member" in after.message(panels, during)
