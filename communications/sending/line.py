"""The connection to the mail server, and how fast that server is."""

from __future__ import annotations

import logging
import smtplib
import time

from django.conf import settings

from connections.mail_server import Backend

COPIES_PER_CONNECTION = 100
# As many as are begun at once are in doubt if the worker dies (docs/adr/0027).
MOST_AT_ONCE = 16
BATCH_SECONDS = 0.25
# So many batches are claimed at once: few copies where each takes long, so that others have some.
BATCHES_CLAIMED = 8
# About the copies of one message, where they are gone in a moment: what it says is gathered anew
# for each claim, and each looks through all that is due.
MOST_CLAIMED = 256
logger = logging.getLogger(__name__)


class Pace:
    """How many copies are begun at once: one where the mail server takes its time, else some."""

    def __init__(self) -> None:
        self.size = 1

    def is_over(self, began: float) -> bool:
        return time.monotonic() - began > BATCH_SECONDS

    @property
    def share(self) -> int:
        """How many copies one sender claims, and leaves to no other."""
        return MOST_CLAIMED if self.size == MOST_AT_ONCE else self.size * BATCHES_CLAIMED

    def learn(self, began: float) -> None:
        self.size = 1 if self.is_over(began) else min(self.size * 2, MOST_AT_ONCE)


class Line:
    """The connection to the mail server, reopened now and then and after every trouble."""

    def __init__(self) -> None:
        self._backend = Backend(timeout=settings.EMAIL_TIMEOUT)
        self._used = 0
        self.pace = Pace()
        self.trouble = ""

    def reach(self) -> int:
        """How many copies may be begun; connecting may take long, so nothing is begun before it."""
        self._open()
        return min(COPIES_PER_CONNECTION - self._used, self.pace.size)

    def smtp(self) -> smtplib.SMTP:
        """Raises OSError, of which SMTPException is a kind, while the server cannot be reached."""
        self._open()
        self._used += 1
        assert self._backend.connection is not None
        return self._backend.connection

    def _open(self) -> None:
        if self._used >= COPIES_PER_CONNECTION:
            self.close()
        try:
            self._backend.open()
        except OSError as error:
            self.trouble = f"The mail server cannot be reached: {error}"
            # Without the TLS or the sign-in that it was to have; nothing may go over it.
            self.close()
            raise

    def close(self) -> None:
        self._used = 0
        try:
            self._backend.close()
        except OSError as error:
            logger.info("the mail server did not say goodbye: %s", error)
        self._backend.connection = None
