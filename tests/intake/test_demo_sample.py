"""The demo's gates on its sample service: green, red at the switch, and green again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts.models import User
from connections.models import Connection
from deployments import clock
from deployments.models import Deployment
from gates import services, sweeps
from gates.enums import GateState
from gates.models import Gate, GateRun
from gates.runner import execute
from intake import demo, demo_sample
from tests.sampling import Sample, sampling

TITLES = {
    "http": "The sample service is well and fast",
    "prometheus": "The sample's cache is warm",
    "json": "The sample's requests succeed",
    "tls": "The sample's certificate is trusted and valid",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with sampling(tmp_path_factory.mktemp("sample") / "certificate") as sample:
        yield sample


@pytest.fixture
def sample(running: Sample, settings) -> Sample:
    running.switch("healthy")
    settings.PORTAL_DEMO_SAMPLE = running.url
    settings.PORTAL_DEMO_SAMPLE_TLS = f"https://127.0.0.1:{running.secured}"
    settings.PORTAL_DEMO_SAMPLE_AUTHORITY = str(running.authority)
    return running


@pytest.fixture
def in_review(sample: Sample, db) -> Deployment:
    return demo.load()[0]


def sampled(deployment: Deployment) -> dict[str, GateState]:
    """Where its gates on the sample stand once their live runs are over."""
    gates = Gate.objects.filter(deployment=deployment, title__in=TITLES.values())
    for run in GateRun.objects.live().filter(gate__in=gates):
        while GateRun.objects.live().filter(pk=run.pk).exists():
            # Nobody waits for the pause between two samples.
            GateRun.objects.filter(pk=run.pk).update(due_at=clock.now())
            execute(run.pk)
    return {gate.kind: gate.standing for gate in gates}


def looked_after(deployment: Deployment) -> dict[str, GateState]:
    """What the sweep asks again half-way through the freshness of what is green."""
    soon = clock.now() + demo_sample.BEFORE_ONES_EYES.freshness * 0.6
    sweeps.look_after(soon)
    return sampled(deployment)


def run_all(deployment: Deployment) -> dict[str, GateState]:
    services.request_all(deployment, actor=User.objects.get(username="technical_lead"))
    return sampled(deployment)


GREEN = dict.fromkeys(TITLES, GateState.PASSED)


@pytest.mark.parametrize(
    ("mode", "red"),
    [("failing", ["http", "json"]), ("slow", ["http"]), ("cold", ["prometheus"])],
)
def test_switch_turns_gates_of_the_demo_red_and_green_again(sample, in_review, mode, red):
    assert run_all(in_review) == GREEN
    sample.switch(mode)
    assert looked_after(in_review) == GREEN | dict.fromkeys(red, GateState.WARNED)
    assert looked_after(in_review) == GREEN | dict.fromkeys(red, GateState.FAILED)
    sample.switch("healthy")
    assert run_all(in_review) == GREEN


def test_red_shows_within_a_minute():
    times = demo_sample.BEFORE_ONES_EYES
    looks = times.limits.max_bad_streak
    assert times.freshness / 2 * looks <= timedelta(minutes=1)


def test_sample_that_came_back_elsewhere_is_followed(sample, in_review, settings):
    assert run_all(in_review) == GREEN
    settings.PORTAL_DEMO_SAMPLE = "http://127.0.0.1:9"
    demo_sample.follow()
    assert {
        one.base_url for one in Connection.objects.filter(key__in=["sample", "sample-prometheus"])
    } == {"http://127.0.0.1:9"}
    stale = dict.fromkeys(["http", "json", "prometheus"], GateState.STALE)
    assert sampled(in_review) == GREEN | stale


def test_sample_where_it_was_changes_nothing(sample, in_review):
    assert run_all(in_review) == GREEN
    demo_sample.follow()
    assert sampled(in_review) == GREEN


@pytest.mark.django_db
def test_without_a_sample_the_demo_has_no_gates_on_it():
    deployment = demo.load()[0]
    assert not deployment.gates.filter(title__in=TITLES.values()).exists()
    assert list(Connection.objects.values_list("key", flat=True)) == ["this-portal"]


@pytest.mark.django_db
def test_real_prometheus_has_a_connection_of_its_own(settings):
    settings.PORTAL_DEMO_SAMPLE = "http://sample:8090"
    settings.PORTAL_DEMO_PROMETHEUS = "http://prometheus:9090"
    demo_sample.declare()
    declared = Connection.objects.order_by("key").values_list("key", "base_url", "permitted_ranges")
    assert list(declared) == [
        ("sample", "http://sample:8090", demo_sample.PRIVATE),
        ("sample-prometheus", "http://prometheus:9090", demo_sample.PRIVATE),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("named", "found", "permitted"),
    [
        ("", "http://localhost:8000", demo_sample.LOOPBACK),
        ("http://web:8000", "http://web:8000", demo_sample.PRIVATE),
    ],
)
def test_portal_is_looked_for_where_its_workers_find_it(settings, named, found, permitted):
    settings.PORTAL_URL, settings.PORTAL_DEMO_SELF = "http://localhost:8000", named
    gate = demo.load()[0].gates.get(title="The portal answers")
    declared = Connection.objects.get(key="this-portal")
    assert (declared.base_url, declared.permitted_ranges) == (found, permitted)
    assert gate.settings == {"url": "/health/", "connection": "this-portal"}
