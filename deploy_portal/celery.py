"""The Celery application: hints in, sweeps on a tick, no promise kept in the broker."""

import os

from celery import Celery
from celery.signals import celeryd_init
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")

app = Celery("deploy_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")


@celeryd_init.connect
def load_tasks(**_: object) -> None:
    """For workers: the ticker only sends names, and what sends and draws would weigh on it.

    Mails name addresses, for which all pages are loaded: now, not while the first of them is due.
    """
    app.autodiscover_tasks(force=True)
    get_resolver().url_patterns  # noqa: B018 - read for what it loads
