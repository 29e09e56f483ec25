"""The Deploy Portal project; importing it makes its Celery application the current one."""

import sys

# These start before anything is configured, or beside everything, and stay small.
WITHOUT_CELERY = {
    "deploy_portal.embedded",
    "deploy_portal.embedded.health",
    "deploy_portal.embedded.mailbox",
}

if sys.orig_argv[1:2] != ["-m"] or sys.orig_argv[2] not in WITHOUT_CELERY:
    # Without it a producer would fall back to AMQP.
    from .celery import app as celery_app

    __all__ = ["celery_app"]
