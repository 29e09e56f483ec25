"""What an administrator changes in the admin is history too."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import transaction

from deployments import history

DONE = {1: "added in the admin", 2: "changed in the admin", 3: "deleted in the admin"}


@transaction.atomic
def record_admin(sender: type[LogEntry], instance: LogEntry, created: bool, **kwargs: Any) -> None:
    """One event on the portal's chain for each act that the admin logs, in its transaction."""
    if not created:
        return
    history.record(
        history.chain("portal"),
        DONE[instance.action_flag],
        actor=instance.user,
        obj=instance,
        after={
            "kind": instance.content_type.model if instance.content_type else "",
            "id": str(instance.object_id or ""),
            "text": instance.object_repr,
            "fields": instance.change_message,
        },
    )
