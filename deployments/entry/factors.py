"""The second factor of somebody: turned on and off, each in the portal's history."""

from __future__ import annotations

from django.db import transaction

from accounts import second_factor
from accounts.fresh import Authentication
from accounts.models import User
from deployments import history
from deployments.access.changing import PORTAL
from deployments.access.policies import refusal_of_machine, refusal_to_administer
from deployments.exceptions import Invalid, Overtaken, Refused, require
from deployments.models import Event
from deployments.policies import refusal_by_proof

ACT = "turn off the second factor of somebody"


@transaction.atomic
def turn_on(person: User, secret: str, code: str, *, proof: Authentication | None) -> list[str]:
    """The recovery codes, which are shown in the answer and can only be made anew after it."""
    chain = history.chain(PORTAL)
    require(refusal_of_machine(person) or refusal_by_proof(proof))
    require(refusal_when(person, on=False))
    codes = second_factor.turn_on(person, secret, code)
    if not codes:
        raise Invalid(
            "That code is not the one of now. Check that the clock of the device is right, and "
            "enter the next code."
        )
    history.record(chain, "second factor turned on", actor=person, obj=person)
    return codes


@transaction.atomic
def turn_off(person: User, *, actor: User, proof: Authentication | None) -> Event:
    """One's own; or an administrator's for somebody who lost app and codes, who has made sure who
    asks."""
    chain = history.chain(PORTAL)
    require(refusal_to_turn_off(person, actor) or refusal_by_proof(proof))
    require(refusal_when(person, on=True))
    second_factor.turn_off(person)
    return history.record(chain, "second factor turned off", actor=actor, obj=person)


@transaction.atomic
def new_codes(person: User, *, proof: Authentication | None) -> list[str]:
    chain = history.chain(PORTAL)
    require(refusal_by_proof(proof))
    require(refusal_when(person, on=True))
    codes = second_factor.new_recovery_codes(person)
    history.record(chain, "recovery codes made", actor=person, obj=person)
    return codes


def refusal_to_turn_off(person: User, actor: User) -> Refused | None:
    return None if person.pk == actor.pk else refusal_to_administer(actor, ACT)


def refusal_when(person: User, *, on: bool) -> Refused | None:
    if second_factor.is_on(person) == on:
        return None
    return Overtaken(f"The second factor of {person} is {'off' if on else 'on'} already.")
