"""The links of account mails: what Django makes of password, last sign-in and address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode

from accounts.models import User

RESET_LASTS = timedelta(hours=1)
EPOCH = datetime(2001, 1, 1)  # noqa: DTZ001 - as Django counts, on the server's own clock


class ResetTokens(PasswordResetTokenGenerator):
    """A link that anybody can ask for is good for an hour; an administrator's for three days."""

    key_salt = "deployments.letters.ResetTokens"

    def check_token(self, user: Any, token: str | None) -> bool:
        if not super().check_token(user, token) or token is None:
            return False
        made = EPOCH + timedelta(seconds=base36_to_int(token.partition("-")[0]))
        return self._now() - made <= RESET_LASTS


reset_tokens = ResetTokens()


def path_to_set(person: User) -> str:
    return _path("deployments:set_password", person, default_token_generator)


def path_to_reset(person: User) -> str:
    return _path("deployments:reset_password", person, reset_tokens)


def _path(name: str, person: User, tokens: PasswordResetTokenGenerator) -> str:
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse(name, args=[uid, tokens.make_token(person)])
