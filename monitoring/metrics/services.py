"""The verbs of a service's metrics: add, change, call it by another name too, remove."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts.models import User
from checklists.parts.items import Items
from deployments import editing, history
from deployments.access.granting import tell_open_pages
from deployments.exceptions import Invalid, Overtaken, require
from deployments.models import Chain, Deployment, Event, Service
from deployments.policies import refusal_to_edit, rights_of
from gates.metrics import keyed
from gates.models import Metric
from gates.policies import refusal_to_edit_metrics
from monitoring.metrics.plan import MetricPlan
from monitoring.metrics.policies import refusal_of_metric, refusal_to_remove
from monitoring.parts import ALERTS, TARGETS, TRIGGERS

PARTS: tuple[Any, ...] = (TRIGGERS, TARGETS, ALERTS, Items())


@transaction.atomic
def add_metric(service: Service, plan: MetricPlan, *, actor: User) -> Metric:
    chain = _opened(service, actor)
    require(refusal_of_metric(plan, service.metrics.all()))
    metric = Metric.objects.create(service=service, **plan.columns())
    history.record(chain, "metric added", actor=actor, obj=metric, after=plan.plain())
    tell_open_pages([service.pk])
    return metric


@transaction.atomic
def change_metric(metric: Metric, plan: MetricPlan, *, actor: User, shown: str) -> Event | None:
    """Save what differs; the same again is no event. The key stays, since conditions name it.

    `shown` is the fingerprint of what the person saw.
    """
    chain = _opened(metric.service, actor)
    metric = _found(metric)
    now = MetricPlan.of(metric)
    plan = replace(plan, key=now.key)
    if plan == now:
        return None
    if shown != now.fingerprint:
        raise Overtaken("Somebody changed this metric meanwhile; nothing of yours is saved.")
    return _save(chain, metric, plan, actor)


@transaction.atomic
def call_too(metric: Metric, name: str, *, actor: User) -> Event | None:
    """From now on documents that say this name mean the metric; what is planned stays."""
    chain = _opened(metric.service, actor)
    metric = _found(metric)
    plan = MetricPlan.of(metric).called_too(" ".join(name.split()))
    return None if plan == MetricPlan.of(metric) else _save(chain, metric, plan, actor)


@transaction.atomic
def mean(deployment_id: int, name: str, metric: Metric, *, actor: User) -> int:
    """Have what the watch of a plan calls so name this metric, which goes by that name from now on.

    An edit of the plan like any other, since its conditions are signed; the number of changed ones.
    """
    deployment = Deployment.objects.lock(deployment_id)
    require(refusal_to_edit(rights_of(actor, deployment.service), deployment))
    if metric.service_id != deployment.service_id:
        raise Invalid(f"“{metric}” is no metric of {deployment.service}.")
    call_too(metric, name, actor=actor)
    names, changed = {name: metric.key}, 0
    for part in PARTS:
        limits = part.rows(deployment).exclude(condition="")
        rows = [one for one in limits if keyed(one.condition, names) != one.condition]
        if rows:
            changed += editing.change_several(
                part,
                deployment.pk,
                [one.pk for one in rows],
                lambda plan: replace(plan, condition=keyed(plan.condition, names)),
                actor=actor,
            )
    return changed


@transaction.atomic
def remove_metric(metric: Metric, *, actor: User) -> Event:
    chain = _opened(metric.service, actor)
    metric = _found(metric)
    require(refusal_to_remove(metric))
    before = MetricPlan.of(metric).plain()
    event = history.record(chain, "metric removed", actor=actor, obj=metric, before=before)
    metric.delete()
    tell_open_pages([metric.service_id])
    return event


def _opened(service: Service, actor: User) -> Chain:
    chain = history.chain(f"service:{service.key}")
    require(refusal_to_edit_metrics(rights_of(actor, service)))
    return chain


def _found(metric: Metric) -> Metric:
    found = Metric.objects.select_related("service").filter(pk=metric.pk).first()
    if found is None:
        raise Overtaken(f"“{metric}” was removed meanwhile.")
    return found


def _save(chain: Chain, metric: Metric, plan: MetricPlan, actor: User) -> Event:
    now = MetricPlan.of(metric)
    require(refusal_of_metric(plan, metric.service.metrics.exclude(pk=metric.pk)))
    before, after = now.changed_to(plan)
    for name, value in plan.columns().items():
        setattr(metric, name, value)
    metric.save()
    tell_open_pages([metric.service_id])
    return history.record(
        chain, "metric changed", actor=actor, obj=metric, before=before, after=after
    )
