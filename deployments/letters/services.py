"""Asking for a mail about an account. What asks never sends, and knows no link."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from deployments import clock, history
from deployments.access.changing import PORTAL
from deployments.access.people import refusal_of_link
from deployments.access.policies import refusal_to_administer
from deployments.exceptions import Invalid, Refused, require
from deployments.models import AccountLetter, Event, LetterKind

ACT = "invite people"


@transaction.atomic
def invite(person: User, *, actor: User | None) -> Event:
    """A mail with a link of one use; one that is still waiting is not sent twice."""
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT))
    require(refusal_to_invite(person))
    AccountLetter.objects.filter(person=person, due_at__isnull=False).update(due_at=None)
    now = clock.now()
    AccountLetter.objects.create(
        kind=LetterKind.INVITATION, address=person.email, person=person, asked_by=actor,
        asked_at=now, due_at=now,
    )  # fmt: skip
    after = {"address": person.email}
    return history.record(chain, "person invited", actor=actor, obj=person, after=after)


def ask_for_reset(address: str) -> None:
    """The same act whoever has the address, and where nobody has it."""
    now = clock.now()
    AccountLetter.objects.create(kind=LetterKind.RESET, address=address, asked_at=now, due_at=now)


def refusal_to_invite(person: User) -> Refused | None:
    if refusal := refusal_of_link(person):
        return refusal
    if not person.email:
        return Invalid(f"{person} has no e-mail address; enter one, or make a link.")
    return None


def last_invitation(person: User) -> AccountLetter | None:
    return person.account_letters.filter(kind=LetterKind.INVITATION).first()


def gives_up_at(letter: AccountLetter) -> datetime:
    """Later than that nobody waits for it any more."""
    hours = 72 if letter.kind == LetterKind.INVITATION else 1
    return letter.asked_at + timedelta(hours=hours)
