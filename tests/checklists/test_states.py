"""Begin, fail, choose and un-tick."""

import pytest

from checklists import services
from checklists.enums import ItemState
from checklists.models import Item
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment
from tests.checklists.test_services import make_running

pytestmark = pytest.mark.django_db
WORDS = ["Rolling", "Blue/green"]


def make_choice(team: Team) -> tuple[Deployment, Item]:
    deployment = make_deployment(team)
    deployment.items.filter(position=1).update(choices=WORDS)
    return deployment, deployment.items.get(position=1)


def test_step_is_begun_and_keeps_when_until_it_is_open_again(team: Team) -> None:
    deployment = make_running(team)
    step = deployment.items.get(position=2)

    services.set_state(deployment.pk, step.pk, ItemState.IN_PROGRESS, actor=team.member)
    step.refresh_from_db()
    begun = step.started_at
    assert begun == step.state_at
    services.set_state(deployment.pk, step.pk, ItemState.DONE, actor=team.member)
    step.refresh_from_db()
    assert step.started_at == begun
    services.set_state(deployment.pk, step.pk, ItemState.OPEN, actor=team.member)
    step.refresh_from_db()
    assert step.started_at is None

    verbs = deployment.events.filter(object_kind="item").values_list("verb", flat=True)
    assert list(verbs) == ["item begun", "item done", "item reopened"]


def test_step_is_not_begun_before_the_one_it_comes_after(team: Team) -> None:
    deployment = make_running(team)
    step = deployment.items.get(position=3)
    with pytest.raises(Refused, match="Comes after “Stop”, which is not done yet"):
        services.set_state(deployment.pk, step.pk, ItemState.IN_PROGRESS, actor=team.member)


def test_item_is_closed_by_one_of_its_choices(team: Team) -> None:
    deployment, item = make_choice(team)

    services.choose(deployment.pk, item.pk, "Rolling", actor=team.member)
    assert services.choose(deployment.pk, item.pk, "Rolling", actor=team.member) is None

    item.refresh_from_db()
    assert (item.state, item.chosen, item.state_by) == ("done", "Rolling", team.member)
    assert deployment.events.filter(verb="item done").count() == 1


def test_another_choice_takes_the_place_and_history_tells_both(team: Team) -> None:
    deployment, item = make_choice(team)
    services.choose(deployment.pk, item.pk, "Rolling", actor=team.member)

    event = services.choose(deployment.pk, item.pk, "Blue/green", actor=team.ops_lead)

    assert event is not None
    assert event.before == {"state": "done", "chosen": "Rolling"}
    assert event.after == {"state": "done", "chosen": "Blue/green"}


def test_untick_clears_the_choice(team: Team) -> None:
    deployment, item = make_choice(team)
    services.choose(deployment.pk, item.pk, "Rolling", actor=team.member)

    services.set_state(deployment.pk, item.pk, ItemState.OPEN, actor=team.member)

    item.refresh_from_db()
    assert (item.state, item.chosen) == ("open", "")


def test_word_that_is_no_choice_is_refused(team: Team) -> None:
    deployment, item = make_choice(team)
    for word in ("", "rolling", "All at once"):
        with pytest.raises(Invalid, match="choose one of “Rolling”, “Blue/green”"):
            services.choose(deployment.pk, item.pk, word, actor=team.member)


def test_choosing_and_ticking_are_not_mixed_up(team: Team) -> None:
    deployment, item = make_choice(team)
    with pytest.raises(Refused, match="is done by choosing one of “Rolling”, “Blue/green”"):
        services.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    Item.objects.filter(pk=item.pk).update(choices=[])
    with pytest.raises(Invalid, match="has nothing to choose from; tick it instead"):
        services.choose(deployment.pk, item.pk, "Rolling", actor=team.member)


def test_choice_is_refused_when_the_person_only_reads_or_saw_another(team: Team) -> None:
    deployment, item = make_choice(team)
    with pytest.raises(Forbidden, match="Only members of this service may tick items"):
        services.choose(deployment.pk, item.pk, "Rolling", actor=team.auditor)
    services.choose(deployment.pk, item.pk, "Rolling", actor=team.member)
    with pytest.raises(Overtaken, match=r"Member was faster: .* is Done: Rolling"):
        services.choose(deployment.pk, item.pk, "Blue/green", actor=team.ops_lead, seen="open")


def test_choice_with_missing_evidence_is_refused(team: Team) -> None:
    deployment, item = make_choice(team)
    deployment.items.update(evidence_demanded=True)
    with pytest.raises(Refused, match="demands evidence; add it first"):
        services.choose(deployment.pk, item.pk, "Rolling", actor=team.member)
