"""Whatever is moved and sent in whatever order, everybody ends up knowing the present time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from communications.enums import Kind
from communications.whom import told
from communications.whom.told import Copy

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
READERS = ("ann", "bo", "cy")
# Each revision: which T0 it names, whom the notice reached, and whether its correction left.
REVISIONS = st.lists(
    st.tuples(st.integers(0, 2), st.sets(st.sampled_from(READERS)), st.booleans()),
    min_size=1,
    max_size=8,
)


def at(number: int) -> datetime:
    return START + number * timedelta(days=3)


@given(REVISIONS)
def test_one_correction_for_each_whose_last_time_is_another(
    revisions: list[tuple[int, set[str], bool]],
) -> None:
    copies: list[Copy] = []
    knows: dict[str, datetime] = {}
    for revision, (number, reached, leaves) in enumerate(revisions):
        t0 = at(number)
        wrong = {reader: knew for reader, knew in knows.items() if knew != t0}
        assert told.to_correct(copies, revision, t0) == wrong
        if leaves:
            copies += [Copy(reader, Kind.CORRECTION, None, revision, t0) for reader in wrong]
            knows |= dict.fromkeys(wrong, t0)
            assert told.to_correct(copies, revision, t0) == {}
        copies += [Copy(reader, Kind.NOTICE, 1, revision, t0) for reader in reached]
        knows |= dict.fromkeys(reached, t0)


def spared(*copies: Copy, pending: bool = False) -> set[str]:
    return told.spared(
        copies, kind=Kind.NOTICE, plan=1, revision=2, t0=at(1), correction_pending=pending
    )


def test_notice_is_for_whoever_does_not_have_it() -> None:
    assert spared(Copy("ann", Kind.NOTICE, 1, 1, at(1)), Copy("bo", Kind.NOTICE, 2, 1, at(1))) == {
        "ann"
    }
    assert spared(Copy("ann", Kind.NOTICE, 1, 1, at(0))) == set()
    assert spared(Copy("ann", Kind.NOTICE, 1, 1, at(0)), pending=True) == {"ann"}


def test_correction_stands_in_for_the_notice_only_within_a_day_of_t0() -> None:
    day = timedelta(days=1)
    early = Copy("ann", Kind.CORRECTION, None, 2, at(1), at=at(1) - day)
    late = Copy("bo", Kind.HOLD, None, 2, at(1), at=at(1) - day + timedelta(seconds=1))
    underway = Copy("cy", Kind.CORRECTION, None, 2, at(1), told=False)
    assert spared(early, late, underway) == {"bo", "cy"}
