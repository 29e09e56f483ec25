"""The Celery application: hints in, sweeps on a tick, no promise kept in the broker."""

import os
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")


def broker_url(redis_url: str) -> str:
    """Kombu's spelling of an address written the way redis-py wants it."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


app = Celery("deploy_portal")
app.conf.update(
    broker_url=broker_url(settings.REDIS_URL),
    broker_connection_retry_on_startup=True,
    # A request waits for a broken broker no longer than this; the sweeps find what it missed.
    broker_transport_options={
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "max_retries": 0,
    },
    task_publish_retry=False,
    task_ignore_result=True,
    task_default_queue="messages",
    task_routes={"gates.*": {"queue": "gates"}},
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    enable_utc=True,
    timezone="UTC",
    beat_schedule={
        "gates.sweep": {"task": "gates.sweep", "schedule": 3.0, "options": {"expires": 10}},
        "messages.sweep": {"task": "messages.sweep", "schedule": 2.0, "options": {"expires": 10}},
        "deployments.sweep": {
            "task": "deployments.sweep",
            "schedule": 3.0,
            "options": {"expires": 10},
        },
        "approvals.sweep": {"task": "approvals.sweep", "schedule": 15.0, "options": {"expires": 30}},
    },
)
app.autodiscover_tasks()
