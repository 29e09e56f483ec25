"""All that the portal's processes load, for the one that the others are forked from.

Nothing of it starts a thread, opens a connection or reads the collected files: a fork has no
thread but its own, and may share no connection.
"""

import os
from importlib import import_module

import django
from django.conf import settings
from django.template import engines
from django.urls import reverse
from django.utils.module_loading import import_string

from deploy_portal.celery import load_tasks
from deploy_portal.settings.environment import env

# What asgi.py needs, which itself looks at the collected files; and Celery's commands.
PARTS = (
    "a2wsgi",
    "uvicorn.protocols.http.auto",
    "deploy_portal.bodies",
    "deploy_portal.live.ending",
    "deploy_portal.live.hub",
    "deploy_portal.live.stream",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
)

django.setup()
for part in PARTS:
    import_module(part)
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
    options = settings.DATABASES["default"]["OPTIONS"]
    options.pop("pool", None)
    if env.bool("DATABASE_POOL", default=False):
        options["pool"] = settings.DATABASE_POOL
