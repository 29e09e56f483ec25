"""All that the portal's processes load, for the one that the others are forked from.

Nothing here opens a connection, starts a thread or reads collected files: neither survives a fork.
"""

import os

import a2wsgi  # noqa: F401
import django
import uvicorn.protocols.http.auto  # noqa: F401
from celery.apps import beat, worker  # noqa: F401
from celery.bin import celery  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")
django.setup()
# isort: split
# Models can be imported only once Django is set up.
from django.conf import settings
from django.template import engines
from django.urls import reverse
from django.utils.module_loading import import_string

from deploy_portal import bodies  # noqa: F401
from deploy_portal.celery import load_tasks
from deploy_portal.live import ending, hub, stream  # noqa: F401
from deploy_portal.settings.environment import env

for middleware in settings.MIDDLEWARE:
    import_string(middleware)
# Tags, addresses and tasks, which else each would load at its first page or work.
engines.all()
reverse("dashboard:home")
load_tasks()


def begin() -> None:
    """Heed what one forked process is told and the one it comes from was not."""
    # Django says so to whoever loads settings, and commands that a worker runs go by it.
    os.environ["TZ"] = settings.TIME_ZONE
    if env.bool("DATABASE_POOL", default=False):
        settings.DATABASES["default"]["OPTIONS"]["pool"] = settings.DATABASE_POOL
