"""Every deployment of a period, its exceptions marked; a draw that anybody can repeat."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from approvals.enums import Verdict
from approvals.models import Decision, Waiver
from audit import population, runner
from audit.csv_rows import csv_pieces, harmless
from audit.models import Export
from audit.population import Criteria
from audit.verifier import drawn
from deployments import clock
from deployments.models import Deployment
from gates.definitions import GateDefinition
from gates.enums import Outcome
from gates.models import GateRun, Sample
from gates.services import define_gates
from tests.approvals.makers import make_waiver
from tests.audit.test_packs import bare, run_verifier, unpacked  # noqa: F401
from tests.builders import Team, make_deployment, make_team, signed_in
from tests.deployments.freezes.makers import make_exemption, make_freeze


def this_year(services: tuple[int, ...] | None = None, seed: str = "42", size: int = 2) -> Criteria:
    year = clock.now().year
    return Criteria(date(year - 1, 1, 1), date(year + 1, 12, 31), services, seed, size)


def make_decision(deployment: Deployment, **facts) -> Decision:
    now = clock.now()
    defaults = {
        "verdict": Verdict.GO, "reason": "because", "decided_by_name": "Ann", "at": now,
        "content_hash": "0" * 64, "schedule_hash": "0" * 64, "latest_start": now, "dossier": {},
    }  # fmt: skip
    return Decision.objects.create(deployment=deployment, **{**defaults, **facts})


KINDS = ("none", "glass", "waiver", "hand", "held", "exempted")


def make_exceptions(team: Team) -> dict[str, Deployment]:
    """One deployment with each kind of exception, and one without any."""
    found = {name: make_deployment(team) for name in KINDS}
    make_decision(
        found["glass"], decided_by=team.ops_lead, second_person=team.security,
        overridden={"gate:tests": "tests are red"},
    )  # fmt: skip
    make_decision(found["held"], verdict=Verdict.HOLD, decided_by=None, latest_start=None)
    make_decision(found["none"], verdict=Verdict.HOLD, decided_by=team.ops_lead, latest_start=None)
    for name in ("waiver", "hand"):
        with transaction.atomic():
            locked = Deployment.objects.lock(found[name].pk)
            define_gates(locked, [GateDefinition("Tests", key="tests")])
    make_waiver(found["hand"].gates.get(), asked_by=team.technical_lead)
    waiver = make_waiver(found["waiver"].gates.get(), asked_by=team.technical_lead)
    Waiver.objects.filter(pk=waiver.pk).update(
        signed_by=team.security, signed_at=clock.now(), signed_means="password"
    )
    now = clock.now()
    run = GateRun.objects.create(
        gate=found["hand"].gates.get(),
        number=1,
        requested_at=now,
        due_at=now,
        hinted_at=now,
    )
    Sample.objects.create(
        run=run, at=clock.now(), outcome=Outcome.GOOD, by_hand=True, reporter=team.member
    )
    freeze = make_freeze(team.service, by=team.release_manager, starts_in=timedelta(days=60))
    make_exemption(found["exempted"], freeze, by=team.auditor)
    return found


@pytest.mark.django_db
def test_exceptions_are_marked(team: Team) -> None:
    found = make_exceptions(team)

    listed = {
        one.pk: population.exceptions_of(one)
        for one in population.marked(population.members(this_year()))
    }

    assert listed == {
        found["none"].pk: [],
        found["glass"].pk: ["Break-glass"],
        found["waiver"].pk: ["Waiver"],
        found["hand"].pk: ["Result by hand"],
        found["held"].pk: ["Automatic HOLD"],
        found["exempted"].pk: ["Freeze exemption"],
    }
    assert population.counted(this_year()) == {
        "all": 6,
        "exceptions": [
            ("Break-glass", 1), ("Waiver", 1), ("Result by hand", 1), ("Automatic HOLD", 1),
            ("Freeze exemption", 1),
        ],
    }  # fmt: skip


@pytest.mark.django_db
def test_deployment_belongs_to_the_day_on_which_it_started(team: Team) -> None:
    deployment = make_deployment(team)
    Deployment.objects.filter(pk=deployment.pk).update(started_at="2026-03-31T23:59:59Z")

    def days(first: str, last: str) -> int:
        asked = Criteria(date.fromisoformat(first), date.fromisoformat(last), None, "", 0)
        return population.members(asked).count()

    assert days("2026-03-31", "2026-03-31") == 1
    assert days("2026-03-30", "2026-03-30") == days("2026-04-01", "2026-04-30") == 0


def test_draw_is_the_documented_one() -> None:
    assert drawn("42", range(1, 1001), 5) == drawn("42", reversed(range(1, 1001)), 5)
    assert drawn("42", range(1, 1001), 5) != drawn("43", range(1, 1001), 5)
    assert drawn("42", range(1, 1001), 5) == drawn("42", range(1, 1001), 10)[:5]
    assert sorted(drawn("42", [3, 1, 2], 10)) == [1, 2, 3]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=x", " =1+1", "＝1"]
)
def test_cell_is_no_formula(cell: str) -> None:
    [written] = csv.reader(io.StringIO(b"".join(csv_pieces([[cell]])).decode("utf-8-sig")))
    assert written == [f"'{cell}"]
    assert harmless("plain = text") == "plain = text"


@pytest.mark.django_db
def test_csv_of_a_page_is_safe_and_complete(team: Team) -> None:
    for _ in range(2):
        make_deployment(team)
    Deployment.objects.update(package='=HYPERLINK("http://x","y")')

    answer = signed_in(team.auditor).get("/history/population.csv?first=2020-01-01&last=2100-01-01")

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["Package"] for row in rows] == ['\'=HYPERLINK("http://x","y")'] * 2
    assert {row["Break-glass"] for row in rows} == {"no"}
    assert "In the sample" not in rows[0]


@pytest.mark.django_db
def test_page_shows_only_services_that_one_audits(team: Team) -> None:
    other = make_team("search", prefix="other_")
    ours, theirs = make_deployment(team), make_deployment(other)
    client, period = signed_in(team.auditor), "first=2020-01-01&last=2100-01-01"

    for address in (f"?{period}", f"?{period}&service=storage-layer"):
        page = client.get(f"/history/population/{address}")
        assert [one.pk for one, _ in page.context["rows"]] == [ours.pk]
    wrong = client.get(f"/history/population/?{period}&service=search")
    assert wrong.context["counted"] is None
    listed = client.get(f"/history/population.csv?{period}").getvalue().decode()
    assert f'"{ours.pk}"' in listed and f'"{theirs.pk}"' not in listed


@pytest.mark.django_db
def test_exemption_that_was_taken_back_is_still_an_exception(team: Team) -> None:
    deployment = make_deployment(team)
    freeze = make_freeze(team.service, by=team.release_manager, starts_in=timedelta(days=60))
    for _ in range(2):
        given = make_exemption(deployment, freeze, by=team.auditor)
        given.ended_by, given.ended_at = team.auditor, clock.now()
        given.ended_reason = "No fix after all"
        given.save()

    assert population.counted(this_year())["exceptions"][-1] == ("Freeze exemption", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("first=2026-02-01&last=2026-01-01", "The period ends before it begins"),
        ("first=2026-02-30&last=2026-03-01", "Write a day as 2026-01-31."),
        ("first=0001-01-01&last=9999-12-31", "Choose days of the years 1970 to 9998."),
    ],
)
def test_wrong_period_is_said(period: str, said: str, team: Team) -> None:
    page = signed_in(team.auditor).get(f"/history/population/?{period}")
    assert page.status_code == 200 and said in page.content.decode()


@pytest.mark.django_db
def test_sample_is_packed_and_drawn_again_without_the_portal(
    team: Team,
    tmp_path: Path,
    bare: Path,  # noqa: F811
) -> None:
    for _ in range(5):
        make_deployment(team)
    client = signed_in(team.auditor)
    body = {"first": "2020-01-01", "last": "2100-01-01", "size": "2", "seed": "quarter"}

    assert client.post("/history/population/", {**body, "size": "0"}).status_code == 422
    asked = client.post("/history/population/", body)
    export = Export.objects.get()
    assert asked["Location"] == export.get_absolute_url()
    runner.make_waiting(export.pk)
    place = tmp_path / "sample.zip"
    place.write_bytes(b"".join(client.get(f"{asked['Location']}file/").streaming_content))  # type: ignore[attr-defined]
    folder = unpacked(place)

    code, said = run_verifier(folder, bare)
    assert code == 0, said
    assert "2 of 5 were drawn by the seed quarter." in said
    sample = json.loads((folder / "sample.json").read_text())
    assert sample["sample"] == drawn("quarter", sample["population"], 2)
    (folder / "sample.json").write_text(json.dumps(sample | {"seed": "other"}))
    code, said = run_verifier(folder, bare)
    assert code == 1 and "The sample is not the one that its seed draws." in said


@pytest.mark.django_db
def test_list_asks_as_often_for_many_deployments_as_for_few(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 12):
        for _ in range(number):
            make_deployment(team)
        year = this_year()
        with django_assert_num_queries(1):
            list(population.csv_of(year))
        with django_assert_num_queries(1):
            population.draw(year)
        with django_assert_num_queries(1):
            population.counted(year)


def test_command_lists_draws_and_packs(
    committed: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    team = make_team()
    numbers = [make_deployment(team, t0_in=timedelta(days=1)).pk for _ in range(4)]
    period = (f"{clock.now().year - 1}-01-01", f"{clock.now().year + 1}-12-31")

    call_command("population_list", *period, "--sample", "2", "--seed", "7")
    told = capsys.readouterr()
    expected = ", ".join(map(str, drawn("7", numbers, 2)))
    assert f"4 deployments; sample of 2, seed 7: {expected}" in told.err
    assert len(list(csv.reader(io.StringIO(told.out)))) == 5
    place = tmp_path / "sample.zip"
    call_command("population_list", *period, "--sample", "1", "--out", str(place))
    assert (unpacked(place) / "sample.json").is_file()
    with pytest.raises(CommandError, match="is there already"):
        call_command("population_list", *period, "--out", str(place))
    with pytest.raises(CommandError, match="There is no service nothing"):
        call_command("population_list", *period, "--service", "nothing")
    with pytest.raises(CommandError, match="ends before it begins"):
        call_command("population_list", *reversed(period))
