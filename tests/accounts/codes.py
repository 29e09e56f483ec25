"""What an authenticator app shows."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


def code_of(secret: str, later: int = 0) -> str:
    """The code of now, or of so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))
