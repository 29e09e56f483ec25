"""The demo's sample service as people and probes meet it: a real process, real HTTP, real TLS."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connections.addresses import Permit
from examples.sample.certificate import make
from examples.sample.figures import instant
from examples.sample.traffic import Mode, Traffic
from gates.declared import Circumstances
from gates.measuring import measure
from tests.sampling import Sample, sampling
from tests.servers import LOOPBACK


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with sampling(tmp_path_factory.mktemp("sample") / "certificate") as sample:
        yield sample


@pytest.fixture
def sample(running: Sample) -> Sample:
    running.switch("healthy")
    return running


HEALTH = {"url": "/health", "path": "status", "equals": "UP", "requests": 3, "p95_ms": 500}
QUERY = {"url": "/", "query": "cache_hit_rate", "unit": "%"}
FIGURES = {"url": "/figures", "path": "error_rate", "unit": "%"}


@pytest.mark.parametrize(
    ("mode", "kind", "wanted", "condition"),
    [
        ("failing", "http", HEALTH, ""),
        ("slow", "http", HEALTH, ""),
        ("cold", "prometheus", QUERY, "cache_hit_rate > 85 %"),
        ("failing", "json", FIGURES, "error_rate < 0.1 %"),
    ],
)
def test_switch_turns_a_gate_red_and_green_again(
    sample: Sample, mode: str, kind: str, wanted: dict[str, Any], condition: str
) -> None:
    assert sample.ask(kind, wanted, condition).outcome == "good"
    sample.switch(mode)
    red = sample.ask(kind, wanted, condition)
    assert (red.outcome, bool(red.reason)) == ("bad", True)
    sample.switch("healthy")
    assert sample.ask(kind, wanted, condition).outcome == "good"


def test_certificate_is_trusted_by_its_own_authority_only(sample: Sample) -> None:
    base = f"https://127.0.0.1:{sample.secured}"
    wanted = {"host": "127.0.0.1", "port": sample.secured}
    now = datetime.now(UTC)
    known = Circumstances(now, Permit(base, LOOPBACK, authorities=sample.authority.read_text()))
    assert measure("tls", wanted, "", known).outcome == "good"
    assert measure("tls", wanted, "", Circumstances(now, Permit(base, LOOPBACK))).outcome == "bad"


def test_metrics_are_in_the_text_format_of_prometheus(sample: Sample) -> None:
    with urllib.request.urlopen(f"{sample.url}/metrics", timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        lines = answer.read().decode().splitlines()
    values = dict(line.split(" ") for line in lines if not line.startswith("#"))
    assert 85 < float(values["cache_hit_rate"]) <= 100
    assert "# TYPE requests_total counter" in lines


def test_imitation_of_prometheus_says_that_it_is_one(sample: Sample) -> None:
    assert sample.get("/api/v1/query?query=nothing_such")["data"]["result"] == []
    status, told = instant("rate(requests_total[5m])", {})
    assert (status, "own imitation of Prometheus" in str(told["error"])) == (400, True)


def test_switch_is_not_turned_by_other_pages(sample: Sample) -> None:
    foreign = urllib.request.Request(
        f"{sample.url}/", b"mode=failing", {"Origin": "https://evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(foreign, timeout=30)
    assert refused.value.code == 421
    refused.value.close()
    assert sample.get("/health")["status"] == "UP"


def test_figures_stay_within_the_window_and_sums_grow() -> None:
    traffic = Traffic(Random(1))
    traffic.switch(Mode.FAILING)
    assert traffic.figures()["requests_total"] == 0
    traffic.tick()
    told = traffic.figures()
    assert (told["requests_total"], len(traffic.window)) == (100, 2000)
    assert 0 < told["request_errors_total"] < 100


def test_authority_is_kept_and_the_certificate_made_anew(tmp_path: Path) -> None:
    def made() -> list[bytes]:
        make(tmp_path)
        return [(tmp_path / name).read_bytes() for name in ("authority.pem", "server.pem")]

    first, second = made(), made()
    assert (first[0] == second[0], first[1] == second[1]) == (True, False)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_authority_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    make(tmp_path)
    before = (tmp_path / "authority.pem").read_bytes()
    (tmp_path / "authority.key").write_text("nothing")
    make(tmp_path)
    assert (tmp_path / "authority.pem").read_bytes() != before
