"""The link that leaves: by one click, by a page that asks, and not by what somebody forged."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from django.test import Client
from pytest_django import Settings

from communications.models import OptOut, Stakeholder
from communications.subscriptions import links, listing
from communications.subscriptions.listing import Entry
from deployments.models import Event
from tests.builders import Team
from tests.communications.conftest import make_copy, make_planned
from tests.communications.subscriptions.leaving import ONE_CLICK, page, strict, told

pytestmark = pytest.mark.django_db


def test_one_click_leaves_without_cookie_session_or_redirect(ann: Stakeholder) -> None:
    answer = strict().post(page("leave", links.of_entry(ann)), ONE_CLICK)
    assert (answer.status_code, answer.cookies) == (200, {})
    assert OptOut.objects.get().address == "ann@example.net"
    assert "ann@example.net" not in told(ann.service)
    event = Event.objects.get(verb="left the messages")
    assert (event.actor, event.reason) == (None, "by the link in their mail")
    assert event.object_text == "Ann Smith <ann@example.net>"


def test_one_click_as_a_form_of_many_parts_leaves_too(ann: Stakeholder) -> None:
    part = b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click'
    body = b"--b\r\n" + part + b"\r\n--b--\r\n"
    address = page("leave", links.of_entry(ann))
    answer = strict().post(address, body, content_type="multipart/form-data; boundary=b")
    assert (answer.status_code, OptOut.objects.count()) == (200, 1)


def test_one_click_twice_is_one_leave_and_one_event(ann: Stakeholder) -> None:
    for _ in range(2):
        assert strict().post(page("leave", links.of_entry(ann)), ONE_CLICK).status_code == 200
    assert OptOut.objects.count() == 1
    assert Event.objects.filter(verb="left the messages").count() == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_scanner_that_follows_every_link_changes_nothing(ann: Stakeholder, method: str) -> None:
    link = links.of_entry(ann)
    for name in ("leave", "subscription"):
        assert getattr(strict(), method)(page(name, link)).status_code == 200
    getattr(strict(), method)(page("come_back", link))
    assert not OptOut.objects.exists()
    assert Event.objects.last().verb == "stakeholder added"


def test_page_of_leaving_asks_and_its_button_posts_the_same_field(ann: Stakeholder) -> None:
    shown = strict().get(page("leave", links.of_entry(ann)))
    text = shown.content.decode()
    assert "Leave the messages of Storage layer?" in text
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in text
    assert shown.cookies == {}


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "yes"}, {"told": "no"}])
def test_post_without_the_field_changes_nothing(ann: Stakeholder, body: dict[str, str]) -> None:
    answer = strict().post(page("leave", links.of_entry(ann)), body)
    assert (answer.status_code, OptOut.objects.count()) == (422, 0)


def test_forged_cut_and_foreign_links_answer_404_with_a_sentence(
    ann: Stakeholder, team: Team
) -> None:
    link = links.of_entry(ann)
    value, _, seal = link.partition(".")
    other = signing.Signer(salt="elsewhere", sep=".").sign_object([ann.key.hex])
    mine = signing.Signer(salt=links.SALT, sep=".")
    forged = [
        link[:-1], link[1:], f"{value}.", seal, f"{value}.{seal[::-1]}", other, "x", "…",
        mine.sign_object(["no key"]), mine.sign_object([]), mine.sign_object({"a": 1}),
        mine.sign_object([team.stakeholder.pk, 0]), mine.sign_object([0, team.service.pk]),
        mine.sign_object([team.stakeholder.pk]), mine.sign("nothing"),
    ]  # fmt: skip
    for one in forged:
        for answer in (
            strict().get(page("leave", one)),
            strict().post(page("leave", one), ONE_CLICK),
            strict().get(page("subscription", one)),
        ):
            assert answer.status_code == 404, one
            assert "This link leads to no subscription" in answer.content.decode()
    assert not OptOut.objects.exists()


def test_link_says_nothing_readable_and_is_another_for_another_address(
    ann: Stakeholder, team: Team
) -> None:
    link = links.of_entry(ann)
    read = signing.b64_decode(link.partition(".")[0].encode()).decode()
    assert read == f'["{ann.key.hex}"]'
    listing.edit(ann, Entry("Ann", "anna@example.net"), actor=team.release_manager)
    assert links.read(link) is None


def test_link_is_good_after_the_key_was_changed_and_not_after_it_is_forgotten(
    ann: Stakeholder, settings: Settings
) -> None:
    link, old = links.of_entry(ann), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [old]
    assert links.read(link).entry == ann
    settings.SECRET_KEY_FALLBACKS = []
    assert links.read(link) is None


def test_one_click_address_is_https_where_the_portal_is(
    ann: Stakeholder, settings: Settings
) -> None:
    settings.PORTAL_URL = "https://portal.example.org"
    headers = links.headers_of(links.of_entry(ann))
    assert re.fullmatch(
        r"<https://portal\.example\.org/subscription/[\w.-]+/leave/>", headers["List-Unsubscribe"]
    )


def test_link_of_an_account_leaves_without_signing_in(team: Team) -> None:
    message = make_planned(team).messages.earliest("due_at")
    copy = make_copy(message, address=team.stakeholder.email)
    copy.user = team.stakeholder
    link = links.of_copy(copy)
    assert strict().post(page("leave", link), ONE_CLICK).status_code == 200
    assert OptOut.objects.get().user == team.stakeholder
    team.stakeholder.email = "new@example.org"
    team.stakeholder.save()
    assert "new@example.org" not in told(team.service)
    shown = strict().get(page("subscription", link)).content.decode()
    assert ("Come back" in shown, 'name="zone"' in shown) == (True, False)


def test_link_in_a_mail_to_an_older_address_speaks_for_that_address(team: Team) -> None:
    """The account has another one by now, and a list still names the older one."""
    message = make_planned(team).messages.earliest("due_at")
    copy = make_copy(message, address="before@example.net")
    copy.user = team.stakeholder
    link = links.of_copy(copy)
    [entry] = listing.add(
        team.service, [Entry("Desk", "Before@example.net")], actor=team.release_manager
    )
    shown = strict().get(page("subscription", link)).content.decode()
    assert ("before@example.net" in shown, team.stakeholder.email in shown) == (True, False)
    assert strict().post(page("leave", link), ONE_CLICK).status_code == 200
    assert told(team.service) & {entry.address, team.stakeholder.email} == {team.stakeholder.email}


def test_link_in_a_mail_to_an_address_that_nobody_has_any_more_leaves(team: Team) -> None:
    """Whoever was told there would get a correction; the account has no address at all."""
    message = make_planned(team).messages.earliest("due_at")
    copy = make_copy(message, address="before@example.net")
    copy.user = team.stakeholder
    team.stakeholder.email = ""
    team.stakeholder.save()
    link = links.of_copy(copy)
    assert "Leave these messages" in strict().get(page("leave", link)).content.decode()
    assert strict().post(page("leave", link), ONE_CLICK).status_code == 200
    assert OptOut.objects.get().address == "before@example.net"
    assert Client().post(page("come_back", link)).status_code == 302
    assert not OptOut.objects.exists()


def test_link_in_a_copy_to_an_older_address_of_an_entry_says_nothing_of_the_new_one(
    team: Team, ann: Stakeholder
) -> None:
    message = make_planned(team).messages.earliest("due_at")
    copy = make_copy(message, address=ann.address)
    copy.stakeholder = ann
    listing.edit(ann, Entry("Ann", "anna@example.net"), actor=team.release_manager)
    ann.refresh_from_db()
    link = links.of_copy(copy)
    assert strict().post(page("leave", link), ONE_CLICK).status_code == 200
    assert OptOut.objects.get().address == "ann@example.net"
    assert "anna@example.net" in told(team.service)
