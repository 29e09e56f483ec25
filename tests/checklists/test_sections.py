"""Several items of a section in one act, and the lists that are filtered."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from checklists import services
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import ItemState
from checklists.filters import filters_panel
from checklists.models import Item
from deployments.enums import Anchor
from deployments.exceptions import Forbidden, Invalid, Overtaken
from deployments.models import Deployment
from deployments.policies import rights_of
from tests.builders import Team, make_deployment, make_role, make_team, signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TEXTS = ("A", "B", "C", "D", "E", "F")


def make_mixed(team: Team) -> Deployment:
    """A and B can be ticked; C failed, D demands evidence, E has choices, F is asked to be left."""
    deployment = make_deployment(team, items=TEXTS)
    every = ids(deployment)
    services.set_state(
        deployment.pk, every["C"], ItemState.FAILED, actor=team.member, reason="disk full"
    )
    Item.objects.filter(pk=every["D"]).update(evidence_demanded=True)
    Item.objects.filter(pk=every["E"]).update(choices=["left", "right"])
    services.leave_out(
        deployment.pk, every["F"], ItemState.SKIPPED, actor=team.member, reason="later"
    )
    return deployment


def ids(deployment: Deployment) -> dict[str, int]:
    return dict(deployment.items.values_list("text", "pk"))


def url(deployment: Deployment) -> str:
    section = deployment.sections.get(position=1)
    return reverse("checklists:tick_section", args=[deployment.pk, section.pk])


def test_page_lists_what_would_be_ticked_and_why_the_others_are_not(team: Team) -> None:
    page = signed_in(team.member).get(url(make_mixed(team))).context["offer"]

    assert [item.text for item in page.possible] == ["A", "B"]
    assert [sentence for _, sentence in page.others] == [
        "“C” failed; say on its own page what became of it.",
        "“D” demands evidence; add it first.",
        "“E” is done by choosing one of “left”, “right”.",
        "Member asks to leave “F” out; agree or decline on its own page.",
    ]


def test_exactly_the_shown_ones_are_ticked_each_with_an_event(team: Team) -> None:
    deployment = make_mixed(team)
    every = ids(deployment)

    answer = signed_in(team.member).post(url(deployment), {"item": [every["A"], every["B"]]})

    assert answer.status_code == 302
    done = deployment.items.filter(state=ItemState.DONE).values_list("text", flat=True)
    assert list(done) == ["A", "B"]
    told = deployment.events.filter(verb="item done").values_list("object_text", "actor")
    assert list(told) == [("A", team.member.pk), ("B", team.member.pk)]


def test_nothing_is_saved_when_something_changed_and_it_is_named(team: Team) -> None:
    deployment = make_mixed(team)
    every = ids(deployment)
    services.set_state(deployment.pk, every["B"], ItemState.DONE, actor=team.ops_lead)
    Item.objects.filter(pk=every["D"]).update(section=deployment.sections.get(position=2))
    sent = [every["A"], every["B"], every["D"]]

    answer = signed_in(team.member).post(url(deployment), {"item": sent})

    assert answer.status_code == 409
    assert answer.context["form"].non_field_errors() == [
        "Nothing was ticked, since something changed. “B” is Done by Ops Lead already. "
        "“D” is no longer in this list."
    ]
    assert Item.objects.get(pk=every["A"]).state == "open"


def test_strange_ids_and_none_are_sentences(team: Team) -> None:
    deployment, other = make_mixed(team), make_team("search", prefix="s_")
    strange = make_deployment(other, items=("Secret of another team",)).items.get(position=1).pk
    client = signed_in(team.member)

    foreign = client.post(url(deployment), {"item": [strange]})
    words = client.post(url(deployment), {"item": ["1; drop"]})
    nothing = client.post(url(deployment), {})

    assert [one.status_code for one in (foreign, words, nothing)] == [409, 422, 422]
    assert [one.context["form"].non_field_errors()[0] for one in (foreign, words, nothing)] == [
        "Nothing was ticked, since something changed. "
        "1 of the list are no items of this deployment.",
        "This list names something that is no item; open it anew.",
        "Nothing was ticked: leave at least one item selected.",
    ]
    assert "Secret of another team" not in foreign.content.decode()
    assert Item.objects.get(pk=strange).state == "open"


def test_ids_of_another_deployment_in_the_address_answer_404(team: Team) -> None:
    one, two = make_deployment(team), make_deployment(team)
    client, section, item = signed_in(team.member), two.sections.first(), two.items.first()
    assert section and item
    addresses = [
        ("get", reverse("checklists:tick_section", args=[one.pk, section.pk])),
        ("post", reverse("checklists:tick_section", args=[one.pk, section.pk])),
        ("post", reverse("checklists:item", args=[one.pk, item.pk])),
        ("post", reverse("checklists:choose", args=[one.pk, item.pk])),
        ("post", reverse("checklists:answer", args=[one.pk, item.pk])),
        ("post", reverse("checklists:take_back", args=[one.pk, item.pk])),
        ("get", f"{reverse('checklists:filters', args=[one.pk])}?tab=history"),
    ]
    answers = [getattr(client, method)(address).status_code for method, address in addresses]
    assert answers == [404] * len(addresses)


def test_several_are_not_ticked_by_who_only_reads(team: Team) -> None:
    deployment = make_mixed(team)
    section = deployment.sections.get(position=1)
    with pytest.raises(Forbidden, match="Only members of this service may tick items"):
        services.tick_several(
            deployment.pk, section.pk, [ids(deployment)["A"]], actor=team.stakeholder
        )
    with pytest.raises(Invalid, match="leave at least one item selected"):
        services.tick_several(deployment.pk, section.pk, [], actor=team.member)
    with pytest.raises(Overtaken, match="“C” failed"):
        services.tick_several(deployment.pk, section.pk, [ids(deployment)["C"]], actor=team.member)


def test_filters_count_and_show_open_late_and_mine(team: Team) -> None:
    deployment = make_deployment(team, items=("A", "B", "C", "D"))
    every = ids(deployment)
    past = {"due_anchor": Anchor.T0, "due_offset": -5 * HOUR}
    Item.objects.filter(pk=every["A"]).update(owner=team.security, **past)
    Item.objects.filter(pk=every["B"]).update(owner_role=make_role("security"))
    Item.objects.filter(pk=every["C"]).update(owner=team.member, **past)
    services.set_state(deployment.pk, every["A"], ItemState.DONE, actor=team.member)
    rights = rights_of(team.security, team.service)

    shown = {}
    for show in ("open", "late", "mine"):
        panel = filters_panel(deployment, rights, "checklist", show)
        shown[show] = [row.item.text for group in panel["groups"] for row in group.items]
        assert panel["filters"] == [("open", 3), ("late", 1), ("mine", 2)]

    assert shown == {"open": ["B", "C", "D"], "late": ["C"], "mine": ["A", "B"]}


def test_filtered_tab_has_no_shared_panel_and_says_what_would_stand_there(team: Team) -> None:
    deployment = make_deployment(team)
    page = reverse("dashboard:tab", args=[deployment.pk, "checklist"])
    client = signed_in(team.security)

    plain, mine, unknown = (
        client.get(page + query).content.decode() for query in ("", "?show=mine", "?show=x")
    )

    assert [text.count('id="checklist-panel"') for text in (plain, mine, unknown)] == [1, 0, 1]
    assert [text.count("Nothing here is yours.") for text in (plain, mine)] == [0, 1]
    assert mine.count("?panels=header&amp;") == 1


def test_filters_cost_the_same_for_10_and_for_500_items(team: Team) -> None:
    costs = []
    for count in (10, 500):
        deployment = make_deployment(team, items=(), steps=(), roles=())
        deployment.sections.all().delete()
        services.define(
            deployment,
            [SectionDefinition(["Preparation"])],
            [ItemDefinition(0, "check", "before", f"Item {n}", owner=team.member,
                            due_anchor=Anchor.T0, due_offset=-HOUR)
             for n in range(count)],
        )  # fmt: skip
        rights = rights_of(team.member, team.service)
        with CaptureQueriesContext(connection) as queries:
            filters_panel(deployment, rights, "checklist", "mine")
        costs.append(len(queries))
    assert costs[0] == costs[1] == 6


def test_what_was_typed_stays_when_the_page_of_an_item_refuses(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)
    address = reverse("checklists:item", args=[deployment.pk, item.pk])
    client = signed_in(team.member)
    services.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.ops_lead)

    late = client.post(address, {"to": "failed", "reason": "disk full", "seen": "open"})
    without = client.post(address, {"to": "failed", "reason": " ", "seen": "done"})
    strange = client.post(address, {"to": "chosen:left", "reason": "typed", "seen": "done"})

    assert [one.status_code for one in (late, without, strange)] == [409, 422, 422]
    assert late.context["state_form"].non_field_errors() == [
        "Ops Lead was faster: “Back up the database” is Done."
    ]
    assert late.content.decode().count("disk full</textarea>") == 1
    assert without.context["state_form"].non_field_errors() == [
        "Say why “Back up the database” has failed."
    ]
    assert strange.context["state_form"].errors["to"] == [
        "That is no choice of this item; choose one of the list."
    ]


def test_claims_of_the_document_are_confirmed_in_one_act(team: Team) -> None:
    deployment = make_mixed(team)
    claimed = deployment.items.filter(text__in=["A", "C", "D"])
    claimed.update(claimed_done=True, line=7)
    address = reverse("checklists:claims", args=[deployment.pk])
    tab = reverse("dashboard:tab", args=[deployment.pk, "checklist"])
    browser = signed_in(team.member)

    assert "(3 items)" in browser.get(tab).content.decode()
    offer = browser.get(address).context["offer"]
    assert [item.text for item in offer.possible] == ["A"]
    assert len(offer.others) == 2
    every = ids(deployment)
    assert browser.post(address, {"item": [every["A"], every["B"]]}).status_code == 409
    assert not deployment.items.filter(state=ItemState.DONE).exists()
    assert browser.post(address, {"item": [every["A"]]}).status_code == 302
    done = deployment.items.get(text="A")
    assert (done.state, done.state_by) == (ItemState.DONE, team.member)
    event = deployment.events.get(verb="item done")
    assert event.reason == "As line 7 of the document says."
    assert signed_in(team.stakeholder).post(address, {"item": [every["B"]]}).status_code == 403
