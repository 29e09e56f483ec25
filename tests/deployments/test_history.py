"""X5: history only grows, for the application and for the owner, and every change is found."""

import threading

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import User
from audit.protection import sentence, unprotected_tables
from audit.verification import verify
from checklists import services as checklists
from checklists.enums import ItemState
from deployments import content
from deployments.models import Deployment, Event
from tests.builders import Team, make_deployment, make_role, make_team, signed_in


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deployments_event SET reason = 'other'",
        "DELETE FROM deployments_event",
        "TRUNCATE deployments_event CASCADE",
        "UPDATE deployments_contentversion SET hash = ''",
        "UPDATE deployments_comment SET text = 'other'",
        "DELETE FROM deployments_comment",
        "DELETE FROM approvals_vote",
        "UPDATE approvals_decision SET reason = 'other'",
        "UPDATE deployments_clock SET \"offset\" = interval '1 day'",
        "ALTER TABLE deployments_event DISABLE TRIGGER ALL",
    ],
)
def test_statement_is_refused_when_the_application_tries_it(statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_update_and_delete_are_refused_when_the_owner_slips(committed: dict[str, str]) -> None:
    make_deployment(make_team())

    with psycopg.connect(committed["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for statement in (
            "UPDATE deployments_event SET reason = 'other'",
            "DELETE FROM deployments_event",
            "TRUNCATE deployments_event CASCADE",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                owner.execute(statement)


@pytest.mark.django_db
def test_protection_is_twofold_when_the_portal_runs_as_its_own_role() -> None:
    assert unprotected_tables() == []
    assert sentence().startswith("History is protected twice")


@pytest.mark.django_db
def test_chain_holds_when_nothing_was_touched(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)
    checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)

    result = verify(deployment.chain_key)

    assert result.faults == []
    assert result.events == Deployment.objects.get(pk=deployment.pk).event_count
    assert list(deployment.events.values_list("verb", flat=True)) == [
        "created", "content changed", "scheduled", "item done",
    ]  # fmt: skip


TAMPERINGS = {
    "edit": (
        "UPDATE deployments_event SET reason = 'x' WHERE sequence = 2",
        "changed after it was written",
    ),
    "delete": ("DELETE FROM deployments_event WHERE sequence = 2", "event 2 is missing"),
    "cut tail": ("DELETE FROM deployments_event WHERE sequence = 3", "should end at event 3"),
    "reorder": (
        "UPDATE deployments_event SET sequence = 3 - sequence WHERE sequence IN (1, 2)",
        "does not follow",
    ),
    "insert": (
        "INSERT INTO deployments_event SELECT 999999, chain, 4, at, actor_name, means, address,"
        " verb, object_kind, object_id, object_text, before, after, reason, hash, repeat('0', 64),"
        " actor_id, deployment_id, on_behalf_of_id FROM deployments_event WHERE sequence = 3",
        "changed after it was written",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_verification_finds_it_when_the_owner_forces(name: str, committed: dict[str, str]) -> None:
    statement, said = TAMPERINGS[name]
    deployment = make_deployment(make_team())
    assert verify(deployment.chain_key).holds
    with psycopg.connect(committed["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("ALTER TABLE deployments_event DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE deployments_event DROP CONSTRAINT one_event_per_place_in_chain")
        owner.execute("DELETE FROM deployments_outbox")
        owner.execute(statement.replace("WHERE", f"WHERE chain = '{deployment.chain_key}' AND"))

    result = verify(deployment.chain_key)

    assert said in " ".join(fault.sentence for fault in result.faults)


@pytest.mark.django_db
def test_saving_without_a_change_is_no_new_version(team: Team) -> None:
    deployment = make_deployment(team)
    before = Event.objects.count()

    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        assert content.refresh(locked, team.release_manager) is False

    assert deployment.versions.count() == 1
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_tick_changes_no_content_hash(team: Team) -> None:
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)

    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        assert content.refresh(locked, team.release_manager) is False


def test_untouched_history_holds_while_somebody_is_acting(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    item, stop = deployment.items.get(position=1), threading.Event()

    def act() -> None:
        while not stop.is_set():
            for state in (ItemState.DONE, ItemState.OPEN):
                checklists.set_state(deployment.pk, item.pk, state, actor=team.member)
        connection.close()

    actor = threading.Thread(target=act)
    actor.start()
    try:
        faults = [fault for _ in range(60) for fault in verify(deployment.chain_key).faults]
    finally:
        stop.set()
        actor.join(60)

    assert faults == []
    assert deployment.events.count() > 10


def test_change_in_the_admin_is_history(committed: dict[str, str]) -> None:
    admin = User.objects.create_superuser("administrator")
    client = signed_in(admin)
    role = make_role("security")

    answer = client.post(
        f"/admin/accounts/role/{role.pk}/change/",
        {"key": "security", "title": "Security team", "order": "3", "time_sensitive": "on"},
    )

    assert answer.status_code == 302
    event = Event.objects.get(chain="portal")
    assert (event.verb, event.actor) == ("changed in the admin", admin)
    assert (event.after["kind"], event.after["id"]) == ("role", str(role.pk))
    assert verify().holds
