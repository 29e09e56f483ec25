"""Redis, and what Celery's workers and its beat do by it."""

from deploy_portal.broker import kombu_url
from deploy_portal.settings.environment import env

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

CELERY_BROKER_URL = kombu_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For workers, who wait for work; a request asks first whether anybody answers (hints.py).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "messages"
# Whatever runs commands or measures may take long; messages and sweeps never wait for it.
CELERY_TASK_ROUTES = {
    "gates.*": {"queue": "gates"},
    "audit.*": {"queue": "gates"},
    "checklists.run_command": {"queue": "gates"},
    "monitoring.sample": {"queue": "gates"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# A worker keeps its connections; without this Celery would close them around every task.
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": 4 * seconds}}
    for name, seconds in (
        ("gates.sweep", 3.0),
        ("messages.sweep", 2.0),
        ("deployments.sweep", 3.0),
        ("approvals.sweep", 15.0),
        ("checklists.sweep", 15.0),
        ("monitoring.sweep", 3.0),
        ("intake.sweep", 5.0),
        ("api.sweep", 60.0),
        ("audit.sweep", 5.0),
    )
}
