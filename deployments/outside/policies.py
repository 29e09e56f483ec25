"""Why a connection may not be declared, changed or removed like this."""

from __future__ import annotations

from connections import changes
from connections.enums import CredentialKind
from connections.models import Connection
from deployments.exceptions import Invalid, Refused

MOST_NAMED = 3


def refusal_of_taken_key(key: str) -> Refused | None:
    """Asked under the chain's lock, so that of two who are as fast one is told."""
    found = Connection.objects.filter(key=key).first()
    return Refused(f"The key “{key}” is taken by {found}; choose another.") if found else None


def refusal_to_keep_credential(
    new: Connection, old: Connection | None, kind: CredentialKind, *, is_typed: bool
) -> Refused | None:
    """A credential is typed for one host by somebody who has it, and goes to no other."""
    if kind == CredentialKind.NONE or is_typed:
        return None
    if old is None or old.credential_kind != kind:
        return Invalid(f"Type the {kind.label}, or choose that there is no credential.")
    if old.origin != new.origin:
        return Invalid(
            f"The credential was typed for {old.origin}. Type it again for {new.origin},"
            " or choose that there is none."
        )
    return None


def refusal_to_remove(connection: Connection) -> Refused | None:
    names = changes.named_by(connection)
    if not names:
        return None
    shown = ", ".join(names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    gates = "the gate" if len(names) == 1 else "the gates"
    return Refused(
        f"“{connection}” is named by {gates} {shown}{more}; have them changed or taken out first."
    )
