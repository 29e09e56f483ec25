"""Finding deployments: what fits a filter, what nobody finds, and pages by their key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import F
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from deployments import clock, services
from deployments.enums import Grant, State
from deployments.finding import paging
from deployments.finding.criteria import Criteria, Words
from deployments.finding.forms import FilterForm
from deployments.finding.places import places_of
from deployments.models import Deployment
from deployments.models.deployment import MOMENT
from tests.builders import Team, make_environment, make_team, signed_in

pytestmark = pytest.mark.django_db
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture
def other(team: Team) -> Team:
    return make_team("search", prefix="search_")


def plan(
    team: Team,
    package: str = "Storage layer 1.4",
    *,
    t0: datetime | None = None,
    state: State = State.IN_REVIEW,
    branch: str = "",
    commit: str = "",
    environment: str = "production",
    by: User | None = None,
) -> Deployment:
    """A deployment as a row, since only what it is found by matters here."""
    return Deployment.objects.create(
        service=team.service, environment=make_environment(environment), package=package,
        branch=branch, commit=commit, requester=by or team.release_manager,
        lead=by or team.release_manager,
        t0=t0, window_end=t0 and t0 + timedelta(hours=2), created_at=clock.now(),
        state=state if t0 else State.DRAFT,
    )  # fmt: skip


def tomorrow() -> datetime:
    return clock.now() + timedelta(days=1)


def found(viewer: User, now: datetime | None = None, **said: str) -> list[Deployment]:
    form = FilterForm(viewer, QueryDict(mutable=True) | said)
    assert form.is_valid(), form.errors
    visible = Deployment.objects.visible_to(viewer)
    narrowed = form.criteria.narrow(visible, viewer, form.places, now or clock.now(), VIENNA)
    return list(narrowed.order_by("pk"))


@pytest.mark.parametrize(
    "text",
    ["Payments", "payments 2.0", "2.0 paym", "hotfix/pay", "C0FFEE", "fee12", "pay stag", "storage",
     "#{pk}", "{pk}"],
)  # fmt: skip
def test_text_is_found_in_every_part_that_a_person_would_type(team: Team, text: str) -> None:
    wanted = plan(
        team, "Payments 2.0", t0=tomorrow(), branch="hotfix/pay", commit="c0ffee12",
        environment="staging",
    )  # fmt: skip
    assert wanted in found(team.member, text=text.format(pk=wanted.pk))


def test_every_word_has_to_fit_and_signs_of_patterns_are_letters(team: Team) -> None:
    wanted = plan(team, "Rate 100% off", t0=tomorrow())
    plan(team, "Rate 100 off", t0=tomorrow())
    assert found(team.member, text="100%") == [wanted]
    assert found(team.member, text="rate_100") == []
    assert found(team.member, text="rate nothing") == []


def test_nobody_finds_what_they_may_not_see(team: Team, other: Team) -> None:
    plan(other, "Secret engine", t0=tomorrow())
    assert found(team.member, text="secret") == []
    assert found(team.member, text="search") == []
    assert found(team.member, person="search_release_manager") == []
    assert not FilterForm(team.member, {"service": "search"}).is_valid()
    page = signed_in(team.member).get("/deployments/?text=secret").content.decode()
    assert "Nothing fits this filter" in page
    hidden = signed_in(team.member).get("/deployments/?service=search").content.decode()
    missing = signed_in(team.member).get("/deployments/?service=nowhere").content.decode()
    assert "There is no such service that you see." in hidden
    assert hidden.count("no such service") == missing.count("no such service")


def test_service_environment_and_state_narrow_the_list(team: Team, other: Team) -> None:
    services.grant(other.service, Grant.MEMBER, team.member, actor=None)
    here = plan(team, t0=tomorrow())
    there = plan(other, t0=tomorrow(), environment="staging", state=State.CLOSED)
    draft = plan(team)
    assert found(team.member) == [here, there, draft]
    assert found(team.member, service="search") == [there]
    assert found(team.member, environment="production") == [here, draft]
    assert found(team.member, state="in_review") == [here]
    assert found(team.member, state="open") == [here, draft]
    assert found(team.member, state="over") == [there]


def test_person_asked_leads_or_wrote_and_me_is_whoever_looks(team: Team) -> None:
    asked, led = plan(team, t0=tomorrow()), plan(team, t0=tomorrow())
    wrote = plan(team, t0=tomorrow(), by=team.security)
    Deployment.objects.filter(pk=led.pk).update(lead=team.ops_lead)
    wrote.authors.add(team.ops_lead)
    assert found(team.ops_lead, person="me") == [led, wrote]
    assert found(team.member, person="me") == []
    assert found(team.member, person="Ops L") == [led, wrote]
    assert found(team.member, person="RELEASE_MANAGER") == [asked, led]


def test_period_counts_whole_days_of_the_viewers_zone(team: Team) -> None:
    # 23:30 in Vienna is 22:30 in UTC: the day there has half an hour left.
    now = datetime(2027, 3, 10, 22, 30, tzinfo=UTC)
    late, next_day, week, past, unset = (
        plan(team, t0=at)
        for at in (
            datetime(2027, 3, 10, 22, 59, tzinfo=UTC), datetime(2027, 3, 10, 23, 0, tzinfo=UTC),
            datetime(2027, 3, 17, 22, 59, tzinfo=UTC), datetime(2027, 3, 9, 12, 0, tzinfo=UTC),
            None,
        )
    )  # fmt: skip
    assert found(team.member, now, when="today") == [late]
    assert found(team.member, now, when="next-7") == [late, next_day, week]
    assert found(team.member, now, when="last-7") == [late, past]
    assert found(team.member, now, when="none") == [unset]
    assert found(team.member, since="2027-03-11") == [next_day, week]
    assert found(team.member, since="2027-03-09", until="2027-03-10") == [late, past]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("state=flying", "There is no such state."),
        ("since=soon", "Write the day as year-month-day"),
        ("since=2027-03-10&until=2027-03-09", "before the first day"),
        ("when=today&since=2027-03-10", "not both"),
        ("service=%00", "no such service"),
        ("text=%00", "Null characters"),
    ],
)
def test_filter_that_cannot_be_says_so_and_shows_nothing(
    team: Team, said: str, sentence: str
) -> None:
    plan(team, "Somewhere", t0=tomorrow())
    answer = signed_in(team.member).get(f"/deployments/?{said}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    assert "Somewhere" not in page


def walked(client: Client, address: str, link: str) -> list[list[str]]:
    """The packages of each page, from one to the next by its link."""
    pages = []
    for _ in range(20):
        context = client.get(address).context
        pages.append([one.package for one, _ in context["rows"]])
        key = getattr(context["page"], "older" if link == "after" else "newer")
        if not key:
            return pages
        address = f"/deployments/?{link}={key}"
    raise AssertionError("the pages have no end")


def test_pages_show_each_deployment_once_there_and_back(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "SIZE", 4)
    at = tomorrow()
    for number in range(14):
        # Without a time, and several at one instant, and to the microsecond.
        shift = timedelta(days=number // 4, microseconds=number % 2)
        plan(team, f"Number {number}", t0=at + shift if number > 5 else None)
    whole = [one.package for one in Deployment.objects.all()]
    client = signed_in(team.member)

    there = walked(client, "/deployments/", "after")

    assert [one for page in there for one in page] == whole
    assert [len(page) for page in there] == [4, 4, 4, 2]
    key = paging._key(paging.page(Deployment.objects.all()).rows[0])
    last = client.get(f"/deployments/?after={key}").context["page"]
    assert last.newer
    assert walked(client, f"/deployments/?before={last.newer}", "before")[-1] == whole[:4]


@pytest.mark.parametrize(
    "key", ["", "x", "1-", "-1", "1-2-3", "²-1", "9" * 30 + "-1", "9" * 18 + "-1"]
)
def test_key_that_nobody_made_shows_the_first_page(team: Team, key: str) -> None:
    plan(team, "Only one", t0=tomorrow())
    answer = signed_in(team.member).get("/deployments/", {"before": key})
    assert [one.package for one, _ in answer.context["rows"]] == ["Only one"]


def test_page_and_text_are_found_by_their_indexes(team: Team) -> None:
    """With reading every row made dear, a plan that can use the index does."""
    plan(team, t0=tomorrow())
    key = paging._beyond((tomorrow(), 1), "<")
    rows = Deployment.objects.annotate(moment=MOMENT)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    paged = rows.filter(key).order_by("-moment", "-pk")[:25].explain()
    assert "deployment_moment" in paged
    assert "Sort" not in paged
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = on")
    text = Deployment.objects.order_by().alias(words=Words()).filter(words__contains="layer")
    assert "deployment_words" in text.values(n=F("pk")).explain()


@pytest.mark.parametrize(("word", "is_a_place"), [("dd93acb5e", False), ("STORAGE", True)])
def test_place_is_looked_for_only_where_a_word_names_one(
    team: Team, word: str, is_a_place: bool
) -> None:
    found = Criteria(text=word).narrow(
        Deployment.objects.order_by(), team.member, places_of(team.member), clock.now(), VIENNA
    )
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    plan_of = found.values(n=F("pk")).explain()
    assert "deployment_words" in plan_of
    assert ("service_id" in plan_of) == is_a_place


def test_what_somebody_sees_is_read_once_before_the_rows(team: Team) -> None:
    """Not joined to all of them: it is a few values, for which there is an index."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    found = Deployment.objects.visible_to(team.member).explain()
    assert "Index Cond: (service_id = ANY ((InitPlan 1)" in found


def test_filter_stays_in_the_links_to_other_pages(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "SIZE", 1)
    for _ in range(2):
        plan(team, t0=tomorrow())
    page = (
        signed_in(team.member).get("/deployments/?state=in_review&text=a%26b%20").content.decode()
    )
    assert "Nothing fits this filter" in page
    page = signed_in(team.member).get("/deployments/?text=layer&state=in_review").content.decode()
    assert "?text=layer&amp;state=in_review&amp;after=" in page
    assert "2 deployments fit" in page


def test_criteria_come_back_from_their_own_address(team: Team) -> None:
    said = Criteria(text="a&b", service=team.service.key, state="open", person="me")
    form = FilterForm(team.member, QueryDict(said.query))
    assert form.is_valid()
    assert form.criteria == said
