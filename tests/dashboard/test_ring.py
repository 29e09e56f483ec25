"""The ring's segments lie side by side and are filled by what is done."""

from __future__ import annotations

from dashboard.ring import AROUND, GAP, ring_of


def test_three_parts_share_the_ring() -> None:
    ring = ring_of({"checklist": (3, 4), "gates": (0, 2), "sign-off": (5, 5)})
    assert [one.start for one in ring] == [0, 40, 80]
    assert [one.length for one in ring] == [36, 36, 36]
    assert [one.filled for one in ring] == [27, 0, 36]
    assert all(one.start + one.length + GAP <= AROUND for one in ring)


def test_one_part_closes_the_ring_and_none_draws_nothing() -> None:
    [only] = ring_of({"checklist": (1, 2)})
    assert (only.length, only.filled) == (AROUND, AROUND / 2)
    assert ring_of({}) == []
