"""A broker that hangs costs a person one second once, not some for each hint."""

from __future__ import annotations

import logging
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from deployments import hints
from tests.live.brokers import Broker


@pytest.fixture
def broker(settings: Settings) -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="hints") as folder:
        broker = Broker(Path(folder))
        broker.start()
        settings.REDIS_URL = broker.url
        hints._redis.cache_clear()
        hints.pause.end()
        yield broker
        broker.kill()
        hints._redis().close()
        hints._redis.cache_clear()
        hints.pause.end()


@pytest.mark.django_db
def test_a_hanging_broker_is_tried_once_and_again_after_a_pause(
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(hints, "PAUSE_SECONDS", 1.5)
    with redis.Redis.from_url(broker.url) as watching, watching.pubsub() as pages:
        pages.subscribe(hints.LIVE_CHANNEL)
        pages.get_message(timeout=30)
        before = watching.info("stats")["total_connections_received"]

        broker.send(signal.SIGSTOP)
        with (
            caplog.at_level(logging.WARNING),
            django_capture_on_commit_callbacks(execute=True) as given,
        ):
            for number in range(10):
                hints.hint("gates.execute", number)
                hints.changed(number)
        over = time.monotonic() + 1.5
        broker.send(signal.SIGCONT)

        assert len(given) == 20
        # The door lets in one after the other: whoever waited there is counted before this one.
        with redis.Redis.from_url(broker.url) as last:
            assert last.info("stats")["total_connections_received"] == before + 2
        assert [record.name for record in caplog.records] == ["deployments.hints"]
        # So long a person waited, once.
        waits = hints._redis().connection_pool.connection_kwargs
        assert (waits["socket_timeout"], waits["socket_connect_timeout"]) == (1, 1)

        time.sleep(max(0.0, over - time.monotonic()))
        with django_capture_on_commit_callbacks(execute=True):
            hints.changed(7)
        heard = pages.get_message(timeout=30)
    assert heard
    assert heard["data"] == b"7"


def test_only_one_tries_when_a_pause_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "PAUSE_SECONDS", 0.05)
    pause = hints.Pause()
    assert [pause.allows_a_hint(), pause.allows_a_hint()] == [True, True]
    pause.begin()
    assert not pause.allows_a_hint()
    time.sleep(0.06)
    assert [pause.allows_a_hint(), pause.allows_a_hint()] == [True, False]
    pause.end()
    assert [pause.allows_a_hint(), pause.allows_a_hint()] == [True, True]
