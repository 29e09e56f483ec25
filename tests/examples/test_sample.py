"""The demo's sample service as people and probes meet it: a real process, real HTTP, real TLS."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from django.conf import settings

from connections.addresses import Permit
from examples.sample.certificate import make
from examples.sample.figures import instant
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass(frozen=True)
class Sample:
    url: str
    secured: int
    authority: str

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
            return json.load(answer)

    def switch(self, mode: str) -> None:
        body = urllib.parse.urlencode({"mode": mode}).encode()
        urllib.request.urlopen(f"{self.url}/", body, timeout=10).close()

    def ask(self, kind: str, wanted: dict[str, Any], condition: str = "") -> Measurement:
        around = Circumstances(datetime.now(UTC), Permit(self.url, LOOPBACK))
        return measure(kind, wanted, condition, around)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("sample") / "certificate"
    make(folder)
    plain, secured = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
    handles = [plain.fileno(), secured.fileno()]
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.sample", "--certificate", str(folder / "server.pem"),
         "--sockets", *map(str, handles)],
        cwd=settings.BASE_DIR, pass_fds=handles,
    )  # fmt: skip
    ports = [one.getsockname()[1] for one in (plain, secured)]
    yield Sample(f"http://127.0.0.1:{ports[0]}", ports[1], (folder / "authority.pem").read_text())
    process.terminate()
    process.wait(10)
    plain.close()
    secured.close()


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
    known = Circumstances(now, Permit(base, LOOPBACK, authorities=sample.authority))
    assert measure("tls", wanted, "", known).outcome == "good"
    assert measure("tls", wanted, "", Circumstances(now, Permit(base, LOOPBACK))).outcome == "bad"


def test_metrics_are_in_the_text_format_of_prometheus(sample: Sample) -> None:
    with urllib.request.urlopen(f"{sample.url}/metrics", timeout=10) as answer:
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
        urllib.request.urlopen(foreign, timeout=10)
    assert refused.value.code == 421
    refused.value.close()
    assert sample.get("/health")["status"] == "UP"
