"""An address by a known pattern is the address that Django finds."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from deployments.addresses import address


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("dashboard:home", ()),
        ("dashboard:deployment", (7,)),
        ("dashboard:tab", (7, "watch")),
        ("checklists:item", (7, 12_345)),
        ("checklists:set_state", (7, 12_345, "done")),
        ("deployments:service", ("storage-layer",)),
    ],
)
def test_it_is_what_django_finds(name: str, parts: tuple[int | str, ...]) -> None:
    for more in (0, 1, 10**9):
        moved = tuple(part if isinstance(part, str) else part + more for part in parts)
        assert address(name, *moved) == reverse(name, args=moved)


def test_what_leads_nowhere_is_refused() -> None:
    for name, parts in (
        ("checklists:nothing", (1,)),
        ("checklists:item", (1,)),
        ("dashboard:tab", (1, "")),
    ):
        with pytest.raises(NoReverseMatch):
            address(name, *parts)
    for wrong in (None, 1.5, object()):
        with pytest.raises(TypeError):
            address("dashboard:deployment", wrong)  # type: ignore[arg-type]
