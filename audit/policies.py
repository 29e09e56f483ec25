"""Who may ask for proof: whoever audits or manages releases, each where they do."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from audit.population import MOST_DRAWN
from deployments.enums import RIGHTS_OF, Right
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Granted, Service
from deployments.policies import Rights

LONGEST_SEED = 64
# Each takes a worker a while, and lies there for seven days.
MOST_WAITING = 5
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9998, 12, 31)
YEARS = f"Choose days of the years {FIRST_DAY.year} to {LAST_DAY.year}."
# What the signed-in person is asked by every page, which then leads to history or does not.
AUDITS = "audits_services"


def is_auditor() -> Exists:
    """Whether a person audits any service, over people; administrators do without it."""
    grants = [grant for grant, rights in RIGHTS_OF.items() if Right.EXPORT in rights]
    return Exists(Granted.objects.filter(group__user=OuterRef("pk"), grant__in=grants))


def audited(user: User | AnonymousUser) -> QuerySet[Service]:
    """Services whose whole history the person reads: auditors theirs, administrators all."""
    if user.is_active and user.is_superuser:
        return Service.objects.all()
    return Service.objects.with_right(user, Right.EXPORT)


def refusal_to_audit(services: QuerySet[Service], user: User | AnonymousUser) -> Refused | None:
    if (user.is_active and user.is_superuser) or services.exists():
        return None
    return Forbidden("Only auditors of a service and administrators may read across deployments.")


def refusal_to_export(rights: Rights) -> Refused | None:
    user = rights.user
    if user.is_active and user.is_superuser:
        return None
    if rights.has(Right.EXPORT) or rights.has(Right.EDIT):
        return None
    return Forbidden(
        "Only auditors and release managers of this service, and administrators, may take its "
        "evidence along."
    )


def refusal_of_period(first: date, last: date) -> Refused | None:
    if last < first:
        return Invalid("The period ends before it begins; choose a later end.")
    if not FIRST_DAY <= first <= last <= LAST_DAY:
        return Invalid(YEARS)
    return None


def refusal_of_sample(first: date, last: date, seed: str, size: int) -> Refused | None:
    wrong = refusal_of_period(first, last)
    if wrong:
        return wrong
    if not 0 <= size <= MOST_DRAWN:
        return Invalid(f"A sample has at most {MOST_DRAWN} deployments; ask for fewer.")
    if len(seed) > LONGEST_SEED or not seed.isprintable():
        return Invalid(f"A seed is at most {LONGEST_SEED} letters and digits; shorten it.")
    return None


def refusal_of_more(waiting: int) -> Refused | None:
    if waiting < MOST_WAITING:
        return None
    return Refused(f"You wait for {waiting} packs already; ask again when one of them is made.")


def refusal_beyond(
    services: QuerySet[Service], user: User, asked: tuple[int, ...] | None
) -> Refused | None:
    """Only administrators ask for all services at once, whatever comes to be among them."""
    if user.is_superuser:
        return None
    if asked is None or set(asked) - set(services.values_list("pk", flat=True)):
        return Forbidden("You may take along only what belongs to services that you audit.")
    return None
