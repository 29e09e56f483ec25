"""X5: whoever owns the database changes events, and it is found."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from audit import checkpoints
from audit.verification import verify
from tests.audit.makers import act, said_by
from tests.audit.tampering import as_owner, rewritten, without_tail
from tests.builders import make_deployment, make_team

TAMPERINGS = {
    "edit": (["UPDATE deployments_event SET reason = 'x' WHERE {} AND sequence = 2"],
             "event 2: it was changed after it was written"),
    "delete": (["DELETE FROM deployments_event WHERE {} AND sequence = 2"],
               "event 2: event 2 is missing"),
    "insert": (["INSERT INTO deployments_event SELECT 999999, chain, 5, at, actor_name, means,"
                " address, verb, object_kind, object_id, object_text, before, after, reason, hash,"
                " repeat('0', 64), actor_id, deployment_id, on_behalf_of_id FROM deployments_event"
                " WHERE {} AND sequence = 4"], "event 5: it was changed after it was written"),
    "reorder": (["UPDATE deployments_event SET sequence = 3 - sequence WHERE {} AND sequence < 3"],
                "event 1: it does not follow the event before it"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*TAMPERINGS, "cut tail", "whole rewrite"])
def test_tampering_is_found_when_the_owner_does_it(name: str, committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    act(deployment, team)
    assert checkpoints.make()
    assert verify(deployment.chain_key).holds
    if name == "cut tail":
        statements, said = without_tail(deployment, 3), (
            f"{deployment.chain_key} event 4: checkpoint 1 saw this event, which is gone: the tail "
            "was cut off"
        )  # fmt: skip
    elif name == "whole rewrite":
        statements, said = rewritten(deployment, "nothing happened"), (
            f"{deployment.chain_key} event 4: checkpoint 1 saw this event, and it was another one"
        )  # fmt: skip
    else:
        statements, said = TAMPERINGS[name]
    chain = f"chain = '{deployment.chain_key}'"
    as_owner(committed, *(one.format(chain) for one in statements))

    assert said in said_by(verify(deployment.chain_key).faults)
    assert said in said_by(verify().faults)
    with pytest.raises(CommandError, match="fault"):
        call_command("verify_history")
