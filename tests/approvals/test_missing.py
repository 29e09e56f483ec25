"""What is missing for a submission, by the facts of it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from approvals.enums import Mend
from approvals.feasibility import Demand
from approvals.policies.submitting import Missing, Outset, missing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
READY = Demand("Security", 1, frozenset({1}), 1)


def test_nothing_is_missing_from_a_whole_draft() -> None:
    assert missing(Outset(NOW, NOW + timedelta(hours=1), [READY])) == []


@pytest.mark.parametrize(
    ("changes", "clause", "mend"),
    [
        ({"t0": None}, "the time T0 is not set", Mend.TIME),
        ({"t0": NOW}, "the time T0 is in the past", Mend.TIME),
        ({"demands": []}, "no role is asked to sign", Mend.RULES),
        (
            {"demands": [READY, Demand("Legal", 1, frozenset(), 0)]},
            "nobody holds the role Legal of this service",
            Mend.PEOPLE,
        ),
        (
            {"demands": [Demand("Legal", 1, frozenset(), 2)]},
            "nobody who holds the role Legal may sign: the requester, the authors and the last "
            "editor of the content never do",
            Mend.PEOPLE,
        ),
        (
            {"demands": [Demand("Legal", 3, frozenset({4, 5}), 3)]},
            "Legal asks for 3 signatures, and only 2 people may give one",
            Mend.PEOPLE,
        ),
        (
            {"demands": [READY, Demand("Legal", 1, frozenset({1}), 1)]},
            "Security and Legal ask for 2 signatures of different people, and only 1 person may "
            "sign",
            Mend.PEOPLE,
        ),
        (
            {"deciders": 0},
            "no ops lead of this service could decide, since the requester never does",
            Mend.PEOPLE,
        ),
        (
            {"lost_lead": "Rosa"},
            "the account of the release lead Rosa is no longer active",
            Mend.FACTS,
        ),
        (
            {"unheard": ["Legal"]},
            "nobody holds the role Legal of this service, which the poll asks",
            Mend.PEOPLE,
        ),
        (
            {"stuck": ["Freeze"]},
            "“Freeze” is due before T0 but waits for what comes later or for itself",
            Mend.CHECKLIST,
        ),
    ],
)
def test_each_thing_that_is_missing_is_said(
    changes: dict[str, object], clause: str, mend: Mend
) -> None:
    whole = {"now": NOW, "t0": NOW + timedelta(hours=1), "demands": [READY]}
    outset = Outset(**{**whole, **changes})  # type: ignore[arg-type]
    assert missing(outset) == [Missing(clause, mend)]
