"""Everything is verified once a day."""

from __future__ import annotations

from audit import daily
from audit.models import Check
from tests.audit.tampering import as_owner
from tests.builders import make_deployment, make_team


def test_daily_check_keeps_what_it_found(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    assert daily.verify_if_due() is not None
    assert daily.verify_if_due() is None
    as_owner(
        committed,
        f"UPDATE deployments_event SET reason = 'x' WHERE chain = '{deployment.chain_key}' "
        "AND sequence = 2",
    )

    daily.verify_now()

    last = Check.objects.first()
    assert last is not None and last.fault_count == 1
    assert last.faults == [f"{deployment.chain_key} event 2: it was changed after it was written"]
