"""A watched deployment with pushed metrics, and values pushed into it along the portal's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from accounts.enums import Kind
from accounts.models import User
from deployments import clock, content
from deployments.enums import State
from deployments.models import Deployment, Event
from gates.enums import Source
from gates.models import Metric
from monitoring import services
from monitoring.definitions import AlertDefinition, TargetDefinition, TriggerDefinition
from monitoring.models import Alert, Incident, Series, Target, Trigger, Watch
from monitoring.services import Value
from tests.builders import Team, make_deployment, make_machine
from tests.communications.conftest import move_clock

MINUTE = timedelta(minutes=1)
HIT_RATE: Mapping[str, str] = {"hit_rate": "%"}
WARNING = AlertDefinition("Hit rate low", "hit_rate < 80 %", clears="hit_rate < 82 %")
CRITICAL = AlertDefinition("Hit rate very low", "hit_rate < 70 %", "critical")
TRIGGER = TriggerDefinition("Hit rate breaks down", "hit_rate < 60 %")
AUTOMATIC = TriggerDefinition("Hit rate breaks down", "hit_rate < 60 %", "automatic")


def machine() -> User:
    return User.objects.filter(kind=Kind.MACHINE).first() or make_machine()


def make_metric(
    deployment: Deployment, key: str = "hit_rate", unit: str = "%", source: str = Source.PUSHED
) -> Metric:
    return Metric.objects.create(
        service=deployment.service, key=key, title=key.replace("_", " ").capitalize(), unit=unit,
        source=source,
    )  # fmt: skip


def make_watch(
    team: Team,
    *,
    alerts: Sequence[AlertDefinition] = (WARNING, CRITICAL),
    triggers: Sequence[TriggerDefinition] = (),
    targets: Sequence[TargetDefinition] = (),
    metrics: Mapping[str, str] = HIT_RATE,
) -> Watch:
    """Opened just now, with these pushed metrics and their units."""
    deployment = make_deployment(team, items=(), steps=())
    for key, unit in metrics.items():
        make_metric(deployment, key, unit)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        Watch.objects.filter(deployment=locked).delete()
        services.define(locked, alerts=alerts, triggers=triggers, targets=targets)
        content.refresh(locked, team.release_manager)
    now = clock.now()
    Deployment.objects.filter(pk=deployment.pk).update(
        state=State.WATCHING, started_at=now, completed_at=now
    )
    return services.open_watch(deployment.pk)


def make_alert(deployment: Deployment) -> Alert:
    """Open on a metric of a deployment in any state; a trigger and a target beside it."""
    watch, _ = Watch.objects.get_or_create(deployment=deployment)
    metric = Metric.objects.filter(service=deployment.service).first() or make_metric(deployment)
    series = Series.objects.create(
        watch=watch, metric=metric, key=metric.key, title=metric.title, unit=metric.unit
    )
    Trigger.objects.create(deployment=deployment, key="wrong", position=1, text="Data is wrong")
    Target.objects.create(deployment=deployment, key="calm", position=1, text="Nobody complains")
    Incident.objects.create(deployment=deployment, at=clock.now(), text="Slow", channel="page")
    said = f"{metric.title}: no value comes"
    return Alert.objects.create(series=series, severity="warning", said=said, opened_at=clock.now())


def push(watch: Watch, *numbers: float, every: timedelta = MINUTE) -> None:
    """One value after the other, so far apart on the portal's clock."""
    for number in numbers:
        move_clock(every)
        value = Value("hit_rate", Decimal(str(number)))
        services.push(watch.deployment_id, [value], actor=machine())


def verbs(watch: Watch) -> list[str]:
    """What happened in the watch since it was opened."""
    found = list(
        Event.objects.filter(deployment=watch.deployment_id)
        .order_by("sequence")
        .values_list("verb", flat=True)
    )
    return found[found.index("watch opened") + 1 :]


def state_of(watch: Watch) -> str:
    return Deployment.objects.values_list("state", flat=True).get(pk=watch.deployment_id)
