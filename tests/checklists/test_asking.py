"""Leaving a required item out takes two people; an optional one needs only a reason."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals.dossier import freeze
from approvals.rollcall import roll_call
from approvals.verdict import outlook
from checklists import policies, services
from checklists.enums import ItemState
from checklists.models import Item
from checklists.obstacles import find
from deployments import clock
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_role, signed_in

pytestmark = pytest.mark.django_db


def first(deployment: Deployment) -> Item:
    return deployment.items.select_related("asked_by").get(position=1)


def ask(deployment: Deployment, actor: User, to: ItemState = ItemState.SKIPPED) -> str:
    """Ask to leave the first item out; returns what an answer carries."""
    item = first(deployment)
    services.leave_out(deployment.pk, item.pk, to, actor=actor, reason=" not in this release ")
    return policies.asked_as(first(deployment))


def test_asking_leaves_the_state_and_says_who_asks_for_what_and_why(team: Team) -> None:
    deployment = make_deployment(team)

    ask(deployment, team.member)

    item = first(deployment)
    assert (item.state, item.asked_state, item.asked_by, item.asked_reason) == (
        "open", "skipped", team.member, "not in this release",
    )  # fmt: skip
    event = deployment.events.latest("sequence")
    assert (event.verb, event.actor, event.reason, event.after) == (
        "item asked to be skipped", team.member, "not in this release", {"asked": "skipped"},
    )  # fmt: skip
    assert event.at == item.asked_at


@pytest.mark.parametrize("to", [ItemState.SKIPPED, ItemState.NOT_APPLICABLE])
def test_item_is_left_out_in_both_names_when_another_agrees(team: Team, to: ItemState) -> None:
    deployment = make_deployment(team)
    seen = ask(deployment, team.member, to)

    services.agree(deployment.pk, first(deployment).pk, actor=team.ops_lead, seen=seen)

    item = first(deployment)
    assert (item.state, item.state_by, item.seconded_by) == (to, team.member, team.ops_lead)
    assert (item.reason, item.asked_state, item.asked_by) == ("not in this release", "", None)
    event = deployment.events.latest("sequence")
    assert (event.actor, event.before) == (team.ops_lead, {"state": "open"})
    assert event.after == {"state": to.value, "asked_by": "member", "seconded_by": "ops_lead"}


def test_asker_never_agrees_alone(team: Team) -> None:
    deployment = make_deployment(team)
    seen = ask(deployment, team.member)
    item = first(deployment)

    for act in (
        lambda: services.agree(deployment.pk, item.pk, actor=team.member, seen=seen),
        lambda: services.decline(deployment.pk, item.pk, actor=team.member, reason="no", seen=seen),
    ):
        with pytest.raises(Forbidden, match="You asked to leave “Back up the database” out;"):
            act()
    with pytest.raises(IntegrityError, match="item_seconded_by_another"), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(
            state_by=team.member, seconded_by=team.member, state_at=item.asked_at
        )


def test_who_only_reads_neither_asks_nor_agrees(team: Team) -> None:
    deployment = make_deployment(team)
    with pytest.raises(Forbidden, match="Only members of this service may tick items"):
        ask(deployment, team.stakeholder)
    seen = ask(deployment, team.member)
    with pytest.raises(Forbidden, match="Only members of this service may tick items"):
        services.agree(deployment.pk, first(deployment).pk, actor=team.stakeholder, seen=seen)


def test_declining_needs_a_reason_and_ends_the_asking(team: Team) -> None:
    deployment = make_deployment(team)
    seen, item = ask(deployment, team.member), first(deployment)

    with pytest.raises(Invalid, match="Say why “Back up the database” is not to be left out"):
        services.decline(deployment.pk, item.pk, actor=team.ops_lead, reason=" ", seen=seen)
    services.decline(deployment.pk, item.pk, actor=team.ops_lead, reason="it is due", seen=seen)

    assert (first(deployment).state, first(deployment).asked_by) == ("open", None)
    event = deployment.events.latest("sequence")
    assert (event.verb, event.reason) == ("item leaving out declined", "it is due")
    assert event.before == {"asked": "skipped", "asked_by": "member"}
    with pytest.raises(Overtaken, match=r"Nobody asks any more to leave .* out; it is Open"):
        services.agree(deployment.pk, item.pk, actor=team.ops_lead, seen=seen)


def test_only_the_asker_takes_it_back(team: Team) -> None:
    deployment = make_deployment(team)
    seen, item = ask(deployment, team.member), first(deployment)

    with pytest.raises(Forbidden, match="Only Member asked for this and may take it back"):
        services.take_back(deployment.pk, item.pk, actor=team.ops_lead, seen=seen)
    services.take_back(deployment.pk, item.pk, actor=team.member, seen=seen)

    assert first(deployment).asked_by is None
    assert deployment.events.latest("sequence").verb == "item leaving out taken back"


def test_any_other_change_of_state_ends_the_asking(team: Team) -> None:
    deployment = make_deployment(team)
    seen, item = ask(deployment, team.member), first(deployment)

    services.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.ops_lead)

    assert (first(deployment).asked_state, first(deployment).asked_reason) == ("", "")
    with pytest.raises(Overtaken, match="it is Done by Ops Lead"):
        services.agree(deployment.pk, item.pk, actor=team.release_manager, seen=seen)


def test_answer_to_an_older_asking_is_not_taken_for_a_new_one(team: Team) -> None:
    deployment = make_deployment(team)
    seen, item = ask(deployment, team.member), first(deployment)
    services.take_back(deployment.pk, item.pk, actor=team.member, seen=seen)
    ask(deployment, team.member, ItemState.NOT_APPLICABLE)

    with pytest.raises(Overtaken, match="Member asks anew about “Back up the database”"):
        services.agree(deployment.pk, item.pk, actor=team.ops_lead, seen=seen)


def test_second_asking_is_refused_while_one_stands(team: Team) -> None:
    deployment = make_deployment(team)
    ask(deployment, team.member)
    with pytest.raises(Overtaken, match=r"Member asks already for .* to be skipped; answer that"):
        ask(deployment, team.ops_lead, ItemState.NOT_APPLICABLE)


def test_reason_is_needed_to_ask_and_to_leave_out_what_is_optional(team: Team) -> None:
    deployment = make_deployment(team)
    item = first(deployment)
    for required in (True, False):
        deployment.items.update(required=required)
        with pytest.raises(Invalid, match="Say why “Back up the database” is skipped"):
            services.leave_out(
                deployment.pk, item.pk, ItemState.SKIPPED, actor=team.member, reason=" "
            )


def test_optional_item_is_left_out_by_one_person(team: Team) -> None:
    deployment = make_deployment(team)
    deployment.items.update(required=False)

    ask(deployment, team.member)

    assert (first(deployment).state, first(deployment).seconded_by) == ("skipped", None)


def test_what_demands_evidence_is_not_left_out_without_it(team: Team) -> None:
    deployment = make_deployment(team)
    deployment.items.update(evidence_demanded=True)
    with pytest.raises(Refused, match="demands evidence; add it first"):
        ask(deployment, team.member)


def test_readiness_says_who_asks_and_that_a_failed_item_blocks(team: Team) -> None:
    deployment = make_deployment(team, items=("A", "B"), submitted=True)
    ask(deployment, team.member)
    second = deployment.items.get(position=2)
    services.set_state(
        deployment.pk, second.pk, ItemState.FAILED, actor=team.member, reason="disk full"
    )

    found = outlook(deployment).readiness
    assert found is not None
    clauses = [one.clause for one in found.blockers if one.key.startswith("item:")]

    assert clauses == ["“A” is asked to be skipped by Member, needs a second person", "“B” failed"]


def test_obstacle_says_from_whom_and_since_when(team: Team) -> None:
    """Each says what is missing, from whom, since when (SEMANTICS §5), in no further query."""
    deployment = make_deployment(team, items=("A", "B", "C", "D"), submitted=True)
    ask(deployment, team.member)
    asked_at = first(deployment).asked_at
    failed, mine, ours = (deployment.items.get(text=text) for text in "BCD")
    services.set_state(
        deployment.pk, failed.pk, ItemState.FAILED, actor=team.member, reason="disk full"
    )
    failed.refresh_from_db()
    with CaptureQueriesContext(connection) as before:
        find([deployment])
    deployment.items.filter(pk=mine.pk).update(owner=team.ops_lead)
    deployment.items.filter(pk=ours.pk).update(owner_role=make_role("operations"))
    deployment.refresh_from_db()

    with CaptureQueriesContext(connection) as queries:
        found = find([deployment])[deployment.pk].blockers

    said = [(one.since, one.waits.verb, *one.waits.people) for one in found if one.waits]
    assert said == [
        (asked_at, "May agree or decline", "anybody but Member"),
        (failed.state_at, "Waits for", "any member of this service"),
        (deployment.submitted_at, "Waits for", "Ops Lead"),
        (deployment.submitted_at, "Waits for", "Operations"),
    ]
    assert len(queries) == len(before) == 1
    page = signed_in(team.stakeholder).get(deployment.get_absolute_url()).content.decode()
    assert "Waits for: Ops Lead. Since" in page


def test_dossier_keeps_reason_choice_and_both_persons(team: Team) -> None:
    deployment = make_deployment(team, items=("A", "B"), submitted=True)
    seen = ask(deployment, team.member)
    services.agree(deployment.pk, first(deployment).pk, actor=team.ops_lead, seen=seen)
    deployment.items.filter(position=2).update(choices=["left", "right"])
    services.choose(deployment.pk, deployment.items.get(position=2).pk, "left", actor=team.member)
    found = outlook(deployment).readiness
    assert found is not None

    left_out, chosen, step = freeze(deployment, found, roll_call(deployment, clock.now()))["items"]

    assert (left_out["by"], left_out["seconded_by"]) == ("Member", "Ops Lead")
    assert (left_out["reason"], chosen["chosen"]) == ("not in this release", "left")
    assert (step["state"], step["seconded_by"]) == ("open", None)
