"""Who loads the tasks: workers all of them, and the ticker none."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, connections

from approvals.tasks import sweep

LOADED = """
import json, sys
from celery.signals import celeryd_init
from deploy_portal.celery import app
app.loader.init_worker()  # as workers and ticker do
before = "matplotlib" in sys.modules
celeryd_init.send(sender="a worker", instance=None, conf=app.conf, options={})
print(json.dumps([before, "matplotlib" in sys.modules, sorted(app.tasks)]))
"""


def test_ticker_loads_nothing_that_draws_and_a_worker_knows_every_task() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=settings.BASE_DIR, check=True, capture_output=True
    )
    ticker_draws, worker_draws, tasks = json.loads(told.stdout)

    assert (ticker_draws, worker_draws) == (False, True)
    assert {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()} <= set(tasks)
    assert "gates.execute" in tasks


@pytest.mark.usefixtures("committed")
def test_task_works_on_a_thread_whose_connection_the_database_closed() -> None:
    """As all of them are after PostgreSQL was restarted, and Celery would keep them for hours."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    sweep.apply(throw=True)

    assert connection.connection.info.backend_pid != pid
