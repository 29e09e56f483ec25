"""Takes checkpoints out of the database: into a folder, and by mail."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path

from django.core.mail import EmailMessage
from django.db.models import F

from audit.checkpoints import document, file_name
from audit.enums import Place
from audit.models import Checkpoint, CheckpointCopy
from deployments import clock, portal_hold

LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)
TEXT = """\
Checkpoint {number} of {url}, made {at:%Y-%m-%d %H:%M} UTC.

It says where {heads} chains of events ended, is signed by the key with the fingerprint
{key}
and names the checkpoint before it by its hash. Keep this mail where nobody who could change the
portal's database can reach it. To compare the portal with what you kept:

    python manage.py verify_history --checkpoints {file}
"""


def sweep(url: str) -> None:
    """Every copy that is due, one after the other; a failed one is tried again later."""
    due = CheckpointCopy.objects.filter(
        ~portal_hold.on(), sent_at=None, due_at__lte=clock.now()
    ).order_by("due_at")
    for pk in list(due.values_list("pk", flat=True)[:100]):
        _send(pk, url)


def _send(pk: int, url: str) -> None:
    now = clock.now()
    mine = CheckpointCopy.objects.filter(pk=pk, sent_at=None, due_at__lte=now)
    if not mine.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return
    copy = CheckpointCopy.objects.select_related("checkpoint").get(pk=pk)
    try:
        if copy.place == Place.FOLDER:
            write(copy.checkpoint, Path(copy.to))
        else:
            mail(copy.checkpoint, copy.to, url)
    except (OSError, ValueError) as error:  # of smtplib's errors OSError is the base
        pause = min(timedelta(minutes=2**copy.attempts), LONGEST_PAUSE)
        CheckpointCopy.objects.filter(pk=pk).update(problem=str(error), due_at=now + pause)
    else:
        CheckpointCopy.objects.filter(pk=pk).update(problem="", sent_at=clock.now())


def write(made: Checkpoint, folder: Path) -> Path:
    """Whole under its name or not there; a file that is there is never written over."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / file_name(made)
    draft = folder / f".{place.name}.{secrets.token_hex(8)}"
    try:
        draft.write_bytes(document(made))
        os.link(draft, place)
    except FileExistsError:
        return place
    finally:
        draft.unlink(missing_ok=True)
    return place


def mail(made: Checkpoint, to: str, url: str) -> None:
    name = file_name(made)
    text = TEXT.format(
        number=made.number, url=url, at=made.at, heads=made.head_count, key=made.key, file=name
    )
    letter = EmailMessage(
        f"Checkpoint {made.number} of the history",
        text,
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    letter.attach(name, document(made), "application/json")
    letter.send()
