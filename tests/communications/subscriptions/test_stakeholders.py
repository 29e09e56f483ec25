"""The stakeholder list of a service: its page, its acts, and what is refused in which field."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from communications.models import OptOut, Stakeholder
from communications.subscriptions import listing, pasting
from communications.subscriptions.listing import Entry
from deployments import clock
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Event
from tests.builders import Team, signed_in

pytestmark = pytest.mark.django_db

ANN = Entry("Ann Smith", "ann@example.net", "de", "Europe/Berlin")
READS = {"language": "en", "zone": "UTC"}


@pytest.fixture
def client(team: Team) -> Client:
    return signed_in(team.release_manager)


def page(team: Team, name: str, *more: int) -> str:
    return reverse(f"communications:{name}", args=[team.service.key, *more])


def ann(team: Team) -> Stakeholder:
    [row] = listing.add(team.service, [ANN], actor=team.release_manager)
    return row


def test_release_manager_adds_one_and_the_history_says_whom(team: Team, client: Client) -> None:
    answer = client.post(
        page(team, "stakeholder_add"),
        {"name": "Ann Smith", "address": "ann@example.net", "language": "de", "zone": "Asia/Tokyo"},
    )
    assert answer["Location"] == page(team, "stakeholders")
    row = Stakeholder.objects.get()
    assert (str(row), row.language, row.zone) == ("Ann Smith <ann@example.net>", "de", "Asia/Tokyo")
    event = Event.objects.get(verb="stakeholder added")
    assert (event.chain, event.actor) == ("service:storage-layer", team.release_manager)
    assert event.after == {
        "name": "Ann Smith", "address": "ann@example.net", "language": "de", "zone": "Asia/Tokyo",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("address", "ann", "“ann” is not a mail address."),
        ("address", "", "Write the stakeholder's mail address."),
        ("address", "ann@example.net\nBcc: all@example.net",
         "The address contains a line break or another character that cannot be seen; "
         "write one address in one line."),
        ("address", "ANN@Example.net", "ANN@Example.net is on the list already, as Ann Smith."),
        ("name", "Bob\r\nBcc: all@example.net",
         "The name contains a line break or another character that cannot be seen; "
         "write it in one line."),
        ("name", "Bob\0", "The name contains a line break or another character that cannot be "
         "seen; write it in one line."),
        ("name", "  ", "Say how the stakeholder is called."),
        ("name", "B" * 121, "The name has 121 characters; 120 are the most."),
        ("language", "tlh", "Select a valid choice. tlh is not one of the available choices."),
        ("zone", "Mars/Olympus",
         "“Mars/Olympus” is no time zone; name one of the IANA list such as Europe/Berlin or UTC."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_its_field_and_nothing_is_saved(
    team: Team, client: Client, field: str, value: str, sentence: str
) -> None:
    ann(team)
    body = {"name": "Bob", "address": "bob@example.net", **READS, field: value}
    answer = client.post(page(team, "stakeholder_add"), body)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}
    assert Stakeholder.objects.count() == 1


@pytest.mark.parametrize("who", ["member", "stakeholder", "ops_lead", "security"])
def test_only_release_managers_edit_the_list(team: Team, who: str) -> None:
    row = ann(team)
    sentence = "Only release managers of this service may edit its stakeholder list."
    for act in (
        lambda: listing.add(team.service, [ANN], actor=team.people[who]),
        lambda: listing.edit(row, ANN, actor=team.people[who]),
        lambda: listing.take_out(row, actor=team.people[who]),
    ):
        with pytest.raises(Forbidden) as refused:
            act()
        assert refused.value.sentence == sentence
    shown = signed_in(team.people[who]).get(page(team, "stakeholders")).content.decode()
    assert (sentence in shown, "Take out" in shown) == (True, False)


@pytest.mark.parametrize(
    "entry",
    [
        Entry("Ann\nBcc: all@example.net", "b@example.net"),
        Entry("Ann", "b@example.net\nBcc: all@example.net"),
        Entry("Ann", "nobody"),
        Entry("Ann", "b@example.net", "tlh"),
        Entry("Ann", "b@example.net", "en", "Mars/Olympus"),
    ],
)
def test_service_refuses_what_the_form_would(team: Team, entry: Entry) -> None:
    with pytest.raises(Invalid):
        listing.add(team.service, [entry], actor=team.release_manager)
    assert not Stakeholder.objects.exists()


def test_pasted_lines_are_added_in_one_act_with_one_event(team: Team, client: Client) -> None:
    lines = 'Ann Smith <ann@example.net>\n\n"Bob, of Sales" <bob@example.net>,\ncarl@example.net;\n'
    body = {"lines": lines, "language": "fr", "zone": "Europe/Paris"}
    assert client.post(page(team, "stakeholders_paste"), body).status_code == 302
    assert [str(row) for row in Stakeholder.objects.all()] == [
        "Ann Smith <ann@example.net>",
        "Bob, of Sales <bob@example.net>",
        "carl@example.net <carl@example.net>",
    ]
    assert set(Stakeholder.objects.values_list("language", "zone")) == {("fr", "Europe/Paris")}
    assert Event.objects.get(verb="stakeholders added").after["stakeholders"] == [
        "Ann Smith <ann@example.net>",
        "Bob, of Sales <bob@example.net>",
        "carl@example.net <carl@example.net>",
    ]


def test_paste_with_one_wrong_line_adds_nobody_and_names_each_wrong_line(
    team: Team, client: Client
) -> None:
    ann(team)
    lines = "Bob <bob@example.net>\nBob <BOB@example.net>\nAnn <ann@example.net>\nnobody\n<x> y\n"
    answer = client.post(page(team, "stakeholders_paste"), {"lines": lines, **READS})
    assert answer.status_code == 422
    assert answer.context["form"].errors["lines"] == [
        "Line 2: BOB@example.net stands in line 1 already.",
        "Line 3: ann@example.net is on the list already, as Ann Smith.",
        "Line 4: “nobody” is not a mail address.",
        "Line 5: “<x> y” is not a mail address.",
    ]
    assert "Bob &lt;bob@example.net&gt;" in answer.content.decode()
    assert Stakeholder.objects.count() == 1


def test_only_the_first_wrong_lines_are_named() -> None:
    found = pasting.read("wrong\n" * 14, {})
    assert len(found.said) == 11
    assert found.said[-1] == "4 more lines are wrong."


def test_edit_with_the_same_values_is_no_event(team: Team) -> None:
    row = ann(team)
    assert listing.edit(row, ANN, actor=team.release_manager) is None
    event = listing.edit(row, Entry("Ann Smith", ANN.address), actor=team.release_manager)
    assert event.before == {"language": "de", "zone": "Europe/Berlin"}
    assert event.after == {"language": "en", "zone": "UTC"}


def test_another_address_has_another_key_and_the_same_in_capitals_has_not(team: Team) -> None:
    row = ann(team)
    listing.edit(row, Entry("Ann", "ANN@example.net"), actor=team.release_manager)
    assert Stakeholder.objects.get().key == row.key
    listing.edit(row, Entry("Ann", "anna@example.net"), actor=team.release_manager)
    assert Stakeholder.objects.get().key != row.key


def test_edit_to_an_address_of_the_list_is_refused(team: Team) -> None:
    row = ann(team)
    listing.add(team.service, [Entry("Bob", "bob@example.net")], actor=team.release_manager)
    with pytest.raises(Refused) as refused:
        listing.edit(row, Entry("Ann", "Bob@example.net"), actor=team.release_manager)
    assert refused.value.sentence == "Bob@example.net is on the list already, as Bob."


def test_taken_out_twice_says_that_somebody_was_faster(team: Team, client: Client) -> None:
    row = ann(team)
    assert client.post(page(team, "stakeholder_take_out", row.pk)).status_code == 302
    assert Event.objects.get(verb="stakeholder taken out").before["address"] == "ann@example.net"
    with pytest.raises(Overtaken):
        listing.take_out(row, actor=team.release_manager)


def test_whoever_left_is_listed_again_but_stays_untold_with_their_old_link(
    team: Team, client: Client
) -> None:
    row = ann(team)
    OptOut.objects.create(
        service=team.service, address="Ann@example.net", key=row.key, left_at=clock.now()
    )
    listing.take_out(row, actor=team.release_manager)
    body = {"name": "Ann", "address": "ann@example.net", **READS}
    shown = client.post(page(team, "stakeholder_add"), body, follow=True).content.decode()
    assert "Told nothing, since they left before and only they come back: Ann." in shown
    assert Stakeholder.objects.get().key == row.key


def test_entry_of_another_service_is_not_found(team: Team, client: Client) -> None:
    other = Stakeholder.objects.create(
        service=type(team.service).objects.create(key="other", title="Other"),
        name="X", address="x@example.net",
    )  # fmt: skip
    assert client.get(page(team, "stakeholder", other.pk)).status_code == 404
    assert client.post(page(team, "stakeholder_take_out", other.pk)).status_code == 404


@pytest.mark.parametrize("people", [1, 30])
def test_list_asks_as_many_questions_however_long_it_is(
    people: int,
    team: Team,
    client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    entries = [Entry(f"P{n}", f"p{n}@example.net") for n in range(people)]
    listing.add(team.service, entries, actor=team.release_manager)
    with django_assert_max_num_queries(10):
        assert client.get(page(team, "stakeholders")).content.count(b"@example.net") == people
