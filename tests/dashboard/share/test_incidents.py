"""Whoever has the stakeholder link says what went wrong; it is counted, and it is bounded."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from deployments.enums import State
from deployments.models import Deployment, Event
from deployments.sharing import links
from monitoring import policies
from monitoring.counted import counted_of
from monitoring.models import Incident, Watch
from tests.builders import Team, signed_in
from tests.monitoring.makers import make_watch

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)
SAID = {"text": "Search finds nothing since noon"}


@pytest.fixture
def watch(team: Team) -> Watch:
    return make_watch(team, alerts=())


@pytest.fixture
def path(watch: Watch, team: Team) -> str:
    """The page on which somebody with the link reports."""
    return make_path(watch, team)


def make_path(watch: Watch, team: Team) -> str:
    """By a new link, which ends the one before."""
    _, address = links.make(watch.deployment_id, lasts=MONTH, actor=team.release_manager)
    return reverse("dashboard:share_incident", args=[address.rstrip("/").rpartition("/")[2]])


def report(path: str, **said: str) -> int:
    return Client().post(path, {**SAID, **said}).status_code


def test_page_of_the_link_leads_to_the_form_while_it_is_watched(watch: Watch, path: str) -> None:
    page = path.removesuffix("incident/")
    assert '<a href="incident/">Report an incident</a>' in Client().get(page).content.decode()
    Deployment.objects.filter(pk=watch.deployment_id).update(state=State.CLOSED)
    assert "incident/" not in Client().get(page).content.decode()
    shown = Client().get(path)
    assert "This deployment is closed; incidents are taken" in shown.content.decode()
    assert "<form" not in shown.content.decode()
    assert (report(path), Incident.objects.count()) == (409, 0)


def test_report_is_counted_with_the_name_if_one_is_given(
    team: Team, watch: Watch, path: str
) -> None:
    assert [report(path), report(path, name=" Ann "), report(path, text=" ")] == [302, 302, 422]
    told = list(Incident.objects.order_by("pk"))
    assert [(one.who, one.channel, one.reporter) for one in told] == [
        ("somebody", "link", None), ("Ann", "link", None)
    ]  # fmt: skip
    assert str(counted_of(watch.deployment)[0].number) == "2"
    event = Event.objects.filter(verb="incident reported").latest("sequence")
    assert (event.actor, event.after) == (None, {"who": "Ann", "channel": "link"})
    tab = signed_in(team.member).get(f"/deployments/{watch.deployment_id}/watch/")
    assert "2 reported by users, 2 of them by the stakeholder link." in tab.content.decode()
    listed = signed_in(team.member).get(f"/deployments/{watch.deployment_id}/incidents/")
    assert "by the stakeholder link" in listed.content.decode()


def test_form_is_safe_from_forgery_and_thanks(path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(path, SAID).status_code == 403
    form = browser.get(path)
    assert (form["Referrer-Policy"], form["X-Robots-Tag"]) == (
        "same-origin", "noindex, nofollow, noarchive"
    )  # fmt: skip
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.content.decode())
    assert found is not None
    sent = browser.post(path, {**SAID, "csrfmiddlewaretoken": found[1]}, follow=True)
    assert "Thank you. Those who watch this change read it" in sent.content.decode()
    assert Incident.objects.count() == 1


def test_one_link_takes_so_much_in_an_hour_and_a_new_one_takes_it_up(
    team: Team, watch: Watch, path: str
) -> None:
    for _ in range(policies.MOST_BY_LINK):
        assert report(path) == 302
    refused = Client().post(path, SAID)
    assert refused.status_code == 409
    assert "So much was reported by this link" in refused.content.decode()
    assert SAID["text"] in refused.content.decode()
    assert "no more is taken" in Client().get(path).content.decode()
    fresh = make_path(watch, team)
    assert [report(fresh), report(path)] == [302, 404]
    assert Incident.objects.count() == policies.MOST_BY_LINK + 1


def test_one_link_takes_so_much_altogether(watch: Watch, path: str) -> None:
    assert report(path) == 302
    first = Incident.objects.get()
    Incident.objects.bulk_create(
        Incident(
            deployment=watch.deployment, at=first.at - timedelta(hours=2), text="Slow",
            channel="link", share_link=first.share_link,
        )
        for _ in range(policies.MOST_OF_A_LINK - 2)
    )  # fmt: skip
    assert [report(path), report(path)] == [302, 409]


def test_ended_forged_and_cut_links_take_nothing(team: Team, watch: Watch, path: str) -> None:
    link = watch.deployment.share_links.get()
    links.revoke(link.deployment_id, link.pk, actor=team.release_manager)
    for address in (path, "/share/forged/incident/", "/share/%00/incident/"):
        assert (report(address), Client().get(address).status_code) == (404, 404)
    assert not Incident.objects.exists()
