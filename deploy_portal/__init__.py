"""The Deploy Portal project; importing it makes its Celery application the current one."""

import sys

# `python -m deploy_portal.embedded` starts before anything is configured, and stays small.
if sys.orig_argv[1:3] != ["-m", "deploy_portal.embedded"]:
    # Without it a producer would fall back to AMQP.
    from .celery import app as celery_app

    __all__ = ["celery_app"]
