"""Who runs the command of a step: one worker, once, as long as its token holds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from checklists.enums import AttemptState
from checklists.models import Attempt
from deployments import clock, hints, portal_hold

# A worker says every second or so that it is still there.
LEASE = timedelta(seconds=45)
LOST = "The worker that ran it is gone; nobody knows how far it came."


@dataclass
class Claim:
    """One worker's hold on one run; `shown` is what pages were told of its output last."""

    attempt: Attempt
    token: uuid.UUID
    shown: str = field(default="", repr=False)

    def goes_on(self, said: str) -> bool:
        """Renew the lease and show what was said; False once somebody ended the run."""
        fields: dict[str, Any] = {"lease_until": clock.now() + LEASE}
        is_new = said != self.shown
        if is_new:
            fields["output"] = clean(said)
        held = Attempt.objects.filter(
            pk=self.attempt.pk, token=self.token, state=AttemptState.RUNNING
        )
        is_held = bool(held.update(**fields))
        if is_held and is_new:
            self.shown = said
            hints.changed(self.attempt.item.deployment_id)
        return is_held


def claim(attempt_id: int) -> Claim | None:
    """Take a run that waits; None when somebody was faster, or it is not to be run now.

    From waiting to running leads one conditional UPDATE, and nothing leads back: a command is
    never started twice, whatever becomes of the worker.
    """
    attempt = Attempt.objects.select_related("item").filter(pk=attempt_id).first()
    if attempt is None:
        return None
    now, token = clock.now(), uuid.uuid4()
    waiting = Attempt.objects.filter(~portal_hold.on(), pk=attempt_id, state=AttemptState.WAITING)
    taken = waiting.update(
        state=AttemptState.RUNNING, token=token, lease_until=now + LEASE, started_at=now
    )
    if not taken:
        return None
    hints.changed(attempt.item.deployment_id)
    return Claim(attempt, token)


def clean(text: str) -> str:
    """As the database can keep it."""
    return text.replace("\0", "\ufffd")
