"""Secrets that the portal must be able to use again, sealed with a key of its own.

The key is derived from SECRET_KEY, so a copy of the database alone gives nothing away.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"deploy-portal: sealed secrets, 1"


class Unreadable(Exception):
    """What was sealed was changed, or sealed under a SECRET_KEY that this portal no longer has."""


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    """The text again; also what an earlier key in SECRET_KEY_FALLBACKS sealed."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return urlsafe_b64encode(derivation.derive(key.encode()))
