"""The pages on which a plan is edited: what they cost, say first, keep and refuse."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals import services as approvals
from approvals.enums import Choice
from approvals.shown import Shown
from checklists import services as checklists
from checklists.enums import ItemState
from checklists.models import Item
from checklists.parts import Items
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_proof, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def deployment(team: Team) -> Deployment:
    """In review, signed by security, with one item confirmed."""
    made = make_deployment(
        team, items=("One", "Two"), steps=("A", "B"), roles=("security",), submitted=True
    )
    approvals.sign(
        made.pk, made.rules.get().pk, Choice.APPROVE, actor=team.security, proof=make_proof(),
        shown=Shown.of(made),
    )  # fmt: skip
    one = made.items.get(text="One")
    checklists.set_state(made.pk, one.pk, ItemState.DONE, actor=team.member)
    return made


@pytest.fixture
def client(team: Team) -> Client:
    return signed_in(team.release_manager)


def url(name: str, deployment: Deployment, *rest: Any) -> str:
    return reverse(f"dashboard:{name}", args=[deployment.pk, *rest])


def form_of(answer: Any) -> dict[str, Any]:
    """What the open form holds, as a browser would send it back."""
    form = answer.context["open"].form
    held = {one.name: one.value() for one in form}
    return {name: value for name, value in held.items() if value not in (None, False)}


def said(answer: Any) -> list[str]:
    return [str(one) for one in answer.context["messages"]]


def item(deployment: Deployment, text: str) -> Item:
    return deployment.items.get(text=text)


def edit(client: Client, deployment: Deployment, called: str, **values: Any) -> Any:
    address = url("plan_edit", deployment, "items", item(deployment, called).pk)
    return client.post(address, form_of(client.get(address)) | values)


def test_form_that_is_sent_back_as_it_is_changes_nothing(
    client: Client, deployment: Deployment
) -> None:
    events = deployment.events.count()
    rows = {"items": deployment.items, "sections": deployment.sections, "rules": deployment.rules}
    for name, found in rows.items():
        for pk in found.values_list("pk", flat=True):
            address = url("plan_edit", deployment, name, pk)
            answer = client.post(address, form_of(client.get(address)), follow=True)
            assert said(answer) == ["Nothing changed; all stays."]
    assert deployment.events.count() == events


def test_save_says_first_what_it_costs(client: Client, deployment: Deployment) -> None:
    asked = edit(client, deployment, "One", text="One and a half")
    assert asked.status_code == 409
    cost = asked.context["open"].cost
    assert cost.sentence == "1 signature becomes stale and “One” has to be confirmed again."
    assert deployment.items.filter(text="One").exists()
    answer = client.post(
        asked.request["PATH_INFO"], form_of(asked) | {"sure": cost.key}, follow=True
    )
    assert said(answer) == ["Saved."]
    assert item(deployment, "One and a half").state == ItemState.OPEN


def test_cost_that_grew_meanwhile_is_told_again(client: Client, deployment: Deployment) -> None:
    asked = edit(client, deployment, "One", text="Other", sure="0-1")
    assert asked.status_code == 409


def test_owner_costs_nobody_anything(client: Client, deployment: Deployment) -> None:
    answer = edit(client, deployment, "One", owner="person:member", due="2 h before T0")
    assert answer.status_code == 302
    saved = item(deployment, "One")
    assert (str(saved.owner), saved.due_words, saved.state) == ("Member", "2 h before T0", "done")


def test_rehearsal_tells_and_saves_nothing(client: Client, deployment: Deployment) -> None:
    address = url("plan_edit", deployment, "items", item(deployment, "One").pk)
    held = form_of(client.get(address))
    for text, words in (
        ("Other", "1 signature becomes stale and “One” has to be confirmed again."),
        ("One", "Nothing is changed; saving costs nobody anything."),
    ):
        told = client.post(f"{address}?rehearse=1", held | {"text": text})
        assert told.context["cost"].sentence == words
    assert deployment.items.filter(text="One").exists()


def test_rehearsal_of_nonsense_says_what_is_wrong(client: Client, deployment: Deployment) -> None:
    address = url("plan_edit", deployment, "items", item(deployment, "One").pk)
    told = client.post(f"{address}?rehearse=1", form_of(client.get(address)) | {"due": "soon"})
    assert "“soon” is no due time" in told.content.decode()


def test_slower_editor_sees_the_others_words_beside_their_own(
    client: Client, deployment: Deployment
) -> None:
    address = url("plan_edit", deployment, "items", item(deployment, "Two").pk)
    mine = form_of(client.get(address)) | {"text": "Mine"}
    edit(client, deployment, "Two", text="Theirs", sure="1-0")
    answer = client.post(address, mine)
    assert answer.status_code == 409
    beside = {field.name: now for field, now in answer.context["open"].fields if now}
    assert beside == {"text": "Theirs"}
    assert form_of(answer)["text"] == "Mine"
    again = client.post(address, form_of(answer), follow=True)
    assert said(again) == ["Saved."]


def test_lines_become_items_in_their_section(client: Client, deployment: Deployment) -> None:
    section = deployment.sections.get(position=1)
    address = url("plan_add", deployment, "items") + f"?section={section.pk}"
    held = form_of(client.get(address)) | {"lines": "- [ ] Three\r\n\r\n* Four\r\n", "sure": "1-0"}
    assert client.post(address, held).status_code == 302
    texts = list(deployment.items.filter(section=section).values_list("text", flat=True))
    assert texts == ["One", "Two", "Three", "Four"]


def test_adding_nothing_is_refused_in_a_sentence(client: Client, deployment: Deployment) -> None:
    address = url("plan_add", deployment, "items")
    answer = client.post(address, form_of(client.get(address)))
    assert answer.status_code == 422
    assert answer.context["open"].form.non_field_errors() == ["Write what the new item is."]


def test_moving_a_step_asks_and_moving_a_check_does_not(
    client: Client, deployment: Deployment
) -> None:
    check = url("plan_move", deployment, "items", item(deployment, "Two").pk)
    assert client.post(f"{check}?place=up").status_code == 302
    step = url("plan_move", deployment, "items", item(deployment, "B").pk)
    asked = client.post(f"{step}?place=up")
    assert asked.status_code == 409
    assert asked.context["open"].cost.sentence == "1 signature becomes stale."
    assert client.post(step, {"place": "up", "sure": "1-0"}).status_code == 302
    assert [one.text for one in Items().rows(deployment)] == ["Two", "One", "B", "A"]


def test_taking_out_asks_first(client: Client, deployment: Deployment) -> None:
    address = url("plan_take_out", deployment, "items", item(deployment, "Two").pk)
    assert client.get(address).status_code == 200
    asked = client.post(address)
    assert asked.status_code == 409
    assert client.post(address, {"sure": asked.context["open"].cost.key}).status_code == 302
    assert not deployment.items.filter(text="Two").exists()


def test_several_items_are_changed_and_taken_out(client: Client, deployment: Deployment) -> None:
    address = url("plan_several", deployment)
    pks = [item(deployment, text).pk for text in ("One", "Two")]
    asked = client.post(address, {"item": pks, "required": "no"})
    assert asked.status_code == 409
    assert asked.context["marked"] == set(pks)
    answer = client.post(address, {"item": pks, "required": "no", "sure": "1-0"}, follow=True)
    assert said(answer) == ["2 of 2 changed."]
    asked = client.post(address, {"item": pks, "take_out": "ask"})
    assert asked.context["asks_out"]
    cost = asked.context["open"].cost
    assert cost.sentence == "“One” is confirmed already."
    assert deployment.items.count() == 4
    sure = {"item": pks, "take_out": "really", "sure": cost.key}
    answer = client.post(address, sure, follow=True)
    assert said(answer) == ["2 taken out."]


def test_no_item_marked_is_said(client: Client, deployment: Deployment) -> None:
    answer = client.post(url("plan_several", deployment), {"required": "no"})
    assert answer.status_code == 422
    assert answer.context["open"].form.errors["item"] == ["Mark the items first."]


def test_number_that_is_too_long_to_be_one_is_no_error(
    client: Client, deployment: Deployment
) -> None:
    number = "9" * 5000
    answer = client.post(url("plan_several", deployment), {"item": number, "required": "no"})
    assert (answer.status_code, answer.context["marked"]) == (422, set())
    answer = client.get(url("plan_add", deployment, "items"), {"section": number})
    assert (answer.status_code, answer.context["open"].section_pk) == (200, None)


FOREIGN = [
    ("items", "section", "{section}"),
    ("items", "after", "{item}"),
    ("items", "owner", "person:outsider"),
    ("items", "kind", "gate"),
    ("rules", "role", "emperor"),
]


@pytest.mark.parametrize("entry", FOREIGN)
def test_foreign_value_in_a_field_is_a_sentence(
    team: Team, client: Client, deployment: Deployment, entry: tuple[str, str, str]
) -> None:
    part, field, value = entry
    other = make_deployment(team)
    known = {"section": other.sections.get(position=1).pk, "item": other.items.get(position=1).pk}
    row = item(deployment, "One") if part == "items" else deployment.rules.get()
    address = url("plan_edit", deployment, part, row.pk)
    answer = client.post(address, form_of(client.get(address)) | {field: value.format(**known)})
    assert answer.status_code == 422
    assert list(answer.context["open"].form.errors) == [field]


@pytest.mark.parametrize("name", ["plan_edit", "plan_take_out", "plan_move"])
def test_row_of_another_deployment_is_no_page(
    team: Team, client: Client, deployment: Deployment, name: str
) -> None:
    other = make_deployment(team)
    rows = {"items": other.items, "sections": other.sections, "rules": other.rules}
    for part, found in rows.items():
        address = url(name, deployment, part, found.filter(position=1).get().pk)
        assert client.post(address, {"place": "up"}).status_code == 404


def test_those_who_may_not_edit_read_why(team: Team, deployment: Deployment) -> None:
    answer = signed_in(team.member).get(url("plan_start", deployment))
    assert answer.context["refusal"].sentence == (
        "Only release managers of this service may edit this deployment."
    )
    assert "plan-acts" not in answer.content.decode()


def test_queries_do_not_grow_with_the_plan(
    team: Team, client: Client, django_assert_num_queries: Any
) -> None:
    small, large = make_deployment(team), make_deployment(team, items=tuple(map(str, range(500))))
    counts = []
    for one in (small, large):
        with django_assert_num_queries(15, exact=False) as asked:
            assert client.get(url("plan_start", one)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_script_in_a_plan_never_runs(client: Client, deployment: Deployment) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    edit(client, deployment, "Two", text=evil, sure="1-0")
    body = client.get(url("plan_start", deployment)).content.decode()
    assert "<script>alert" not in body
    assert "<img src=x" not in body
