"""The mail server of `EMAIL_URL`, also where it listens at a socket of this machine."""

from __future__ import annotations

import smtplib
import socket

from django.core.mail.backends.smtp import EmailBackend


class AtSocket(smtplib.SMTP):
    """SMTP over a Unix socket, as Postfix and others offer it on their own machine."""

    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """Where the standard library says that subclasses dial."""
        dialled = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            dialled.settimeout(timeout)
            dialled.connect(host)
        except OSError:
            dialled.close()
            raise
        return dialled


class Backend(EmailBackend):
    """Django's own; a host that is a path is a socket."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return AtSocket if self.host.startswith("/") else super().connection_class
