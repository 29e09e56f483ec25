"""Encrypts what must be kept and never shown (Fernet: AES-128-CBC with HMAC-SHA256).

The first of `PORTAL_CREDENTIALS_KEYS` seals; each of them opens, and so do keys made of SECRET_KEY,
which seals where no other key is set. To change keys: put the new one first, run `manage.py
reseal_credentials`, then take the old one out.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"deploy-portal: credentials of connections"


class Unsealable(Exception):
    """None of the portal's keys opens it."""


def sealed(text: str) -> str:
    return _fernet(_sources()).encrypt(text.encode()).decode("ascii")


def opened(kept: str) -> str:
    """Raises `Unsealable`, which says nothing of what was kept."""
    try:
        return _fernet(_sources()).decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise Unsealable from error


def resealed(kept: str) -> str:
    """The same under the first key; raises `Unsealable`."""
    return sealed(opened(kept))


def _sources() -> tuple[str, ...]:
    return (
        *settings.PORTAL_CREDENTIALS_KEYS,
        settings.SECRET_KEY,
        *settings.SECRET_KEY_FALLBACKS,
    )


@lru_cache(maxsize=8)
def _fernet(sources: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(source)) for source in sources])


def _key(source: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(source.encode())
    return base64.urlsafe_b64encode(derived)
