"""The items that are still to be done, among many that are."""

from __future__ import annotations

import pytest
from django.db import connection

from checklists.enums import CLOSED, ItemState
from checklists.models import Item
from tests.builders import Team, make_deployment

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", list(ItemState))
def test_item_is_left_unless_it_is_closed_or_gone(team: Team, state: ItemState) -> None:
    deployment = make_deployment(team, items=("Back up",))
    left = Item.objects.unclosed().filter(deployment=deployment)
    # No act leads to every one of these states from here.
    deployment.items.update(state=state, reason="As it is")
    assert left.exists() is (state not in CLOSED)


def test_those_left_are_found_by_their_index(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    left = Item.objects.unclosed().order_by().filter(deployment__in=[1, 2])
    assert "item_unclosed" in left.explain()
