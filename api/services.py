"""Machines' keys: issued once in clear, kept as a hash, checked on every request."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from accounts.enums import Kind
from accounts.models import User
from api.models import Token
from deployments import clock, history
from deployments.exceptions import Invalid
from deployments.models import Service

MARK = "dpt_"
NOTE_USE_EVERY = timedelta(minutes=1)
LONGEST_DAYS = 3650


@transaction.atomic
def issue(
    service: Service, *, title: str, days: int | None = None, actor: User | None
) -> tuple[Token, str]:
    """A new machine with its token, and the secret, which is shown this once only."""
    if not title.strip():
        raise Invalid("Give the token a title that says which machine uses it.")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"A token is valid for 1 to {LONGEST_DAYS} days.")
    chain = history.chain(f"service:{service.key}")
    secret = f"{MARK}{secrets.token_urlsafe(32)}"
    now = clock.now()
    token = Token.objects.create(
        service=service,
        machine=_machine(service, title),
        title=title.strip(),
        prefix=secret[: len(MARK) + 6],
        secret_hash=hashed(secret),
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    after = {"title": token.title, "prefix": token.prefix, "machine": token.machine.username}
    history.record(chain, "token issued", actor=actor, obj=token, after=after, at=now)
    return token, secret


def _machine(service: Service, title: str) -> User:
    """The chain's lock keeps two from getting the same number."""
    number = service.tokens.count() + 1
    machine = User(
        username=f"machine:{service.key}:{number}", display_name=title[:100], kind=Kind.MACHINE
    )
    machine.set_unusable_password()
    machine.save()
    return machine


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
    """The valid token with this secret; its use is noted at most once a minute."""
    now = clock.now()
    token = (
        Token.objects.select_related("service", "machine")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .filter(secret_hash=hashed(secret), revoked_at=None, machine__is_active=True)
        .first()
    )
    if token and (token.last_used_at is None or token.last_used_at < now - NOTE_USE_EVERY):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
