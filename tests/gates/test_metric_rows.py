"""The database says to whom a try-out belongs, and what a metric may keep."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from deployments import clock
from gates.models import Metric, TryOut
from tests.builders import make_deployment


@pytest.mark.parametrize("owners", [(), ("deployment", "service")])
def test_try_out_belongs_to_exactly_one(team, owners: tuple[str, ...]):
    every: dict[str, Any] = {"deployment": make_deployment(team), "service": team.service}
    said = {name: every[name] for name in owners}
    with (
        pytest.raises(IntegrityError, match="try_out_of_a_gate_or_of_a_metric"),
        transaction.atomic(),
    ):
        TryOut.objects.create(kind="http", asked_by=team.member, asked_at=clock.now(), **said)


@pytest.mark.parametrize(
    ("said", "constraint"),
    [
        ({"unit": "kB"}, "metric_unit_is_of_conditions"),
        ({"source": "guessed"}, "metric_source_is_known"),
        ({"source": "pushed", "settings": {"url": "x"}}, "metric_settings_are_of_what_is_asked"),
    ],
)
def test_metric_keeps_only_what_means_something(team, said: dict[str, Any], constraint: str):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Metric.objects.create(service=team.service, key="errors", title="Errors", **said)
