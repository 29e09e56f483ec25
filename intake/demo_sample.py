"""The gates that look after the demo's sample service (examples/sample), and the way to it."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from accounts.models import User
from connections.changes import changed
from connections.models import Connection
from deployments.models import Service
from gates.definitions import GateDefinition
from gates.enums import Kind, Source
from gates.schedules import Schedule
from gates.streaks import Limits
from monitoring.metrics.plan import MetricPlan
from monitoring.metrics.services import add_metric

SAMPLE, PROMETHEUS, SECURED = "sample", "sample-prometheus", "sample-tls"
METRICS = (
    ("cache_hit_rate", "Cache hit rate", "%"),
    ("api_response_time", "API response time", "ms"),
    ("retrieval_time_avg", "Retrieval time", "ms"),
    ("error_rate", "Error rate", "%"),
)
LOOPBACK = ["127.0.0.0/8", "::1/128"]
# Where Compose puts its containers.
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
# What passed is looked at every 20 s: the first bad answer warns, the second one fails.
BEFORE_ONES_EYES = Schedule(
    Limits(need_good=2, max_bad=5, max_bad_streak=2, max_error_streak=2),
    freshness=timedelta(seconds=40),
    interval=timedelta(seconds=5),
    timeout=timedelta(minutes=2),
)


def gates() -> list[GateDefinition]:
    """One gate of each kind that the sample can answer; none where no sample was declared."""
    if not Connection.objects.filter(key=SAMPLE).exists():
        return []
    return [
        GateDefinition(
            title="The sample service is well and fast",
            kind=Kind.HTTP,
            settings={
                "url": "/health",
                "connection": SAMPLE,
                "path": "status",
                "equals": "UP",
                "requests": 3,
                "p95_ms": 500,
            },
            schedule=BEFORE_ONES_EYES,
        ),
        GateDefinition(
            title="The sample's cache is warm",
            kind=Kind.PROMETHEUS,
            settings={
                "url": "/",
                "connection": PROMETHEUS,
                "query": "cache_hit_rate",
                "unit": "%",
            },
            condition="cache_hit_rate > 85 %",
            schedule=BEFORE_ONES_EYES,
        ),
        GateDefinition(
            title="The sample's requests succeed",
            kind=Kind.JSON,
            settings={"url": "/figures", "connection": SAMPLE, "path": "error_rate", "unit": "%"},
            condition="error_rate < 0.1 %",
            schedule=BEFORE_ONES_EYES,
        ),
        *_secured_gate(),
    ]


def _secured_gate() -> list[GateDefinition]:
    found = Connection.objects.filter(key=SECURED).first()
    if found is None:
        return []
    place = urlsplit(found.base_url)
    return [
        GateDefinition(
            title="The sample's certificate is trusted and valid",
            kind=Kind.TLS,
            settings={"host": place.hostname, "port": place.port, "connection": SECURED},
        )
    ]


def measure(service: Service, actor: User) -> None:
    """What the watch of a deployment asks of the sample: the metrics that the document names."""
    if not Connection.objects.filter(key=PROMETHEUS).exists():
        return
    for key, title, unit in METRICS:
        asked = {"url": "/", "connection": PROMETHEUS, "query": key}
        plan = MetricPlan(key, title, unit, source=Source.PROMETHEUS, settings=asked)
        add_metric(service, plan, actor=actor)


def declare() -> None:
    """The connections that the gates need, where there is a sample."""
    for key, title, base_url in _places():
        Connection.objects.get_or_create(
            key=key,
            defaults={
                "title": title,
                "base_url": base_url,
                "permitted_ranges": ranges(base_url),
                "authorities": _authorities(key),
            },
        )


@transaction.atomic
def follow() -> None:
    """The sample may have come back on another port: what was measured elsewhere is stale."""
    admin = User.objects.filter(is_superuser=True).order_by("pk").first()
    for key, _title, base_url in _places():
        found = Connection.objects.filter(key=key).first()
        if found is None or admin is None:
            continue
        now = {"base_url": base_url, "authorities": _authorities(key)}
        fields = frozenset(name for name, value in now.items() if getattr(found, name) != value)
        if fields:
            Connection.objects.filter(pk=found.pk).update(**now)
            found.refresh_from_db()
            changed(found, fields, admin.pk)


def _places() -> Iterator[tuple[str, str, str]]:
    """Key, title and address of each connection."""
    if not settings.PORTAL_DEMO_SAMPLE:
        return
    yield SAMPLE, "Sample service", settings.PORTAL_DEMO_SAMPLE
    if settings.PORTAL_DEMO_PROMETHEUS:
        yield PROMETHEUS, "Prometheus of the sample service", settings.PORTAL_DEMO_PROMETHEUS
    else:
        title = "Prometheus, as the sample service imitates it"
        yield PROMETHEUS, title, settings.PORTAL_DEMO_SAMPLE
    if settings.PORTAL_DEMO_SAMPLE_TLS:
        yield SECURED, "Sample service, by TLS", settings.PORTAL_DEMO_SAMPLE_TLS


def _authorities(key: str) -> str:
    """The authority that vouches for the sample's certificate, which no public one does."""
    file = settings.PORTAL_DEMO_SAMPLE_AUTHORITY
    return Path(file).read_text(encoding="ascii") if key == SECURED and file else ""


def ranges(base_url: str) -> list[str]:
    host = urlsplit(base_url).hostname or ""
    try:
        return LOOPBACK if ip_address(host).is_loopback else PRIVATE
    except ValueError:
        return LOOPBACK if host == "localhost" else PRIVATE
