"""Accounts of people: made, changed, deactivated and brought back, each in the portal's history."""

from __future__ import annotations

from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction

from accounts import entering
from accounts.fresh import Authentication
from accounts.models import User
from deployments import history
from deployments.access.changing import PORTAL, save_changes
from deployments.access.granting import tell_open_pages
from deployments.access.holders import Hold
from deployments.access.losses import Loss, losses
from deployments.access.policies import (
    refusal_by_losses,
    refusal_of_machine,
    refusal_to_administer,
    refusal_to_deactivate,
)
from deployments.access.teams import lock_services
from deployments.exceptions import Overtaken, Refused, require
from deployments.feeds.links import end_of as end_calendar_link
from deployments.models import Event, Granted, Membership
from deployments.policies import refusal_by_proof

ACT = "change accounts"


@transaction.atomic
def create_person(
    username: str, *, display_name: str, email: str, zone: str, actor: User | None
) -> User:
    """Without a password: the person sets one by a link that only they are given."""
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT))
    username = User.normalize_username(username)  # as the sign-in form reads it
    require(refusal_of_taken_username(username))
    person = User(username=username, display_name=display_name, email=email, zone=zone)
    person.set_unusable_password()
    person.save()
    after = {"username": username, "display_name": display_name, "email": email, "zone": zone}
    history.record(chain, "person created", actor=actor, obj=person, after=after)
    return person


@transaction.atomic
def edit_person(
    person: User, *, display_name: str, email: str, zone: str, actor: User | None
) -> Event | None:
    require(refusal_to_administer(actor, ACT))
    require(refusal_of_machine(person))
    now = {"display_name": display_name, "email": email, "zone": zone}
    return save_changes(history.chain(PORTAL), person, "person changed", now, actor)


@transaction.atomic
def save_settings(person: User, *, display_name: str, zone: str, theme: str = "") -> Event | None:
    """What everybody changes about themselves: how they are called, whose clock they read, and
    how pages look."""
    now = {"display_name": display_name, "zone": zone, "theme": theme or person.theme}
    return save_changes(history.chain(PORTAL), person, "settings changed", now, person)


@transaction.atomic
def set_password(form: SetPasswordForm, *, actor: User) -> Event:
    """What a valid form of Django's was given; the history says that, never which.

    Judged again under the lock: a link or an old password counts once, and what somebody else
    made of the account meanwhile stays.
    """
    chain = history.chain(PORTAL)
    person: User = form.user
    require(refusal_to_set_password(person))
    person.set_password(form.cleaned_data["new_password1"])
    person.save(update_fields=["password"])
    return history.record(chain, "password set", actor=actor, obj=person)


@transaction.atomic
def make_link(person: User, *, actor: User | None, proof: Authentication | None) -> Event:
    """Whoever has the link becomes the person, so that there is one is in the history."""
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT) or refusal_by_proof(proof))
    require(refusal_of_link(person))
    return history.record(chain, "password link made", actor=actor, obj=person)


@transaction.atomic
def deactivate(person: User, *, actor: User | None, aware: bool = False) -> Event:
    """The person can no longer sign in, and their password ends with their sessions.

    Votes given stay; rights and roles stay named on the services and return with the account.
    """
    chain = history.chain(PORTAL)
    lock_services(services_of(person))
    require(_standing_of(actor))
    require(refusal_to_deactivate(person, actor))
    require(refusal_of_machine(person) or refusal_of_state(person, active=True))
    require(refusal_by_losses(losses_of_person(person), aware=aware))
    person.is_active = False
    person.save(update_fields=["is_active"])
    entering.shut_out(person)
    tell_open_pages(services_of(person))
    end_calendar_link(person, chain=chain, actor=actor)
    return history.record(
        chain,
        "person deactivated",
        actor=actor,
        obj=person,
        before={"is_active": True},
        after={"is_active": False},
    )


@transaction.atomic
def reactivate(person: User, *, actor: User | None) -> Event:
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT))
    require(refusal_of_machine(person) or refusal_of_state(person, active=False))
    person.is_active = True
    person.save(update_fields=["is_active"])
    tell_open_pages(services_of(person))
    return history.record(
        chain,
        "person reactivated",
        actor=actor,
        obj=person,
        before={"is_active": False},
        after={"is_active": True},
    )


def losses_of_person(person: User) -> list[Loss]:
    def leaves(hold: Hold) -> bool:
        return hold.user_id == person.pk

    return losses(services_of(person), leaves)


def services_of(person: User) -> set[int]:
    granted = Granted.objects.filter(group__user=person).values_list("service_id", flat=True)
    roles = Membership.objects.filter(group__user=person).values_list("service_id", flat=True)
    return set(granted.union(roles))


def refusal_of_link(person: User) -> Refused | None:
    return refusal_of_machine(person) or refusal_of_state(person, active=True)


def refusal_to_set_password(person: User) -> Refused | None:
    """`person` is as when the link or the old password was judged."""
    if User.objects.get(pk=person.pk).password != person.password:
        return Overtaken("The password was changed meanwhile; nothing of yours is saved.")
    return refusal_of_link(person)


def refusal_of_taken_username(username: str) -> Refused | None:
    """Two names that differ by capitals only would be taken for one person."""
    if not User.objects.filter(username__iexact=username).exists():
        return None
    return Refused(f"There is already an account “{username}”; choose another username.")


def refusal_of_state(person: User, *, active: bool) -> Refused | None:
    if User.objects.get(pk=person.pk).is_active == active:
        return None
    return Overtaken(f"{person} is {'deactivated' if active else 'active'} already.")


def _standing_of(actor: User | None) -> Refused | None:
    """Read again under the lock: of two who deactivate each other, one is no longer anybody."""
    fresh = User.objects.get(pk=actor.pk) if actor is not None else None
    return refusal_to_administer(fresh, ACT)
