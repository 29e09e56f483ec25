"""Who reads which history, narrowed how, in how many queries."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from audit import checkpoints, daily
from audit.reading import PAGE, words_of
from checklists import services as checklists
from checklists.enums import ItemState
from deployments import clock, services
from deployments.comments import comment
from deployments.models import Deployment, Event
from tests.audit.tampering import as_owner
from tests.builders import Team, make_administrator, make_deployment, make_team, signed_in


def shown(client: Client, address: str) -> list[str]:
    """The events of a page: who did what, without times."""
    page = client.get(address)
    assert page.status_code == 200
    rows = re.findall(r"<strong>(.*?)</strong> (.*?)\n", page.content.decode())
    return [f"{who} {said}" for who, said in rows if "follow one another" not in who]


def tick(deployment: Deployment, team: Team, times: int) -> None:
    item = deployment.items.get(position=1)
    for number in range(times):
        state = ItemState.OPEN if number % 2 else ItemState.DONE
        checklists.set_state(deployment.pk, item.pk, state, actor=team.member)


@pytest.mark.django_db
def test_every_event_is_a_sentence(team: Team) -> None:
    deployment = make_deployment(team)
    tick(deployment, team, 1)

    assert shown(signed_in(team.member), f"/deployments/{deployment.pk}/audit/") == [
        "Member item done: Back up the database (open → done)",
        "Release Manager scheduled",
        "Release Manager content changed: version 1",
        "Release Manager created",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("person=member", ["Member item done: Back up the database (open → done)"]),
        ("person=MEM&act=item+done", ["Member item done: Back up the database (open → done)"]),
        ("act=scheduled", ["Release Manager scheduled"]),
        ("kind=item", ["Member item done: Back up the database (open → done)"]),
        ("person=nobody", []),
        ("last=2001-01-01", []),
        ("first=9000-01-01", []),
        ("first=2001-01-01&act=created", ["Release Manager created"]),
    ],
)
def test_history_is_narrowed(query: str, expected: list[str], team: Team) -> None:
    deployment = make_deployment(team)
    tick(deployment, team, 1)

    assert (
        shown(signed_in(team.auditor), f"/deployments/{deployment.pk}/audit/?{query}") == expected
    )
    over_all = shown(signed_in(team.auditor), f"/history/?service={team.service.key}&{query}")
    assert over_all == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["first=soon", "act=%00", "kind=nothing", "one=%00", "before=%00x", "last=9999-12-31",
     "first=0001-01-01"],
)  # fmt: skip
def test_filter_that_makes_no_sense_is_said_or_ignored(query: str, team: Team) -> None:
    deployment = make_deployment(team)
    for address in (f"/deployments/{deployment.pk}/audit/", "/history/"):
        assert signed_in(team.auditor).get(f"{address}?{query}").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_those_of_whoever_reads(zone: str, team: Team) -> None:
    """It is never the same day in both zones."""
    deployment = make_deployment(team)
    tick(deployment, team, 1)
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    User.objects.filter(pk=team.auditor.pk).update(zone=zone)
    client = signed_in(team.auditor)

    for address in (f"/deployments/{deployment.pk}/audit/?kind=item", "/history/?kind=item"):
        assert len(shown(client, f"{address}&first={today}&last={today}")) == 1
        assert shown(client, f"{address}&last={today - timedelta(days=1)}") == []
        assert shown(client, f"{address}&first={today + timedelta(days=1)}") == []


@pytest.mark.django_db
def test_row_leads_to_the_history_of_its_own_object(team: Team) -> None:
    deployment = make_deployment(team, items=("Back up the database", "Tell the users"))
    tick(deployment, team, 2)
    other = deployment.items.get(position=2)
    checklists.set_state(deployment.pk, other.pk, ItemState.DONE, actor=team.member)
    client, address = signed_in(team.member), f"/deployments/{deployment.pk}/audit/"

    page = client.get(address).content.decode()
    [of_other] = set(re.findall(rf'href="(\?one=item:{other.pk})"', page))

    assert shown(client, address + of_other) == ["Member item done: Tell the users (open → done)"]
    assert "Events of “Tell the users”" in client.get(address + of_other).content.decode()
    assert shown(client, f"{address}?one=item:{other.pk}&act=scheduled") == []


@pytest.mark.django_db
def test_auditors_and_administrators_are_led_to_the_history_from_every_page(team: Team) -> None:
    def links(user: User) -> list[str]:
        menu = signed_in(user).get("/help/").content.decode()
        return re.findall(r'<a href="(/history/)">Audit</a>', menu)

    assert links(team.auditor) == ["/history/"]
    assert links(make_administrator()) == ["/history/"]
    assert links(team.release_manager) == []
    assert links(team.outsider) == []


@pytest.mark.django_db
def test_older_events_follow_without_a_gap_or_a_double(team: Team) -> None:
    deployment = make_deployment(team)
    tick(deployment, team, PAGE + 10)
    for address in (f"/deployments/{deployment.pk}/audit/", "/history/"):
        client, seen, query = signed_in(team.auditor), [], "?kind=item"
        while query:
            page = client.get(address + query)
            seen += [row.event.sequence for row in page.context["part"].rows]
            older = page.context["part"].older
            query = f"?kind=item&before={older}" if older else ""
        every = deployment.events.filter(object_kind="item").order_by("-sequence")
        assert seen == list(every.values_list("sequence", flat=True))


@pytest.mark.django_db
def test_auditor_reads_only_what_belongs_to_their_services(team: Team) -> None:
    other = make_team("search", prefix="other_")
    ours, theirs = make_deployment(team), make_deployment(other)

    chains = {row.event.chain for row in
              signed_in(team.auditor).get("/history/").context["part"].rows}  # fmt: skip

    assert chains == {ours.chain_key, f"service:{team.service.key}"}
    foreign = signed_in(team.auditor).get("/history/?service=search")
    assert theirs.chain_key not in {row.event.chain for row in foreign.context["part"].rows}
    everything = signed_in(make_administrator()).get("/history/").context["part"].rows
    assert {theirs.chain_key, ours.chain_key} <= {row.event.chain for row in everything}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["release_manager", "ops_lead", "member", "stakeholder"])
def test_history_over_all_is_refused_to_others(who: str, team: Team) -> None:
    for address in ("/history/", "/history/proof/", "/history/population/"):
        answer = signed_in(team.people[who]).get(address)
        assert answer.status_code == 403
        assert "Only auditors of a service" in answer.content.decode()


@pytest.mark.django_db
def test_pages_ask_as_often_for_many_events_as_for_few(team: Team) -> None:
    deployment = make_deployment(team)
    tick(deployment, team, 1)
    checkpoints.make()
    daily.verify_now()
    auditor, administrator = signed_in(team.auditor), signed_in(make_administrator())
    period = "first=2020-01-01&last=2100-01-01"
    pages = (
        (auditor, f"/deployments/{deployment.pk}/audit/", 15),
        (auditor, "/history/", 12),
        (administrator, "/history/?person=member&act=item+done", 12),
        (auditor, "/history/proof/", 12),
        (auditor, f"/history/population/?{period}", 12),
    )
    few = [asked(client, address) for client, address, _ in pages]
    tick(deployment, team, 30)
    for _ in range(3):
        make_deployment(team)
    checkpoints.make()
    many = [asked(client, address) for client, address, _ in pages]

    assert many == few
    assert [number for number, (*_, most) in zip(many, pages, strict=True) if number > most] == []


def asked(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.django_db
def test_long_chain_is_verified_when_asked(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.panels.VERIFIED_AT_ONCE", 3)
    deployment = make_deployment(team)
    tick(deployment, team, 1)
    client, address = signed_in(team.member), f"/deployments/{deployment.pk}/audit/"

    assert "Verify the chain now" in client.get(address).content.decode()
    assert "All 4 events follow one another" in client.get(f"{address}?verify").content.decode()


def test_changed_history_is_said_on_the_pages(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    as_owner(
        committed,
        f"UPDATE deployments_event SET reason = 'x' WHERE chain = '{deployment.chain_key}' "
        "AND sequence = 2",
    )
    daily.verify_now()
    fault = f"{deployment.chain_key} event 2: it was changed after it was written"

    own = signed_in(team.member).get(f"/deployments/{deployment.pk}/audit/").content.decode()
    assert fault.capitalize() in own
    over_all = signed_in(team.auditor).get("/history/").content.decode()
    assert "1 place no longer says what was written" in over_all
    assert fault.capitalize() not in over_all
    assert fault.capitalize() in signed_in(make_administrator()).get("/history/").content.decode()


@pytest.mark.django_db
def test_proof_page_says_key_and_where_checkpoints_went(
    team: Team, settings: Settings, tmp_path: Path
) -> None:
    settings.AUDIT_CHECKPOINT_FOLDER = str(tmp_path / "vault")
    make_deployment(team)
    call_command("checkpoint")
    made = checkpoints.newest()
    assert made

    page = signed_in(make_administrator()).get("/history/proof/").content.decode()
    assert made.key in page and str(tmp_path / "vault") in page and "signs now" in page
    other = signed_in(team.auditor).get("/history/proof/").content.decode()
    assert made.key in other and str(tmp_path / "vault") not in other
    answer = signed_in(make_administrator("root")).get("/history/checkpoints/1/")
    assert answer.content == checkpoints.document(made)


@pytest.mark.django_db
def test_stored_scripts_stay_text_on_the_pages(team: Team) -> None:
    deployment = make_deployment(team)
    comment(deployment.pk, actor=team.member, text="<script>alert(1)</script>")
    services.cancel(deployment.pk, actor=team.release_manager, reason="<script>alert(2)</script>")

    for address in (f"/deployments/{deployment.pk}/audit/", "/history/"):
        page = signed_in(team.auditor).get(address).content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;alert(2)" in page


@pytest.mark.django_db
def test_words_are_those_of_history(team: Team) -> None:
    make_deployment(team)
    for column in ("verb", "object_kind"):
        every = Event.objects.order_by(column).values_list(column, flat=True).distinct()
        assert words_of(column) == list(every)


@pytest.mark.django_db
def test_somebody_who_lost_the_grant_reads_no_more(team: Team) -> None:
    client = signed_in(team.auditor)
    assert client.get("/history/").status_code == 200
    team.auditor.groups.clear()
    assert client.get("/history/").status_code == 403
