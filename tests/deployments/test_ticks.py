from __future__ import annotations

from datetime import timedelta

from communications import tasks as mail
from deployments import clock, tasks, ticks
from deployments.models import Tick
from tests.builders import Team


def test_sweep_that_ends_well_leaves_a_tick_and_one_that_fails_none(team: Team) -> None:
    tasks.sweep.apply()
    assert Tick.objects.get().name == "deployments.sweep"
    tasks.deliver_event.apply(args=("no id",))
    assert Tick.objects.count() == 1


def test_tick_is_renewed_every_few_seconds_only(team: Team) -> None:
    ticks.note(ticks.MAIL, waiting_since=None)
    first = Tick.objects.get().at
    ticks.note(ticks.MAIL, waiting_since=None)
    assert Tick.objects.get().at == first
    Tick.objects.update(at=first - ticks.EVERY - timedelta(seconds=1))
    ticks.note(ticks.MAIL, waiting_since=None)
    assert Tick.objects.get().at > first


def test_what_waits_is_noted_at_once_and_taken_back_at_once(team: Team) -> None:
    ticks.note(ticks.MAIL, waiting_since=None)
    since = clock.now() - timedelta(minutes=3)
    ticks.note(ticks.MAIL, waiting_since=since)
    assert Tick.objects.get().waiting_since == since
    ticks.note(ticks.MAIL, waiting_since=None)
    assert Tick.objects.get().waiting_since is None


def test_signal_keeps_what_the_sweep_noted(team: Team) -> None:
    since = clock.now() - timedelta(minutes=3)
    ticks.note(ticks.MAIL, waiting_since=since)
    Tick.objects.update(at=since)
    ticks.succeeded(mail.sweep)
    told = Tick.objects.get()
    assert (told.waiting_since, told.at > since) == (since, True)
