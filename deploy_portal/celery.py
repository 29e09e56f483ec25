"""The Celery application: hints in, sweeps on a tick, no promise kept in the broker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")

app = Celery("deploy_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
