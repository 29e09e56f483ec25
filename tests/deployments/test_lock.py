"""The lock gives what is true after the wait, never a mixture of before and after."""

from __future__ import annotations

import threading

from django.db import connection, transaction

from deploy_portal.settings import database
from deployments import content
from deployments.models import Deployment
from tests.builders import make_deployment, make_team
from tests.waiting import until


def waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_who_waited_sees_the_content_that_was_written_meanwhile(
    committed: dict[str, str],
) -> None:
    team = make_team()
    deployment = make_deployment(team)
    seen: list[str] = []

    def wait() -> None:
        with transaction.atomic():
            seen.append(Deployment.objects.lock(deployment.pk).content_hash)
        connection.close()

    waiter = threading.Thread(target=wait)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        waiter.start()
        until(waiting_for_a_lock)
        locked.items.filter(position=1).update(text="Back up twice")
        assert content.refresh(locked, team.release_manager)
    waiter.join(60)

    deployment.refresh_from_db()
    assert seen == [deployment.content_hash]
    assert seen != [""]


def test_process_that_stands_still_in_a_change_does_not_keep_its_locks(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)


def test_address_of_the_database_may_say_otherwise() -> None:
    said = database("postgresql://portal@db/portal?options=-c%20jit%3Doff", pooled=False)
    assert said["OPTIONS"]["options"] == "-c jit=off"
