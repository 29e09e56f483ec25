"""Who may come in by the provider, and as whom.

In this order: the account that is linked to what the provider calls its subject; the one account
that has the address which the provider has verified; where OIDC_CREATES_ACCOUNTS says so, a new
account without any right. Nobody by an address that nobody verified.
"""

from __future__ import annotations

import re

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from accounts.entering import may_enter
from accounts.enums import Kind
from accounts.fresh import Authentication
from accounts.models import User
from deployments import history
from deployments.access.changing import PORTAL
from deployments.access.policies import refusal_of_machine
from deployments.entry.provider import Identity
from deployments.exceptions import Forbidden, Overtaken, Refused, require
from deployments.models import Chain, Event
from deployments.policies import refusal_by_proof

NOT_IN_A_USERNAME = re.compile(r"[^\w.@+-]+")
# PostgreSQL keeps neither NUL nor half a character.
NOT_IN_A_TEXT = re.compile(r"[\x00\ud800-\udfff]")
LONGEST_SUBJECT = SocialAccount._meta.get_field("uid").max_length or 0
LONGEST_ADDRESS = User._meta.get_field("email").max_length or 0


@transaction.atomic
def person_for(identity: Identity) -> User:
    """Raises `Refused` where nobody comes in; what is linked or made is in the history."""
    chain = history.chain(PORTAL)
    require(refusal_of_subject(identity))
    linked = _linked(identity)
    if linked is not None:
        require(refusal_to_enter(linked))
        return linked
    require(refusal_of_address(identity))
    same = _with_address(identity.email)
    require(refusal_of_same(same, identity))
    person = same[0] if same else _made(chain, identity)
    _link(chain, person, identity, actor=person)
    return person


@transaction.atomic
def link(person: User, identity: Identity) -> Event:
    """Both sides are proven: the person is signed in here and just came from there."""
    chain = history.chain(PORTAL)
    require(refusal_of_subject(identity) or refusal_of_machine(person))
    other = _linked(identity)
    if other is not None:
        who = "you" if other == person else "another account"
        raise Overtaken(f"That identity belongs to {who} already; nothing was changed.")
    if _is_connected(person):
        raise Overtaken(f"You have another identity of {settings.OIDC_NAME}; take it out first.")
    return _link(chain, person, identity, actor=person)


@transaction.atomic
def unlink(person: User, *, proof: Authentication | None) -> Event:
    chain = history.chain(PORTAL)
    require(refusal_by_proof(proof))
    if not person.has_usable_password():
        raise Refused("You could not sign in any more: set a password first.")
    gone, _ = SocialAccount.objects.filter(user=person, provider=settings.OIDC_ISSUER).delete()
    if not gone:
        raise Overtaken("It is taken out already.")
    before = {"issuer": settings.OIDC_ISSUER}
    return history.record(chain, "provider unlinked", actor=person, obj=person, before=before)


def is_same(person: User, identity: Identity) -> bool:
    """Whether who proved it again is who is signed in."""
    return refusal_of_subject(identity) is None and _linked(identity) == person


def refusal_to_enter(person: User) -> Refused | None:
    if may_enter(person):
        return None
    return Forbidden("That account is deactivated or a machine's; ask an administrator.")


def refusal_of_subject(identity: Identity) -> Refused | None:
    if identity.subject and _can_be_kept(identity.subject, LONGEST_SUBJECT):
        return None
    return Refused(f"{settings.OIDC_NAME} named nobody in a way that can be kept.")


def refusal_of_address(identity: Identity) -> Refused | None:
    """An address that nobody verified is anybody's to claim."""
    if not _can_be_kept(identity.email, LONGEST_ADDRESS):
        return Refused(f"{settings.OIDC_NAME} named an address that cannot be kept.")
    if identity.email and identity.email_is_verified:
        return None
    what = f"the address {identity.email}" if identity.email else "an address of yours"
    return Forbidden(
        f"{settings.OIDC_NAME} has not verified {what}, so no account is found by it. Sign in by "
        "password and connect it in your settings, or ask an administrator."
    )


def refusal_of_same(same: list[User], identity: Identity) -> Refused | None:
    if len(same) > 1:
        return Forbidden(
            f"Several accounts have the address {identity.email}. Sign in by password and connect "
            f"{settings.OIDC_NAME} in your settings."
        )
    if same:
        return refusal_to_enter(same[0]) or refusal_of_second(same[0])
    if settings.OIDC_CREATES_ACCOUNTS:
        return None
    return Forbidden(
        f"No account here has the address {identity.email}; ask an administrator to make one."
    )


def refusal_of_second(person: User) -> Refused | None:
    """Addresses are given again to somebody new, who is not whoever had them before."""
    if not _is_connected(person):
        return None
    return Forbidden(
        f"The account with that address is connected with another identity of "
        f"{settings.OIDC_NAME}. If it is yours, sign in by password and take that one out in your "
        "settings, or ask an administrator."
    )


def username_for(identity: Identity) -> str:
    """As the provider calls them, or as their address begins, and with a number where taken."""
    told = identity.username or identity.email.partition("@")[0]
    base = NOT_IN_A_USERNAME.sub("-", User.normalize_username(told)).strip("-")[:100] or "person"
    taken = {
        name.casefold()
        for name in User.objects.filter(username__istartswith=base).values_list(
            "username", flat=True
        )
    }
    names = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name.casefold() not in taken)


def _can_be_kept(text: str, longest: int) -> bool:
    """Shortened or mended it would name somebody else."""
    return len(text) <= longest and NOT_IN_A_TEXT.search(text) is None


def _linked(identity: Identity) -> User | None:
    """By issuer and subject: what another issuer calls the same is somebody else."""
    rows = SocialAccount.objects.filter(provider=settings.OIDC_ISSUER, uid=identity.subject)
    found = rows.select_related("user").first()
    return found.user if found else None


def _is_connected(person: User) -> bool:
    connected = SocialAccount.objects.filter(user=person, provider=settings.OIDC_ISSUER)
    return bool(connected.exists())


def _with_address(email: str) -> list[User]:
    """Letters of ASCII may differ by capitals. What the database takes for the same besides (ı is
    I to it) belongs to somebody else, whose provider verified it truly."""
    found = User.objects.filter(email__iexact=email, kind=Kind.PERSON)
    wanted = email.encode().lower()
    return [one for one in found if one.email.encode().lower() == wanted][:2]


def _link(chain: Chain, person: User, identity: Identity, *, actor: User) -> Event:
    SocialAccount.objects.create(user=person, provider=settings.OIDC_ISSUER, uid=identity.subject)
    after = {"issuer": settings.OIDC_ISSUER, "subject": identity.subject}
    return history.record(chain, "provider linked", actor=actor, obj=person, after=after)


def _made(chain: Chain, identity: Identity) -> User:
    person = User(
        username=username_for(identity),
        display_name=NOT_IN_A_TEXT.sub("", identity.name)[:100],
        email=identity.email,
    )
    person.set_unusable_password()
    person.save()
    after = {"username": person.username, "email": person.email, "issuer": settings.OIDC_ISSUER}
    history.record(chain, "person created", actor=None, obj=person, after=after)
    return person
