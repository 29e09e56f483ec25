"""The Prometheus kind against a real one that scrapes the sample, where the machine has one."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.conf import settings

from connections.addresses import Permit
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure
from tests.waiting import until

PROMETHEUS = shutil.which("prometheus")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROMETHEUS, reason="NO REAL PROMETHEUS here: install one to run these"),
]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def ask(url: str, query: str, condition: str = "x >= 0") -> Measurement:
    around = Circumstances(datetime.now(UTC), Permit(url, (ip_network("127.0.0.0/8"),)))
    return measure("prometheus", {"url": "/", "query": query}, condition, around)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, sampled, port = tmp_path_factory.mktemp("prometheus"), free_port(), free_port()
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\n"
        "scrape_configs:\n"
        "- {job_name: sample, static_configs: [{targets: ['127.0.0.1:" + str(sampled) + "']}]}\n"
    )
    url = f"http://127.0.0.1:{port}"
    sample = [sys.executable, "-m", "examples.sample", "--listen", f"127.0.0.1:{sampled}"]
    server = [
        str(PROMETHEUS), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
    ]  # fmt: skip
    with (
        subprocess.Popen(sample, cwd=settings.BASE_DIR) as one,
        subprocess.Popen(server, cwd=Path(folder)) as other,
    ):
        try:
            until(lambda: has_scraped(url), "Prometheus has scraped something", pause=0.3)
            yield url
        finally:
            one.terminate()
            other.terminate()


def has_scraped(url: str) -> bool:
    return ask(url, "cache_hit_rate").outcome == "good"


def test_figure_of_the_sample_is_judged(prometheus: str) -> None:
    found = ask(prometheus, "cache_hit_rate", "cache_hit_rate > 85")
    assert (found.outcome, float(found.value) > 85) == ("good", True)
    assert ask(prometheus, "cache_hit_rate", "cache_hit_rate > 101").outcome == "bad"


@pytest.mark.parametrize(
    "query",
    ["nothing_such", "vector(NaN)", "cache_hit_rate[5m]", "sum(", "{job='sample'}"],
)
def test_what_is_no_single_number_never_passes(prometheus: str, query: str) -> None:
    found = ask(prometheus, query)
    assert found.outcome in {"no_data", "error"}
    assert found.reason


def test_scalar_is_a_number(prometheus: str) -> None:
    assert ask(prometheus, "scalar(cache_hit_rate) * 0 + 1", "x == 1").outcome == "good"
