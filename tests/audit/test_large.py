"""Long and many: bounded memory, bounded queries. As large as promised under PORTAL_AUDIT=1."""

from __future__ import annotations

import json
import os
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import checkpoints, packs
from audit.population import Criteria
from audit.verification import verify
from audit.verifier import drawn, main
from tests.audit.many import make_long, make_many
from tests.audit.test_packs import unpacked
from tests.builders import make_deployment, make_team

LARGE = "PORTAL_AUDIT" in os.environ
EVENTS, DEPLOYMENTS, SAMPLE = (100_000, 10_000, 25) if LARGE else (2_500, 200, 3)
# Of 100,000 events the pack has some 100 MB; what the test holds at once stays far below that.
MOST_MEMORY = 40 * 1024 * 1024

pytestmark = pytest.mark.timeout(1800 if LARGE else 240)


def test_long_history_is_packed_piece_by_piece(committed: dict[str, str], tmp_path: Path) -> None:
    team = make_team()
    deployment, small = make_deployment(team), make_deployment(team)
    make_long(deployment, EVENTS)
    place = tmp_path / "pack.zip"
    told: list[int] = []
    # Fonts and templates are loaded by the first one.
    packs.write_deployment(tmp_path / "small.zip", small.pk, by=None, tell=lambda _: None)

    tracemalloc.start()
    packs.write_deployment(place, deployment.pk, by=None, tell=told.append)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < MOST_MEMORY
    assert sum(told) == 2 * deployment.event_count
    folder = unpacked(place)
    assert main(["--folder", str(folder)]) == 0
    with (folder / "events.jsonl").open("rb") as lines:
        assert sum(1 for _ in lines) == deployment.event_count
    assert (folder / "history.html").read_text().count("<strong>") == deployment.event_count


def test_sample_of_many_asks_as_often_as_of_few(committed: dict[str, str], tmp_path: Path) -> None:
    team = make_team()
    today = date.today()
    criteria = Criteria(
        today.replace(year=today.year - 1), today.replace(year=today.year + 1), None, "7", SAMPLE
    )

    def ask(name: str) -> int:
        checkpoints.make()
        with CaptureQueriesContext(connection) as queries:
            packs.write_sample(tmp_path / name, criteria, by=None, tell=lambda _: None)
        return len(queries)

    numbers = make_many(team, SAMPLE + 1)
    few = ask("few.zip")
    numbers += make_many(team, DEPLOYMENTS)
    many = ask("many.zip")

    # A second checkpoint is one more that some of the packs show.
    assert abs(many - few) <= SAMPLE
    folder = unpacked(tmp_path / "many.zip")
    said = json.loads((folder / "sample.json").read_text())
    assert said["population"] == numbers
    assert said["sample"] == drawn("7", numbers, SAMPLE)
    assert main(["--folder", str(folder)]) == 0
    assert verify().holds
