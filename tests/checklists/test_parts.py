"""Items and sections are edited: what is saved, what is refused, what waits for what afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checklists import services
from checklists.enums import EvidenceKind, ItemState, Kind, Phase
from checklists.evidence import Given
from checklists.models import Item, Section
from checklists.parts import Items, Sections
from checklists.plan import ItemPlan, SectionPlan
from deployments import editing
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment, Event
from tests.builders import Team, make_deployment, make_person

pytestmark = pytest.mark.django_db
ITEMS, SECTIONS = Items(), Sections()


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team, items=("One", "Two", "Three"), steps=("A", "B", "C"))


def item(deployment: Deployment, text: str) -> Item:
    return ITEMS.rows(deployment).get(text=text)


def texts(deployment: Deployment) -> list[str]:
    return [one.text for one in ITEMS.rows(deployment)]


def chain(deployment: Deployment) -> dict[str, set[str]]:
    steps = [one for one in ITEMS.rows(deployment) if one.kind == Kind.STEP]
    return {one.text: {str(earlier) for earlier in one.predecessors.all()} for one in steps}


def changed(deployment: Deployment, team: Team, called: str, **values: Any) -> Event | None:
    row = item(deployment, called)
    now = ITEMS.plan_of(row)
    return editing.change(
        ITEMS, deployment.pk, row.pk, replace(now, **values), actor=team.release_manager,
        shown=now.fingerprint,
    )  # fmt: skip


def moved(deployment: Deployment, team: Team, text: str, place: str) -> Event | None:
    row = item(deployment, text)
    return editing.move(ITEMS, deployment.pk, row.pk, place, actor=team.release_manager)


def content_of(deployment: Deployment) -> str:
    return Deployment.objects.get(pk=deployment.pk).content_hash


def test_change_is_an_event_and_a_new_content(team: Team, deployment: Deployment) -> None:
    before = content_of(deployment)
    event = changed(deployment, team, "One", text="One and a half", required=False)
    assert event is not None
    assert event.before == {"text": "One", "required": "yes"}
    assert event.after == {"text": "One and a half", "required": "no"}
    assert content_of(deployment) != before


def test_saving_what_stands_is_no_event(team: Team, deployment: Deployment) -> None:
    count = deployment.events.count()
    assert changed(deployment, team, "One") is None
    assert deployment.events.count() == count


def test_owner_and_due_time_are_not_signed(team: Team, deployment: Deployment) -> None:
    before = content_of(deployment)
    event = changed(
        deployment, team, "One", owner=team.member, due_anchor="t0", due_offset=timedelta(hours=-26)
    )
    assert event is not None
    assert event.after == {"owner": "Member", "due": "26 h before T0"}
    assert content_of(deployment) == before


def test_second_editor_is_told_who_was_faster(team: Team, deployment: Deployment) -> None:
    row = item(deployment, "One")
    seen = ITEMS.plan_of(row)
    changed(deployment, team, "One", text="Theirs")
    with pytest.raises(Overtaken, match="Release Manager changed this item meanwhile"):
        editing.change(
            ITEMS, deployment.pk, row.pk, replace(seen, text="Mine"), actor=team.release_manager,
            shown=seen.fingerprint,
        )  # fmt: skip
    assert item(deployment, "Theirs").pk == row.pk


def test_reorder_during_an_edit_harms_nobody(team: Team, deployment: Deployment) -> None:
    row = item(deployment, "One")
    seen = ITEMS.plan_of(row)
    moved(deployment, team, "One", "down")
    editing.change(
        ITEMS, deployment.pk, row.pk, replace(seen, text="Mine"), actor=team.release_manager,
        shown=seen.fingerprint,
    )  # fmt: skip
    assert texts(deployment)[:3] == ["Two", "Mine", "Three"]


def test_confirmed_item_opens_again_when_its_words_change(
    team: Team, deployment: Deployment
) -> None:
    services.set_state(deployment.pk, item(deployment, "One").pk, ItemState.DONE, actor=team.member)
    changed(deployment, team, "One", required=False)
    assert item(deployment, "One").state == ItemState.DONE
    changed(deployment, team, "One", text="Something else")
    again = item(deployment, "Something else")
    assert (again.state, again.state_by, again.state_at) == (ItemState.OPEN, None, None)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": " "}, "The text is empty; write what it is about."),
        ({"text": "x" * 10_000},
         "The text has 10000 characters; 4000 is the most. Shorten it."),
        ({"text": "a\0b"}, "The text contains a NUL character; remove it."),
        ({"choices": ("Yes",)}, "One choice is none; name at least two, or leave them all out."),
        ({"choices": ("Yes", "yes")}, "Two of the choices are the same; each may stand once."),
        ({"phase": Phase.ROLLBACK},
         "A rollback step belongs to the phase “Rollback”, and nothing else does."),
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_a_sentence(
    team: Team, deployment: Deployment, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        changed(deployment, team, "One", **values)
    assert refused.value.sentence == said
    assert texts(deployment) == ["One", "Two", "Three", "A", "B", "C"]


def test_step_cannot_precede_itself(team: Team, deployment: Deployment) -> None:
    with pytest.raises(Invalid) as refused:
        changed(deployment, team, "A", after=frozenset([item(deployment, "C")]))
    assert refused.value.sentence == (
        "An item cannot come before itself: “A” after “C” after “B” after “A”."
    )


def test_parts_of_another_deployment_are_refused(team: Team, deployment: Deployment) -> None:
    other = make_deployment(team)
    for values in (
        {"section": other.sections.first()},
        {"after": frozenset(other.items.all())},
    ):
        with pytest.raises(Invalid, match="have to be of this deployment"):
            changed(deployment, team, "One", **values)


def test_owner_has_to_see_the_service_but_may_stay(team: Team, deployment: Deployment) -> None:
    with pytest.raises(Invalid, match="Outsider does not see"):
        changed(deployment, team, "One", owner=team.outsider)
    changed(deployment, team, "One", owner=team.member)
    team.member.is_active = False
    team.member.save()
    assert changed(deployment, team, "One", required=False) is not None


def test_only_a_release_manager_edits(team: Team, deployment: Deployment) -> None:
    with pytest.raises(Forbidden):
        editing.move(ITEMS, deployment.pk, item(deployment, "One").pk, "down", actor=team.member)


def test_several_lines_become_items_and_steps_follow_each_other(
    team: Team, deployment: Deployment
) -> None:
    section = Section.objects.get(deployment=deployment, position=2)
    editing.add(
        ITEMS, deployment.pk,
        [ItemPlan(section, text, Kind.STEP, Phase.DURING) for text in ("D", "E")],
        actor=team.release_manager,
    )  # fmt: skip
    assert texts(deployment) == ["One", "Two", "Three", "A", "B", "C", "D", "E"]
    assert chain(deployment) == {"A": set(), "B": {"A"}, "C": {"B"}, "D": {"C"}, "E": {"D"}}


def test_moved_step_takes_its_place_in_the_run(team: Team, deployment: Deployment) -> None:
    before = content_of(deployment)
    moved(deployment, team, "C", "up")
    assert chain(deployment) == {"A": set(), "C": {"A"}, "B": {"C"}}
    assert content_of(deployment) != before
    moved(deployment, team, "C", "down")
    assert content_of(deployment) == before


def test_moved_check_costs_no_content(team: Team, deployment: Deployment) -> None:
    before = content_of(deployment)
    moved(deployment, team, "Three", f"before-{item(deployment, 'One').pk}")
    assert texts(deployment)[:3] == ["Three", "One", "Two"]
    assert content_of(deployment) == before


def test_item_leads_over_a_heading_into_the_section_beside_it(
    team: Team, deployment: Deployment
) -> None:
    moved(deployment, team, "Three", "down")
    assert item(deployment, "Three").section.title == "Execution"
    assert texts(deployment) == ["One", "Two", "Three", "A", "B", "C"]
    moved(deployment, team, "Three", "up")
    assert item(deployment, "Three").section.title == "Preparation"


def test_item_at_the_edge_stays(team: Team, deployment: Deployment) -> None:
    count = deployment.events.count()
    assert moved(deployment, team, "One", "up") is None
    assert moved(deployment, team, "C", "down") is None
    assert deployment.events.count() == count


@pytest.mark.parametrize("place", ["", "sideways", "before-0", "before-x", "end-0", "up-1"])
def test_place_that_is_none_is_refused(team: Team, deployment: Deployment, place: str) -> None:
    with pytest.raises(Invalid, match="no longer there"):
        moved(deployment, team, "One", place)


def test_step_taken_out_closes_the_run(team: Team, deployment: Deployment) -> None:
    editing.take_out(ITEMS, deployment.pk, [item(deployment, "B").pk], actor=team.release_manager)
    assert chain(deployment) == {"A": set(), "C": {"A"}}
    assert not Item.every.filter(deployment=deployment, text="B").exists()


def test_item_with_evidence_keeps_its_row(team: Team, deployment: Deployment) -> None:
    row = item(deployment, "One")
    services.add_evidence(
        deployment.pk, row.pk, Given(EvidenceKind.TEXT, text="seen"), actor=team.member
    )
    editing.take_out(ITEMS, deployment.pk, [row.pk], actor=team.release_manager)
    assert "One" not in texts(deployment)
    assert Item.every.get(pk=row.pk).evidence.count() == 1
    others = [item(deployment, text).pk for text in ("Two", "Three")]
    editing.take_out(ITEMS, deployment.pk, others, actor=team.release_manager)
    with pytest.raises(Refused, match="keeps the evidence"):
        editing.take_out(SECTIONS, deployment.pk, [row.section_id], actor=team.release_manager)


def test_second_to_take_it_out_is_told(team: Team, deployment: Deployment) -> None:
    pk = item(deployment, "One").pk
    editing.take_out(ITEMS, deployment.pk, [pk], actor=team.release_manager)
    with pytest.raises(Overtaken, match="taken out of the plan meanwhile"):
        editing.take_out(ITEMS, deployment.pk, [pk], actor=team.release_manager)


def test_several_items_change_together_or_not_at_all(team: Team, deployment: Deployment) -> None:
    pks = [one.pk for one in ITEMS.rows(deployment)]
    count = deployment.events.exclude(verb="content changed").count()
    done = editing.change_several(
        ITEMS, deployment.pk, pks, lambda plan: replace(plan, required=False),
        actor=team.release_manager,
    )  # fmt: skip
    assert done == 6
    assert deployment.events.exclude(verb="content changed").count() == count + 1
    outsider = make_person("stranger")
    with pytest.raises(Invalid):
        editing.change_several(
            ITEMS, deployment.pk, pks, lambda plan: replace(plan, required=True, owner=outsider),
            actor=team.release_manager,
        )  # fmt: skip
    assert not ITEMS.rows(deployment).filter(required=True).exists()


def test_nothing_is_edited_after_go(team: Team, deployment: Deployment) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(state="go")
    with pytest.raises(Refused, match="The content is fixed while it is “Go”"):
        changed(deployment, team, "One", text="Other")


def test_section_is_renamed_with_the_headings_below_it(team: Team, deployment: Deployment) -> None:
    actor, before = team.release_manager, content_of(deployment)
    editing.add(SECTIONS, deployment.pk, [SectionPlan("Backup", ("Preparation",))], actor=actor)
    assert [str(one) for one in SECTIONS.rows(deployment)] == [
        "Preparation", "Preparation › Backup", "Execution",
    ]  # fmt: skip
    row = SECTIONS.rows(deployment)[0]
    now = SECTIONS.plan_of(row)
    editing.change(
        SECTIONS, deployment.pk, row.pk, SectionPlan("Before"), actor=actor, shown=now.fingerprint
    )
    assert [str(one) for one in SECTIONS.rows(deployment)] == [
        "Before", "Before › Backup", "Execution",
    ]  # fmt: skip
    assert content_of(deployment) == before


def test_section_moves_with_its_items(team: Team, deployment: Deployment) -> None:
    row = SECTIONS.rows(deployment)[1]
    editing.move(SECTIONS, deployment.pk, row.pk, "up", actor=team.release_manager)
    assert texts(deployment) == ["A", "B", "C", "One", "Two", "Three"]
    assert [one.position for one in ITEMS.rows(deployment)] == [1, 2, 3, 4, 5, 6]


def test_section_with_items_stays(team: Team, deployment: Deployment) -> None:
    row = SECTIONS.rows(deployment)[0]
    with pytest.raises(Refused) as refused:
        editing.take_out(SECTIONS, deployment.pk, [row.pk], actor=team.release_manager)
    assert refused.value.sentence == (
        "“Preparation” still has items; move them or take them out first."
    )
