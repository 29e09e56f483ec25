"""R8 over every kind that a worker asks: whatever cannot be evaluated is never passed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connections.addresses import Permit
from gates.declared import Circumstances
from gates.kinds import KINDS, PROBED, READ
from gates.measuring import measure
from tests.servers import (
    LOOPBACK,
    Server,
    answering,
    babbling,
    closed_port,
    dripping,
    endless,
    hanging_up,
    redirecting,
    serving,
    silent,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FAULTS = {
    "time-out": silent,
    "slow drip": dripping,
    "huge body": endless,
    "no HTTP": babbling,
    "hangs up": hanging_up,
    "500": answering(500, b"{}"),
    "503 with a good body": answering(503, b'{"pending": [], "status": "success"}'),
    "redirect elsewhere": redirecting("http://10.0.0.1/"),
    "broken JSON": answering(200, b'{"a": '),
    "NaN": answering(200, b'{"a": NaN, "pending": NaN}'),
    "HTML": answering(200, b"<html>ok</html>"),
    "nothing": answering(200, b""),
    "compressed": answering(200, b"\x1f\x8b", "Content-Encoding: gzip\r\n"),
}
# What a kind needs beside its address; a kind that is missing here fails the first test.
MORE: dict[str, tuple[dict[str, Any], str]] = {
    "http": ({"path": "a", "equals": "1"}, ""),
    "tls": ({}, ""),
    "prometheus": ({"query": "up"}, "up >= 1"),
    "json": ({"path": "a"}, "a >= 1"),
    "migrations": ({}, ""),
    "backup": ({}, ""),
    "command": ({"command": "none"}, ""),
    "git": ({"repository": "none", "branch": "main", "commit": "0a1b2c3d"}, ""),
}
READ_FROM: dict[str, tuple[dict[str, Any], str]] = {kind: ({}, "") for kind in sorted(READ)}
# These do not speak HTTP with what they ask; of git, tests/gates/test_git_probe.py has the faults.
ELSEWHERE = frozenset({"tls", "command", "git"})


def settings_of(kind: str, server: Server) -> dict[str, Any]:
    more, _ = {**MORE, **READ_FROM}[kind]
    place: dict[str, Any] = {"url": server.url}
    if kind == "tls":
        place = {"host": "127.0.0.1", "port": server.port}
    elif kind in {"command", "git"}:
        place = {}
    seconds = {"seconds": 1} if "seconds" in KINDS[kind].settings.model_fields else {}
    return {**place, **seconds, **more}


def test_every_kind_is_tried():
    assert set(MORE) >= PROBED


@pytest.mark.parametrize("kind", sorted(PROBED))
@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_server_never_passes(kind: str, fault: str):
    with serving(FAULTS[fault]) as server:
        around = Circumstances(NOW, server.permit)
        found = measure(kind, settings_of(kind, server), MORE[kind][1], around)
    assert found.outcome in {"bad", "no_data", "error"}
    assert found.reason


@pytest.mark.parametrize("kind", sorted(READ))
@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"time-out", "slow drip", "huge body"}))
def test_report_from_a_faulty_server_never_passes(kind: str, fault: str):
    with serving(FAULTS[fault]) as server:
        found = measure(kind, {"url": server.url}, "", Circumstances(NOW, server.permit))
    assert found.outcome in {"bad", "no_data", "error"}
    assert found.reason


@pytest.mark.parametrize("kind", sorted((PROBED | READ) - ELSEWHERE))
def test_refused_and_blocked_addresses_are_errors(kind: str):
    closed = Server(silent, closed_port())
    more, condition = {**MORE, **READ_FROM}[kind]
    for url, permit in (
        (closed.url, Permit(closed.url, LOOPBACK)),
        ("http://169.254.169.254/latest", None),
        ("http://127.0.0.1/", None),
        ("file:///etc/passwd", None),
    ):
        found = measure(kind, {**more, "url": url}, condition, Circumstances(NOW, permit))
        assert (found.outcome, bool(found.reason)) == ("error", True)


@pytest.mark.parametrize("kind", sorted(kind for kind in PROBED if KINDS[kind].needs_condition))
def test_kind_that_needs_a_condition_measures_nothing_without_one(kind: str):
    with serving(answering(200, b'{"a": 1}')) as server:
        found = measure(kind, settings_of(kind, server), "", Circumstances(NOW, server.permit))
    assert (found.outcome, found.reason.endswith("such as “error_rate < 1 %”.")) == ("error", True)
