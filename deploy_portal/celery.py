"""The Celery application: hints in, sweeps on a tick, no promise kept in the broker."""

import os

from celery import Celery
from celery.signals import celeryd_init, task_prerun
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")

app = Celery("deploy_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")


@celeryd_init.connect
def load_tasks(**_: object) -> None:
    """For workers: the ticker only sends names, and what sends and draws would weigh on it."""
    app.autodiscover_tasks(force=True)


@task_prerun.connect
def let_go_of_dead_connections(**_: object) -> None:
    """A worker's thread keeps its connection, even one that a restarted database has closed."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block and not connection.is_usable():
            connection.close()
