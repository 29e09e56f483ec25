"""Posts what is due into rooms: the same rows, leases and states as mails, by HTTP."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError

from communications.chat import posting
from communications.chat.payloads import Note
from communications.exceptions import Unsendable
from communications.models import Delivery
from communications.sending import dispatch, leaving
from communications.writing import letters, reading
from deployments import hints, provenance

# So few that their time-outs together end before the lease does.
BATCH = 5
# A room that hangs holds one thread of the process here, and no more.
_seat = threading.Lock()
logger = logging.getLogger(__name__)


def sweep() -> None:
    """Every copy that is due for a room now; one room that fails keeps no other from its copy."""
    if not _seat.acquire(blocking=False):
        return
    try:
        with provenance.acting("worker"):
            while copies := dispatch.claim(BATCH, chat=True):
                for copy in dispatch.settle(copies):
                    _send(copy)
                dispatch.note_first_copies()
                for deployment_id in sorted({one.message.deployment_id for one in copies}):
                    hints.changed(deployment_id)
    finally:
        _seat.release()


def _send(copy: Delivery) -> None:
    assert copy.channel is not None
    try:
        note = _note(copy)
        place = posting.place_of(copy.channel, note.key)
    except Unsendable as error:
        leaving.fail(copy, str(error))
        return
    begun = leaving.begin([copy])
    if begun.copies:
        leaving.finish(begun, [(copy, posting.post(place, copy.channel.kind, note))])


def _note(copy: Delivery) -> Note:
    """A text that cannot be written must not keep other copies from leaving."""
    try:
        facts = reading.gather(copy.message, copy.message.deployment)
        return letters.note_for(facts, reading.reader_for(facts, copy), key_of(copy))
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("message %s could not be written", copy.message_id)
        raise Unsendable(f"The text could not be written: {error}") from error


def key_of(copy: Delivery) -> str:
    """Of the copy alone, so that a second post of it is known for one."""
    return copy.mail_id.strip("<>").partition("@")[0]
