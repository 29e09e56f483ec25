"""When an item is due, whether it is late, who holds it, and the one reminder for each instant."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checklists import due, services, sweeps
from checklists.enums import ItemState
from checklists.mine import items_of
from checklists.models import Item
from checklists.panels import checklist_panel
from checklists.rows import Row
from deployments import anchors, clock
from deployments.enums import Anchor, State
from deployments.models import Deployment, Event
from deployments.services import schedule
from monitoring.models import Watch
from tests.builders import Team, make_deployment, make_role, signed_in

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("anchor", "offset", "expected"),
    [
        (Anchor.T0, -26 * HOUR, datetime(2027, 2, 28, 10, tzinfo=UTC)),
        (Anchor.T0, timedelta(0), NOON),
        (Anchor.DECISION, HOUR, None),
        ("", None, None),
    ],
)
def test_due_instant_counts_from_a_known_moment(
    anchor: str, offset: timedelta | None, expected: datetime | None
) -> None:
    assert due.due_at(anchor, offset, {Anchor.T0: NOON}) == expected


def test_item_is_late_after_its_due_instant_unless_it_is_settled() -> None:
    late = [
        due.is_late(NOON, NOON, is_settled=False),
        due.is_late(NOON, NOON + HOUR, is_settled=False),
        due.is_late(NOON, NOON + HOUR, is_settled=True),
        due.is_late(None, NOON, is_settled=False),
    ]
    assert late == [False, True, False, False]
    assert [due.reminds(NOON, NOON - n * HOUR) for n in (25, 24, -5)] == [False, True, True]


def own(deployment: Deployment, **fields: object) -> Item:
    """The first item with an owner, a due time, or both."""
    deployment.items.filter(position=1).update(**fields)
    return deployment.items.get(position=1)


def row(deployment: Deployment) -> Row:
    return checklist_panel(deployment)["groups"][0].items[0]


@pytest.mark.django_db
def test_every_anchor_is_known_once_it_happened(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    Watch.objects.filter(deployment=deployment).delete()
    Watch.objects.create(deployment=deployment, opened_at=NOON, ends_at=NOON + HOUR)
    Deployment.objects.filter(pk=deployment.pk).update(started_at=NOON, completed_at=NOON)
    deployment.refresh_from_db()

    known = anchors.moments_of([deployment])[deployment.pk]

    assert known == {
        Anchor.T0: deployment.t0, Anchor.START: NOON, Anchor.COMPLETE: NOON,
        Anchor.WATCH_END: NOON + HOUR,
    }  # fmt: skip
    assert anchors.moments_of([deployment], {Anchor.START}) == {deployment.pk: {Anchor.START: NOON}}


@pytest.mark.django_db
def test_row_says_when_it_is_due_and_that_it_is_late(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(hours=3))
    own(deployment, due_anchor=Anchor.T0, due_offset=-4 * HOUR)
    assert deployment.t0

    assert (row(deployment).due, row(deployment).is_late) == (deployment.t0 - 4 * HOUR, True)
    page = signed_in(team.member).get(f"/deployments/{deployment.pk}/checklist/").content.decode()
    assert page.count("</svg> Late</span>") == 1

    Deployment.objects.filter(pk=deployment.pk).update(state=State.IN_PROGRESS)
    deployment.refresh_from_db()
    assert row(deployment).is_late is False


@pytest.mark.django_db
def test_row_says_that_nobody_holds_it_when_the_owner_is_gone(team: Team) -> None:
    deployment = make_deployment(team)
    own(deployment, owner=team.member)
    assert row(deployment).gap == ""

    team.member.is_active = False
    team.member.save()
    assert row(deployment).gap == (
        "Nobody holds this: the account of Member is closed; another owner is to be named."
    )
    own(deployment, owner=team.outsider)
    assert row(deployment).gap == (
        "Nobody holds this: Outsider no longer sees this service; another owner is to be named."
    )
    own(deployment, owner=None, owner_role=make_role("security"))
    assert row(deployment).gap == ""
    own(deployment, owner_role=make_role("data_protection"))
    assert row(deployment).gap == (
        "Nobody holds this: no one is Data Protection for this service; "
        "another owner is to be named."
    )


@pytest.mark.django_db
def test_reminder_is_recorded_once_for_each_due_instant(team: Team) -> None:
    deployment = make_deployment(team, submitted=True, t0_in=timedelta(hours=30))
    own(deployment, owner=team.member, due_anchor=Anchor.T0, due_offset=-2 * HOUR)
    assert sweeps.sweep() == 0
    own(deployment, due_offset=-7 * HOUR)

    assert [sweeps.sweep(), sweeps.sweep()] == [1, 0]
    assert deployment.t0
    event = Event.objects.get(verb="item due")
    assert (event.actor, event.object_kind) == (None, "item")
    expected = (deployment.t0 - 7 * HOUR).isoformat()
    assert event.after == {"due": expected, "owner": "member", "role": ""}

    schedule(deployment.pk, clock.now() + 20 * HOUR, actor=team.release_manager)
    assert [sweeps.sweep(), sweeps.sweep()] == [1, 0]


@pytest.mark.django_db
def test_reminder_names_the_role(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    own(deployment, owner_role=make_role("security"), due_anchor=Anchor.T0, due_offset=-HOUR)
    sweeps.sweep()
    after = Event.objects.get(verb="item due").after
    assert (after["owner"], after["role"]) == ("", "security")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state", [State.DRAFT, State.IN_PROGRESS, State.CANCELLED, State.STOPPED, State.CLOSED]
)
def test_nobody_is_reminded_when_nobody_can_tick_any_more_or_yet(team: Team, state: State) -> None:
    deployment = make_deployment(team)
    item = own(deployment, owner=team.member, due_anchor=Anchor.T0, due_offset=-HOUR)
    Deployment.objects.filter(pk=deployment.pk).update(state=state)

    assert sweeps.sweep() == 0
    assert services.remind(deployment.pk, item.pk) is None


@pytest.mark.django_db
def test_nobody_is_reminded_of_what_is_closed_taken_out_or_nobodys(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    item = own(deployment, due_anchor=Anchor.T0, due_offset=-HOUR)
    assert sweeps.sweep() == 0
    services.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    own(deployment, owner=team.member)
    assert sweeps.sweep() == 0
    services.set_state(deployment.pk, item.pk, ItemState.OPEN, actor=team.member)
    Item.objects.filter(pk=item.pk).update(removed_at=clock.now())
    assert sweeps.sweep() == 0
    assert services.remind(deployment.pk, item.pk) is None


@pytest.mark.django_db
def test_my_items_are_open_ones_of_mine_or_my_role_late_first(team: Team) -> None:
    texts = ("Later", "Late", "Other's", "Mine by role", "Done")
    deployment = make_deployment(team, items=texts, submitted=True)
    every = {one.text: one for one in deployment.items.all()}
    late = {"due_anchor": Anchor.T0, "due_offset": -5 * HOUR}
    soon = {"due_anchor": Anchor.T0, "due_offset": -HOUR}
    owned: dict[str, dict[str, object]] = {
        "Later": {"owner": team.security, **soon},
        "Late": {"owner": team.security, **late},
        "Other's": {"owner": team.member, **late},
        "Mine by role": {"owner_role": make_role("security")},
        "Done": {"owner": team.security},
    }
    for text, fields in owned.items():
        Item.objects.filter(pk=every[text].pk).update(**fields)
    services.set_state(deployment.pk, every["Done"].pk, ItemState.DONE, actor=team.member)

    with CaptureQueriesContext(connection) as queries:
        found = items_of(team.security)

    assert [one.item.text for one in found] == ["Late", "Later", "Mine by role"]
    assert [one.is_late for one in found] == [True, False, False]
    assert len(queries) == 1
    assert items_of(team.outsider) == []
    page = signed_in(team.security).get("/").content.decode()
    assert page.count('<li class="item">') == 3


@pytest.mark.django_db
def test_at_most_twenty_of_my_items_are_shown(team: Team) -> None:
    deployment = make_deployment(team, items=tuple(f"Item {n}" for n in range(30)), submitted=True)
    deployment.items.update(owner=team.member)
    assert len(items_of(team.member)) == 20
