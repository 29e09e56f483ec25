"""R8 over every kind that a worker asks: whatever cannot be evaluated is never passed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from connections.addresses import Permit
from connections.commands import Command
from connections.repositories import Repository
from gates.declared import Circumstances
from gates.kinds import KINDS, PROBED, READ
from gates.measuring import measure
from tests.gitting import needs_git
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
    tls_context,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CA = trustme.CA()
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
# What a declared command does, in Python.
COMMAND_FAULTS = {
    "time-out": "import time; print('[X] a.1', flush=True); time.sleep(60)",
    "nothing": "pass",
    "ends badly": "print('[X] a.1'); raise SystemExit(1)",
    "killed": "import os; print('[X] a.1', flush=True); os.kill(os.getpid(), 9)",
    "flood": "for n in range(200_000): print('x' * 20)",
    "broken JSON": "print('{\"pending\": ')",
    "NaN": "print('{\"pending\": NaN}')",
    "HTML": "print('<html>pending</html>')",
    "no text": "import os; os.write(1, bytes(range(256)))",
    "NUL": "print('\\0')",
    "boxes without names": "print('[X]')",
}
BY_COMMAND: dict[str, tuple[dict[str, Any], str]] = {
    "command": ({"command": "check", "value_of": "pending"}, "pending <= 5"),
    "migrations": ({"command": "check"}, ""),
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
# These do not speak HTTP with what they ask; commands and repositories have faults of their own.
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


LISTING_FAULTS = {
    **FAULTS,
    "page of another store": answering(200, b"<EnumerationResults/>"),
    "no objects": answering(200, b"<ListBucketResult/>"),
    "cut XML": answering(200, b"<ListBucketResult><Contents><Key>a</Key>"),
    "object without a date": answering(
        200, b"<ListBucketResult><Contents><Key>a</Key><Size>9</Size></Contents></ListBucketResult>"
    ),
}


@pytest.mark.parametrize("fault", LISTING_FAULTS)
def test_faulty_listing_of_objects_never_passes(fault: str):
    """The same kind asks for one file above; here it asks a store for all that it holds."""
    with serving(LISTING_FAULTS[fault]) as server:
        told = {"url": f"{server.url}/bucket", "listing": "S3", "seconds": 1}
        found = measure("backup", told, "", Circumstances(NOW, server.permit))
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


def test_every_kind_that_runs_a_command_is_tried():
    named = {kind for kind, one in KINDS.items() if "command" in one.settings.model_fields}
    assert named == set(BY_COMMAND)


@pytest.mark.parametrize("kind", sorted(BY_COMMAND))
@pytest.mark.parametrize("fault", COMMAND_FAULTS)
def test_faulty_command_never_passes(kind: str, fault: str):
    argv = (sys.executable, "-c", COMMAND_FAULTS[fault])
    around = Circumstances(NOW, commands={"check": Command("check", argv, seconds=1)})
    settings, condition = BY_COMMAND[kind]
    found = measure(kind, settings, condition, around)
    assert found.outcome in {"bad", "no_data", "error"}
    assert found.reason


@needs_git
@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_server_of_a_repository_never_passes(fault: str, tmp_path: Path):
    leaf, authorities = CA.issue_cert("127.0.0.1"), tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(authorities)
    with serving(FAULTS[fault]) as server:
        server.context = tls_context(leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes())
        url = f"https://127.0.0.1:{server.port}/portal.git"
        asked = Repository("portal", tmp_path, url, authorities=str(authorities), seconds=3)
        around = Circumstances(NOW, commit="0a1b2c3d", branch="x", repositories={"portal": asked})
        found = measure("git", {"repository": "portal"}, "", around)
        assert server.requests[0].startswith(b"GET /portal.git/info/refs?service=git-upload-pack ")
    assert (found.outcome, found.reason[:9]) == ("error", "“portal” ")
