from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from approvals.verdict import outlook
from communications.definitions import STANDARD_PLAN
from communications.enums import IN_A_PLAN, Kind
from communications.models import MessagePlan
from communications.services import message_of_line
from communications.whom.audience import recipient_for
from communications.writing import letters, reading
from deployments.models import Deployment
from deployments.sharing import links
from tests.builders import Team
from tests.communications.conftest import make_copy, make_planned

T0 = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def deployment(team: Team) -> Deployment:
    made = make_planned(team)
    Deployment.objects.filter(pk=made.pk).update(
        t0=T0,
        window_end=T0.replace(hour=11),
        zone="Europe/Vienna",
        started_at=T0,
        completed_at=T0.replace(hour=10),
    )
    made.refresh_from_db()
    return made


def letter(
    deployment: Deployment,
    kind: str,
    zone: str,
    *,
    is_asked: bool = False,
    is_technical: bool = False,
) -> letters.Letter:
    plan = MessagePlan.objects.filter(deployment=deployment, kind=kind)[0]
    facts = reading.gather(message_of_line(plan, deployment), deployment)
    return letters.compose(facts, reading.Reader(zone, is_asked, is_technical))


def test_notice_says_what_when_where_whom_to_ask_in_the_readers_zone(
    deployment: Deployment,
) -> None:
    found = letter(deployment, "notice", "America/New_York")
    assert found.subject == (
        "Storage layer → Production: deployment on Tue 24 Nov, 04:00 (America/New_York)"
    )
    assert found.text == (
        f"{outlook(deployment).sentence}\n"
        "\n"
        "Storage layer 1.4 is planned to go to Production.\n"
        "\n"
        "  What        Storage layer 1.4\n"
        "  Where       Storage layer → Production\n"
        "  When        Tuesday 24 November 2026, 04:00 to 06:00 (America/New_York)\n"
        "              planned as 10:00 in Europe/Vienna\n"
        "\n"
        "You need not do anything. If the time does not suit you, tell the release lead before it"
        " begins.\n"
        "\n"
        "Questions? Ask Release Manager, the release lead: release_manager@example.org.\n"
        "\n"
        "The deployment, as it stands now:\n"
        f"http://127.0.0.1:8000{deployment.get_absolute_url()}\n"
    )


@pytest.mark.parametrize(
    ("written", "left", "said"),
    [
        (-30, 0, ""),
        (-30, 10, ""),
        (-30, 60, " because the deployment was not in review before."),
        (5, 6, " because the time was set at short notice."),
    ],
)
def test_notice_that_comes_late_says_so_and_why(
    deployment: Deployment, written: int, left: int, said: str
) -> None:
    message, minute = deployment.messages.get(kind=Kind.NOTICE), timedelta(minutes=1)
    message.written_at = message.due_at + written * minute
    message.expanded_at = message.due_at + left * minute
    text = letters.compose(reading.gather(message, deployment), reading.Reader("UTC")).text
    late = f"This notice comes later than usual,{said}"
    assert (late in text, "later than usual" in text) == (bool(said), bool(said))


@pytest.mark.parametrize("kind", IN_A_PLAN)
def test_every_kind_of_a_plan_is_told_in_two_registers(
    deployment: Deployment, team: Team, kind: str
) -> None:
    plain, technical = (
        letter(deployment, kind, "UTC", is_technical=is_technical) for is_technical in (False, True)
    )
    assert ["Commit" in said for said in (plain.text, plain.html)] == [False, False]
    if kind != Kind.SUMMARY:
        assert [deployment.commit in said for said in (technical.text, technical.html)] == [
            True, True
        ]  # fmt: skip
    plan = MessagePlan.objects.filter(deployment=deployment, kind=kind)[0]
    facts = reading.gather(message_of_line(plan, deployment), deployment)
    who = {
        name: reading.reader_for(facts, recipient_for(team.people[name])).is_technical
        for name in ("member", "ops_lead", "stakeholder")
    }
    assert who == {"member": True, "ops_lead": True, "stakeholder": False}


def test_only_those_who_are_asked_read_that_they_must_act(deployment: Deployment) -> None:
    asked = letter(deployment, "go_no_go", "UTC", is_asked=True)
    other = letter(deployment, "go_no_go", "UTC")
    assert "Your answer is asked for." in asked.text
    assert "You need not do anything." in other.text
    assert ("Your answer is asked for." in asked.html, "Your answer" in other.html) == (True, False)


def test_the_asked_are_role_holders_and_ops_leads(deployment: Deployment, team: Team) -> None:
    plan = MessagePlan.objects.get(deployment=deployment, kind="go_no_go")
    roles = ["product_owner", "technical_lead", "security", "operations", "business", "ops_lead"]
    assert reading.gather(message_of_line(plan, deployment), deployment).asked == {
        team.people[role].pk for role in roles
    }


def test_zone_that_does_not_exist_gives_way_to_the_planners(deployment: Deployment) -> None:
    assert "10:00 to 12:00 (Europe/Vienna)" in letter(deployment, "notice", "Mars/Base").text


@pytest.mark.parametrize("kind", sorted({line.kind for line in STANDARD_PLAN}))
def test_every_kind_has_all_three_parts_and_carries_no_code(
    kind: str, deployment: Deployment
) -> None:
    deployment.package = "<script>alert(1)</script>"
    found = letter(deployment, kind, "UTC")
    assert "<script>" not in found.html
    assert "&lt;script&gt;" in found.html
    assert "<script>alert(1)</script>" in found.text
    assert "\n" not in found.subject
    assert "http" not in found.html.replace("http://127.0.0.1:8000", "")


def test_reader_without_an_account_gets_the_stakeholder_link_or_none(
    deployment: Deployment, team: Team
) -> None:
    def to_guest() -> letters.Letter:
        plan = MessagePlan.objects.get(deployment=deployment, kind="notice")
        facts = reading.gather(message_of_line(plan, deployment), deployment)
        return letters.compose(facts, reading.Reader("UTC", is_guest=True))

    without = to_guest()
    assert "because the message plan of this deployment names your address" in without.html
    assert "a part in releases" not in without.html
    assert "http" not in without.text
    assert "<a href=" not in without.html.replace('<a href="mailto:', "")
    assert without.text.endswith("release_manager@example.org.\n")

    _, address = links.make(deployment.pk, lasts=timedelta(days=7), actor=team.release_manager)

    assert to_guest().text.endswith(f"The deployment, as it stands now:\n{address}\n")
    assert f'<a href="{address}"' in to_guest().html
    assert f"/deployments/{deployment.pk}/" not in to_guest().text + to_guest().html
    assert address not in letter(deployment, "notice", "UTC").text


def test_copy_to_an_address_without_an_account_is_a_guests(
    deployment: Deployment, team: Team
) -> None:
    message = deployment.messages.first()
    assert message is not None
    facts = reading.gather(message, deployment)
    copy = make_copy(message)
    assert reading.reader_for(facts, copy).is_guest
    copy.user = team.member
    assert not reading.reader_for(facts, copy).is_guest
