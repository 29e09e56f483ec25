"""Machines' keys: issued once in clear, kept as a hash, checked on every request."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from accounts.fresh import Authentication
from accounts.models import User
from api.machines import make_machine
from api.models import Token
from api.policies import refusal_to_manage
from deployments import clock, history
from deployments.clock import PortalNow
from deployments.exceptions import Invalid, require
from deployments.models import Service
from deployments.policies import refusal_by_proof, rights_of

MARK = "dpt_"
NOTE_USE_EVERY = timedelta(minutes=1)
LONGEST_DAYS = 3650
SCOPES = ("report", "read")


@transaction.atomic
def issue(
    service: Service,
    *,
    title: str,
    days: int | None = None,
    scopes: Collection[str] = SCOPES,
    actor: User | None,
) -> tuple[Token, str]:
    """A new machine with its token, and the secret, which is shown this once only."""
    if not title.strip():
        raise Invalid("Give the token a title that says which machine uses it.")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"A token is valid for 1 to {LONGEST_DAYS} days.")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Invalid("Say what the token may do: report, read, or both.")
    chain = history.chain(f"service:{service.key}")
    secret = f"{MARK}{secrets.token_urlsafe(32)}"
    now = clock.now()
    token = Token.objects.create(
        service=service,
        machine=make_machine(service, title),
        title=title.strip(),
        prefix=secret[: len(MARK) + 6],
        secret_hash=hashed(secret),
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
        may_report="report" in scopes,
        may_read="read" in scopes,
    )
    after = {
        "title": token.title,
        "prefix": token.prefix,
        "machine": token.machine.username,
        "scopes": ", ".join(token.scopes),
    }
    history.record(chain, "token issued", actor=actor, obj=token, after=after, at=now)
    return token, secret


@transaction.atomic
def issue_by_person(
    service: Service,
    *,
    title: str,
    days: int | None,
    scopes: Collection[str],
    actor: User,
    proof: Authentication | None,
) -> tuple[Token, str]:
    """The same for a release manager, who has just proven who they are."""
    require(refusal_to_manage(rights_of(actor, service)))
    require(refusal_by_proof(proof))
    return issue(service, title=title, days=days, scopes=scopes, actor=actor)


@transaction.atomic
def revoke_by_person(token: Token, *, actor: User) -> None:
    require(refusal_to_manage(rights_of(actor, token.service)))
    revoke(token, actor=actor)


@transaction.atomic
def revoke(token: Token, *, actor: User | None) -> None:
    """End a token at once; revoking it again changes nothing."""
    chain = history.chain(f"service:{token.service.key}")
    now = clock.now()
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        history.record(chain, "token revoked", actor=actor, obj=token, at=now)


def hashed(secret: str) -> str:
    """A long random secret needs no slow hash; looking it up by hash leaks nothing by timing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_for(secret: str) -> Token | None:
    """The valid token with this secret; its use is noted at most once a minute.

    One query, whatever is guessed.
    """
    found = Token.objects.select_related("service", "machine").annotate(now=PortalNow())
    token = found.filter(
        Q(expires_at=None) | Q(expires_at__gt=PortalNow()),
        secret_hash=hashed(secret),
        revoked_at=None,
        machine__is_active=True,
    ).first()
    if token and (token.last_used_at is None or token.last_used_at < token.now - NOTE_USE_EVERY):
        Token.objects.filter(pk=token.pk).update(last_used_at=token.now)
    return token
