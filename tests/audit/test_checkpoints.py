"""When a checkpoint is made, and what it sees."""

from __future__ import annotations

import json

import pytest
from django.db import ProgrammingError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from audit import checkpoints
from audit.verification import verify
from tests.audit.makers import act
from tests.audit.tampering import as_owner
from tests.builders import Team, make_deployment, make_team


@pytest.mark.django_db
def test_checkpoint_sees_every_chain_once_and_then_only_what_moved(team: Team) -> None:
    deployment, other = make_deployment(team), make_deployment(team)

    first = checkpoints.make()
    act(deployment, team)
    second = checkpoints.make()

    assert first and second
    assert set(first.heads.values_list("chain", flat=True)) >= {
        deployment.chain_key, other.chain_key, "service:storage-layer",
    }  # fmt: skip
    assert list(second.heads.values_list("chain", "event_count", "hash")) == [
        (deployment.chain_key, deployment.event_count, deployment.event_head)
    ]
    assert json.loads(second.statement)["previous"] == first.hash
    assert checkpoints.make() is None
    result = verify()
    assert (result.faults, result.checkpoints) == ([], 2)


def test_checkpoint_is_made_once_an_hour_when_the_sweep_asks(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    assert checkpoints.make_if_due() is not None
    act(deployment, team)

    assert checkpoints.make_if_due() is None
    as_owner(committed, "UPDATE deployments_clock SET \"offset\" = interval '61 minutes'")
    made = checkpoints.make_if_due()
    assert made is not None and made.number == 2
    as_owner(committed, "UPDATE deployments_clock SET \"offset\" = interval '122 minutes'")
    assert checkpoints.make_if_due() is None


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_checkpoint", "audit_checkpointhead"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_checkpoint_is_never_changed_by_the_application(table: str, act: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))


@pytest.mark.django_db
def test_number_of_queries_is_the_same_for_many_chains(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        make_deployment(team)
    with django_assert_num_queries(8):
        checkpoints.make()
    for _ in range(12):
        make_deployment(team)
    with django_assert_num_queries(8):
        checkpoints.make()
