"""Giving and taking grants and sign-off roles on a service, to persons and to teams."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.contrib.auth.models import Group
from django.db import transaction
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import Role, User
from deployments import hints, history
from deployments.access.holders import Hold, holds_on
from deployments.access.losses import Loss, losses
from deployments.access.parts import Part, key_of, own_group_name, title_of
from deployments.access.policies import (
    refusal_by_losses,
    refusal_to_administer,
    refusal_to_give,
)
from deployments.enums import RIGHTS_OF, Grant, Right
from deployments.exceptions import Overtaken, Refused, require
from deployments.models import (
    Chain,
    Deployment,
    Event,
    Granted,
    Membership,
    Service,
    ServiceGroupObjectPermission,
)

Holder = User | Group


def grant(service: Service, what: Grant, to: Holder, *, actor: User | None) -> Event | None:
    return give(service, what, to, actor=actor)


def grant_role(service: Service, role: Role, to: Holder, *, actor: User | None) -> Event | None:
    """Let a person or a team vote under a role for this service; seeing it comes with the role."""
    return give(service, role, to, actor=actor)


@transaction.atomic
def give(service: Service, part: Part, to: Holder, *, actor: User | None) -> Event | None:
    """A person joins the service's own group for it, a team has it itself; twice is no event."""
    chain = history.chain(f"service:{service.key}")
    require(refusal_to_administer(actor, "give rights and roles"))
    require(refusal_to_give(to))
    if isinstance(to, Group):
        if not _attach(service, part, to):
            return None
        return _record(chain, service, part, to, to, actor=actor, given=True)
    group, _ = Group.objects.get_or_create(name=own_group_name(service, part))
    _attach(service, part, group)
    if group.user_set.filter(pk=to.pk).exists():
        return None
    group.user_set.add(to)
    return _record(chain, service, part, to, group, actor=actor, given=True)


@transaction.atomic
def revoke(
    service: Service, part: Part, holder: Holder, *, actor: User | None, aware: bool = False
) -> Event:
    """Take it away again; what would leave a service stranded needs `aware`."""
    chain = history.chain(f"service:{service.key}")
    require(refusal_to_administer(actor, "take rights and roles away"))
    require(refusal_of_missing(service, part, holder))
    require(refusal_by_losses(losses_of(service, part, holder), aware=aware))
    if isinstance(holder, Group):
        _detach(service, part, holder)
        return _record(chain, service, part, holder, holder, actor=actor, given=False)
    group = Group.objects.get(name=own_group_name(service, part))
    group.user_set.remove(holder)
    if not group.user_set.exists():
        _detach(service, part, group)
    return _record(chain, service, part, holder, group, actor=actor, given=False)


def refusal_of_missing(service: Service, part: Part, holder: Holder) -> Refused | None:
    if any(_is(hold, service, part, holder) for hold in holds_on([service.pk])):
        return None
    return Overtaken(f"{holder} does not have {title_of(part)} of {service}, or no longer.")


def losses_of(service: Service, part: Part, holder: Holder) -> list[Loss]:
    return losses([service.pk], leaving(service, part, holder))


def leaving(service: Service, part: Part, holder: Holder) -> Callable[[Hold], bool]:
    return lambda hold: _is(hold, service, part, holder)


def _is(hold: Hold, service: Service, part: Part, holder: Holder) -> bool:
    """Whether this hold is the one that goes when the holder is named."""
    if hold.part != key_of(part):
        return False
    if isinstance(holder, Group):
        return hold.group_id == holder.pk
    return hold.user_id == holder.pk and hold.group_name == own_group_name(service, part)


def _attach(service: Service, part: Part, group: Group) -> bool:
    if isinstance(part, Role):
        _, new = Membership.objects.get_or_create(service=service, role=part, group=group)
    else:
        _, new = Granted.objects.get_or_create(service=service, grant=part, group=group)
    derive_rights(service, group)
    return new


def _detach(service: Service, part: Part, group: Group) -> None:
    if isinstance(part, Role):
        Membership.objects.filter(service=service, role=part, group=group).delete()
    else:
        Granted.objects.filter(service=service, grant=part, group=group).delete()
    derive_rights(service, group)


def derive_rights(service: Service, group: Group) -> None:
    """The one place that writes guardian's rows: the rights of all grants, and sight by a role."""
    grants = Granted.objects.filter(service=service, group=group).values_list("grant", flat=True)
    wanted = {right.value for held in grants for right in RIGHTS_OF[Grant(held)]}
    if Membership.objects.filter(service=service, group=group).exists():
        wanted.add(Right.SEE.value)
    rows = ServiceGroupObjectPermission.objects.filter(content_object=service, group=group)
    held = set(rows.values_list("permission__codename", flat=True))
    for right in sorted(wanted - held):
        assign_perm(f"deployments.{right}", group, service)
    for right in sorted(held - wanted):
        remove_perm(f"deployments.{right}", group, service)


def _record(
    chain: Chain,
    service: Service,
    part: Part,
    holder: Holder,
    group: Group,
    *,
    actor: User | None,
    given: bool,
) -> Event:
    who = {"person": holder.username} if isinstance(holder, User) else {"team": holder.name}
    said = {**who, "part": key_of(part), "group": group.name}
    if isinstance(part, Role):
        # A long title is cut in the verb; the part's key names the role in full.
        verb = f"role {part.title[:40]} {'given' if given else 'taken'}"
    else:
        verb = f"{part.label} {'granted' if given else 'revoked'}"
    tell_open_pages([service.pk])
    before, after = (None, said) if given else (said, None)
    return history.record(chain, verb, actor=actor, obj=holder, before=before, after=after)


def tell_open_pages(service_ids: Collection[int]) -> None:
    """Who could sign or decide is part of what the pages of open deployments show."""
    concerned = Deployment.objects.open().filter(service__in=service_ids).order_by("pk")
    for pk in concerned.values_list("pk", flat=True):
        hints.changed(pk)
