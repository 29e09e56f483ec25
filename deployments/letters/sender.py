"""Sends the account mails that are due; the link is made here and kept nowhere.

At least once: a worker that dies between the mail server's word and ours sends the same again,
whose links open the same page. A copy too many harms nobody here.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from accounts.enums import Kind
from accounts.models import User
from deployments import clock, portal_hold
from deployments.letters import tokens
from deployments.letters.services import gives_up_at
from deployments.models import AccountLetter, LetterKind

BATCH = 20
LEASE = timedelta(minutes=2)
AGAIN_AFTER = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
SUBJECTS = {
    LetterKind.INVITATION: "You are invited to Deploy Portal",
    LetterKind.RESET: "Set a new password for Deploy Portal",
}
logger = logging.getLogger(__name__)


def send_due() -> int:
    """How many were taken up."""
    taken = _claim()
    for letter in taken:
        if clock.now() > gives_up_at(letter):
            _give_up(letter, "It was not sent in time.")
            continue
        try:
            _send(letter)
        except (OSError, ValueError) as error:  # ValueError: an address that cannot be written
            logger.warning("an account mail has to wait: %s", error)
            _postpone(letter, f"The mail server did not take it: {error}")
        else:
            _done(letter)
    return len(taken)


@transaction.atomic
def _claim() -> list[AccountLetter]:
    """Leased, so that no other worker takes them meanwhile."""
    now = clock.now()
    due = AccountLetter.objects.filter(~portal_hold.on(), due_at__lte=now).order_by("due_at")
    taken = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for letter in taken:
        letter.due_at, letter.tries = now + LEASE, letter.tries + 1
    AccountLetter.objects.bulk_update(taken, ["due_at", "tries"])
    return taken


def _send(letter: AccountLetter) -> None:
    for person in _readers(letter):
        is_invitation = letter.kind == LetterKind.INVITATION
        path = tokens.path_to_set(person) if is_invitation else tokens.path_to_reset(person)
        told = {
            "person": person,
            "asked_by": letter.asked_by,
            "link": f"{settings.PORTAL_URL}{path}",
            "portal": settings.PORTAL_URL,
        }
        template = f"accounts/mail/{letter.kind}"
        mail = EmailMultiAlternatives(
            SUBJECTS[LetterKind(letter.kind)],
            render_to_string(f"{template}.txt", told),
            to=[person.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string(f"{template}.html", told), "text/html")
        mail.send()


def _readers(letter: AccountLetter) -> list[User]:
    """The invited; or whoever has the address and may come in. Often that is nobody."""
    people = User.objects.filter(is_active=True, kind=Kind.PERSON)
    if letter.person is not None:
        return list(people.filter(pk=letter.person.pk, email=letter.address))
    return list(people.filter(email__iexact=letter.address).order_by("pk")[:5])


def _done(letter: AccountLetter) -> None:
    if letter.kind == LetterKind.RESET:
        letter.delete()
        return
    letter.due_at, letter.sent_at, letter.trouble = None, clock.now(), ""
    letter.save(update_fields=["due_at", "sent_at", "trouble"])


def _postpone(letter: AccountLetter, why: str) -> None:
    """Again after a pause that grows; past its use it is given up."""
    again = clock.now() + min(AGAIN_AFTER * 2**letter.tries, LONGEST_PAUSE)
    if again > gives_up_at(letter):
        _give_up(letter, why)
        return
    letter.due_at, letter.trouble = again, _short(why)
    letter.save(update_fields=["due_at", "trouble"])


def _give_up(letter: AccountLetter, why: str) -> None:
    if letter.kind == LetterKind.RESET:
        letter.delete()
        return
    letter.due_at, letter.trouble = None, _short(why)
    letter.save(update_fields=["due_at", "trouble"])


def _short(why: str) -> str:
    return " ".join(why.split())[:300]
