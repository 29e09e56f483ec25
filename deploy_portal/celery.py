"""The Celery application: hints in, sweeps on a tick, no promise kept in the broker."""

import os

from celery import Celery
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")

app = Celery("deploy_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")


@celeryd_init.connect
def load_tasks(**_: object) -> None:
    """For workers: the ticker only sends names, and what sends and draws would weigh on it."""
    app.autodiscover_tasks(force=True)
