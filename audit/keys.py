"""The Ed25519 key that signs checkpoints and packs, and the public keys that vouch for them.

The key is the seed in AUDIT_SIGNING_KEY, else a file below AUDIT_DIR that is made at first use.
Public keys stay when the key is replaced: what they signed holds.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from audit.verifier import decoded, fingerprint

SEED_BYTES = 32


def signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_seed())


def sign(what: bytes, statement: bytes, key: Ed25519PrivateKey) -> str:
    """In base64; `what` is the kind of statement.

    The key is the one that the statement names: another may take its place in between.
    """
    remember(public_key_of(key))
    return base64.b64encode(key.sign(what + statement)).decode("ascii")


def public_key_of(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def known() -> dict[str, str]:
    """Public keys that vouch, by fingerprint: the present one and those before it.

    Without any that was ever used there is none, and asking makes none.
    """
    keys = [file.read_text("ascii").strip() for file in sorted(folder().glob("*.pub"))]
    keys += settings.AUDIT_PUBLIC_KEYS
    if settings.AUDIT_SIGNING_KEY:
        keys.append(public_key_of(signing_key()))
    return {fingerprint(one): one for one in keys}


def remember(public_key: str) -> None:
    place = folder() / f"{fingerprint(public_key)}.pub"
    if not place.exists():
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(place, public_key)


def replace() -> str:
    """Make a new key in the place of the one in the file; the fingerprint of the new one."""
    if settings.AUDIT_SIGNING_KEY:
        raise ImproperlyConfigured(
            "The key is in AUDIT_SIGNING_KEY: replace it there, and put the public key of the one "
            "before into AUDIT_PUBLIC_KEYS."
        )
    remember(public_key_of(signing_key()))
    _file().unlink()
    public = public_key_of(signing_key())
    remember(public)
    return fingerprint(public)


def folder() -> Path:
    return Path(settings.AUDIT_DIR) / "keys"


def _file() -> Path:
    return folder() / "signing.key"


def _seed() -> bytes:
    text = settings.AUDIT_SIGNING_KEY or _kept()
    seed = decoded(text)
    if len(seed) != SEED_BYTES:
        raise ImproperlyConfigured(
            "The signing key is no seed of 32 bytes in base64. Make one: python3 -c "
            '"import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"'
        )
    return seed


def _kept() -> str:
    if not _file().exists():
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(_file(), base64.b64encode(secrets.token_bytes(SEED_BYTES)).decode("ascii"))
    return _file().read_text("ascii").strip()


def _write_new(place: Path, text: str) -> None:
    """Whole or not at all, readable by us alone; whoever was faster wins."""
    draft = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(f"{text}\n")
        try:
            os.link(draft, place)
        except FileExistsError:
            return
    finally:
        draft.unlink()
