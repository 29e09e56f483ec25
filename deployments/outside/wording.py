"""A connection in words, for its event and its page; its credential is in none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from connections.commands import SECRET, Command
from connections.enums import CredentialKind
from connections.exceptions import Blocked
from connections.models import Connection


def described(connection: Connection) -> dict[str, str]:
    return {
        "title": connection.title,
        "base_url": connection.base_url,
        "permitted_ranges": ", ".join(connection.permitted_ranges) or "none",
        "authorities": ", ".join(one.fingerprint for one in certificates(connection)) or "none",
        "services": services_of(connection),
        "posts": "allowed" if connection.may_be_posted_to else "none",
        "credential": str(CredentialKind(connection.credential_kind).label),
    }


def services_of(connection: Connection) -> str:
    return "every service" if connection.every_service else ", ".join(connection.service_keys)


@dataclass(frozen=True)
class Certificate:
    """`ends_at` is UTC; the fingerprint is the SHA-256 of the whole certificate."""

    subject: str
    fingerprint: str
    ends_at: datetime


def certificates(connection: Connection) -> list[Certificate]:
    if not connection.authorities:
        return []
    return [
        Certificate(
            one.subject.rfc4514_string(), one.fingerprint(SHA256()).hex(), one.not_valid_after_utc
        )
        for one in x509.load_pem_x509_certificates(connection.authorities.encode())
    ]


def trouble_with(connection: Connection) -> str:
    """Why nothing can be asked over it just now; empty if all is well."""
    try:
        connection.permit  # noqa: B018 - opening the credential is what may fail
    except Blocked as blocked:
        return blocked.sentence
    return ""


def is_readable_on_the_way(connection: Connection) -> bool:
    """Whether a credential goes over plain http."""
    return bool(connection.sealed_credential) and connection.base_url.startswith("http:")


def variables(command: Command) -> Mapping[str, str]:
    """The names in a command's environment and where the values come from, never the values."""
    return {
        name: f"from the worker's {value.removeprefix(SECRET)}"
        if value.startswith(SECRET)
        else "written in the file"
        for name, value in command.environment.items()
    }
