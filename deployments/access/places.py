"""Services, environments and sign-off roles: made and renamed by administrators."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Role, User
from deployments import history
from deployments.access.changing import PORTAL, save_changes
from deployments.access.policies import refusal_to_administer
from deployments.exceptions import Refused, require
from deployments.models import Deployment, Environment, Event, Service


@transaction.atomic
def create_service(key: str, title: str, *, actor: User | None) -> Service:
    chain = history.chain(f"service:{key}")
    require(refusal_to_administer(actor, "make services"))
    require(refusal_of_taken_key(Service.objects.all(), key))
    service = Service.objects.create(key=key, title=title)
    history.record(chain, "service created", actor=actor, obj=service, after={"title": title})
    return service


@transaction.atomic
def rename_service(service: Service, title: str, *, actor: User | None) -> Event | None:
    chain = history.chain(f"service:{service.key}")
    require(refusal_to_administer(actor, "rename a service"))
    return save_changes(chain, service, "service renamed", {"title": title}, actor)


@transaction.atomic
def create_environment(key: str, title: str, order: int, *, actor: User | None) -> Environment:
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, "make environments"))
    require(refusal_of_taken_key(Environment.objects.all(), key))
    made = Environment.objects.create(key=key, title=title, order=order)
    after = {"key": key, "title": title, "order": order}
    history.record(chain, "environment created", actor=actor, obj=made, after=after)
    return made


@transaction.atomic
def edit_environment(
    environment: Environment, *, key: str, title: str, order: int, actor: User | None
) -> Event | None:
    """The key is what signed content names; it is fixed once a deployment goes there."""
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, "edit environments"))
    if key != Environment.objects.get(pk=environment.pk).key:
        require(refusal_to_change_key(environment))
        require(refusal_of_taken_key(Environment.objects.all(), key))
    now = {"key": key, "title": title, "order": order}
    return save_changes(chain, environment, "environment changed", now, actor)


@transaction.atomic
def create_role(
    key: str, title: str, order: int, *, time_sensitive: bool, actor: User | None
) -> Role:
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, "make sign-off roles"))
    require(refusal_of_taken_key(Role.objects.all(), key))
    after = {"title": title, "order": order, "time_sensitive": time_sensitive}
    made = Role.objects.create(key=key, **after)
    history.record(chain, "role created", actor=actor, obj=made, after={"key": key, **after})
    return made


@transaction.atomic
def edit_role(
    role: Role, *, title: str, order: int, time_sensitive: bool, actor: User | None
) -> Event | None:
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, "edit sign-off roles"))
    now = {"title": title, "order": order, "time_sensitive": time_sensitive}
    return save_changes(chain, role, "role changed", now, actor)


def refusal_of_taken_key(
    rows: QuerySet[Service] | QuerySet[Environment] | QuerySet[Role], key: str
) -> Refused | None:
    """Asked under the chain's lock, so that of two who are as fast one is told."""
    found = rows.filter(key=key).first()
    if found is None:
        return None
    return Refused(f"The key “{key}” is taken by {found}; choose another.")


def refusal_to_change_key(environment: Environment) -> Refused | None:
    if not Deployment.objects.filter(environment=environment).exists():
        return None
    return Refused(
        f"The key “{environment.key}” is fixed: deployments go there, and what was signed names it."
    )
