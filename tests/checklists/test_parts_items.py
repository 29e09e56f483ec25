"""Items are edited while people work on them: nothing stays said that nobody said of this."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checklists import policies, services
from checklists.enums import ItemState
from checklists.models import Item, Section
from checklists.parts import Items, Sections
from checklists.plan import ItemPlan, SectionPlan
from deployments import editing
from deployments.enums import Grant
from deployments.exceptions import Invalid, Overtaken
from deployments.models import Deployment, Event
from deployments.services import grant
from tests.builders import Team, make_deployment

pytestmark = pytest.mark.django_db
ITEMS, SECTIONS = Items(), Sections()


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team, items=("One", "Two", "Three"))


def row_of(deployment: Deployment, text: str) -> Item:
    return ITEMS.rows(deployment).get(text=text)


def change(deployment: Deployment, team: Team, called: str, **values: Any) -> Event | None:
    row = row_of(deployment, called)
    now = ITEMS.plan_of(row)
    return editing.change(
        ITEMS, deployment.pk, row.pk, replace(now, **values), actor=team.release_manager,
        shown=now.fingerprint,
    )  # fmt: skip


def test_item_left_out_by_one_person_opens_again_when_it_is_required(
    team: Team, deployment: Deployment
) -> None:
    """Else making it optional for a moment would take the second person's place."""
    change(deployment, team, "One", required=False)
    services.leave_out(
        deployment.pk, row_of(deployment, "One").pk, ItemState.SKIPPED,
        actor=team.release_manager, reason="no time",
    )  # fmt: skip
    event = change(deployment, team, "One", required=True)

    item = row_of(deployment, "One")
    assert (item.state, item.state_by, item.reason) == ("open", None, "")
    assert event is not None
    assert event.before == {"required": "no", "state": "skipped"}
    assert event.after == {"required": "yes", "state": "open"}


def test_item_left_out_by_two_stays_so_when_it_was_optional_for_a_while(
    team: Team, deployment: Deployment
) -> None:
    pk = row_of(deployment, "One").pk
    services.leave_out(deployment.pk, pk, ItemState.SKIPPED, actor=team.member, reason="no disk")
    seen = policies.asked_as(row_of(deployment, "One"))
    services.agree(deployment.pk, pk, actor=team.ops_lead, seen=seen)

    change(deployment, team, "One", required=False)
    change(deployment, team, "One", required=True)

    assert row_of(deployment, "One").state == "skipped"


def test_asking_ends_when_the_item_needs_no_second_person(
    team: Team, deployment: Deployment
) -> None:
    pk = row_of(deployment, "One").pk
    services.leave_out(deployment.pk, pk, ItemState.SKIPPED, actor=team.member, reason="no disk")

    change(deployment, team, "One", required=False)

    assert policies.asked_as(row_of(deployment, "One")) == ""


def test_several_that_open_again_are_named_in_the_history(
    team: Team, deployment: Deployment
) -> None:
    one, two = row_of(deployment, "One"), row_of(deployment, "Two")
    services.set_state(deployment.pk, one.pk, ItemState.DONE, actor=team.member)

    editing.change_several(
        ITEMS, deployment.pk, [one.pk, two.pk], lambda plan: replace(plan, evidence_demanded=True),
        actor=team.release_manager,
    )  # fmt: skip

    event = deployment.events.get(verb="items changed")
    assert event.after == {
        "evidence_demanded": "yes", "changed": ["One", "Two"], "opened_again": ["One"],
    }  # fmt: skip


def test_slower_editor_is_told_who_changed_this_item_and_not_another_one(
    team: Team, deployment: Deployment
) -> None:
    grant(team.service, Grant.RELEASE_MANAGER, team.ops_lead, actor=None)
    row = row_of(deployment, "One")
    seen = ITEMS.plan_of(row)
    change(deployment, team, "One", text="Uno")
    others = [row_of(deployment, text).pk for text in ("Two", "Three")]
    editing.change_several(
        ITEMS, deployment.pk, others, lambda plan: replace(plan, required=False),
        actor=team.ops_lead,
    )  # fmt: skip

    with pytest.raises(Overtaken, match=r"^Release Manager changed this item meanwhile"):
        editing.change(
            ITEMS, deployment.pk, row.pk, replace(seen, text="Eins"), actor=team.ops_lead,
            shown=seen.fingerprint,
        )  # fmt: skip


def test_item_in_a_section_that_is_gone_is_a_sentence(team: Team, deployment: Deployment) -> None:
    """The form was read before the lock, and somebody took the section out in between."""
    (section,) = editing.add(
        SECTIONS, deployment.pk, [SectionPlan("New")], actor=team.release_manager
    )
    editing.take_out(SECTIONS, deployment.pk, [section.pk], actor=team.release_manager)
    gone = Section(pk=section.pk, deployment=deployment, path=["New"], position=3)

    with pytest.raises(Invalid, match=r"^The section was taken out of the plan meanwhile"):
        editing.add(ITEMS, deployment.pk, [ItemPlan(gone, "Four")], actor=team.release_manager)
    with pytest.raises(Invalid, match=r"^The section was taken out of the plan meanwhile"):
        change(deployment, team, "One", section=gone)


def test_item_after_one_that_is_gone_is_a_sentence(team: Team, deployment: Deployment) -> None:
    gone = row_of(deployment, "One")
    editing.take_out(ITEMS, deployment.pk, [gone.pk], actor=team.release_manager)
    with pytest.raises(Invalid, match=r"^The item that is to come first was taken out"):
        change(deployment, team, "Two", after=frozenset([gone]))
