"""What open pages hear, and who may listen."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session

from checklists.enums import ItemState
from deployments import hints
from deployments.enums import Grant
from tests.builders import make_deployment, make_team
from tests.live.brokers import Broker
from tests.live.conftest import PANELS, RECHECK, Stage
from tests.waiting import until


def watching(stage: Stage, count: int) -> None:
    """Until the hub knows so many pages and each has its starting point."""
    until(lambda: sum(viewer.primed for viewer in stage.hub.viewers) == count)


def test_a_tick_of_one_person_arrives_at_all_with_the_same_bytes(stage: Stage) -> None:
    pages = [stage.open("stakeholder"), stage.open("stakeholder")]
    watching(stage, 2)

    stage.tick()

    heard = [page.next() for page in pages]
    assert heard[0] is not None
    assert heard[0] == heard[1]
    stage.deployment.refresh_from_db()
    assert heard[0].id.split("-")[0] == str(stage.deployment.event_count)
    assert heard[0].event == ""
    item = stage.deployment.items.order_by("position")[0]
    assert f'id="item-{item.pk}"' in heard[0].data


def test_only_panels_that_changed_are_sent(stage: Stage) -> None:
    page = stage.open("stakeholder", query=f"&last={stage.deployment.event_count}")
    watching(stage, 1)

    stage.tick()
    first = page.next()
    hints.changed(stage.deployment.pk)
    stage.tick(ItemState.OPEN)
    second = page.next()

    assert first and second
    assert first.id != second.id
    assert "header-panel" not in second.data or first.data != second.data


def test_people_with_a_part_are_told_to_fetch_theirs_and_readers_are_not(stage: Stage) -> None:
    signer, reader = stage.open("product_owner"), stage.open("stakeholder")
    watching(stage, 2)

    stage.tick()

    assert (signer.next_message(), reader.next_message()) != (None, None)
    personal = signer.next()
    assert personal and (personal.event, personal.data) == ("personal", "4")
    assert reader.hears_nothing(0.5)


def test_without_a_session_the_answer_is_401(stage: Stage) -> None:
    assert [stage.visit(stage.path).status, stage.visit(stage.path, "made-up").status] == [401, 401]


def test_a_foreign_deployment_is_404_like_one_that_does_not_exist(stage: Stage) -> None:
    others = make_team("billing", prefix="billing_")
    foreign = make_deployment(others)
    session = stage.session_of("release_manager")
    statuses = [
        stage.visit(f"/live/deployments/{pk}/?panels={PANELS}", session).status
        for pk in (foreign.pk, 999_999)
    ]
    assert statuses == [404, 404]
    assert stage.open("outsider").status == 404


def test_only_get_and_only_its_own_paths(stage: Stage) -> None:
    session = stage.session_of("member")
    assert stage.visit("/live/", session).status == 404
    assert stage.visit("/live/deployments/x/", session).status == 404


def test_a_stream_is_never_kept_nor_buffered(stage: Stage) -> None:
    headers = stage.open("member").response.headers
    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"


def test_rights_taken_away_end_the_stream_within_the_recheck(stage: Stage) -> None:
    kept, taken = stage.open("auditor"), stage.open("member")
    watching(stage, 2)

    group = Group.objects.get(name=stage.team.service.grant_group_name(Grant.MEMBER))
    stage.team.member.groups.remove(group)

    assert taken.ends()
    assert stage.open("member").status == 404
    assert kept.hears_nothing(RECHECK)
    assert len(stage.hub.viewers) == 1


def test_a_session_that_ended_ends_its_stream(stage: Stage) -> None:
    session = stage.session_of("member")
    page = stage.visit(stage.path, session)
    watching(stage, 1)

    Session.objects.filter(session_key=session).delete()

    assert page.ends()
    assert stage.visit(stage.path, session).status == 401


def test_a_changed_password_ends_the_stream(stage: Stage) -> None:
    page = stage.open("member")
    watching(stage, 1)

    stage.team.member.set_password(None)
    stage.team.member.save()

    assert page.ends()


def test_who_comes_back_gets_what_was_missed_and_nothing_twice(stage: Stage) -> None:
    page = stage.open("stakeholder")
    watching(stage, 1)
    stage.tick()
    first = page.next()
    assert first
    page.close()

    back = stage.open("stakeholder", last=first.id)
    watching(stage, 1)
    back.close()
    stage.tick(ItemState.OPEN)
    later = stage.open("stakeholder", last=first.id)
    caught_up = later.next()

    assert caught_up and caught_up.id != first.id
    assert [f"#{name}-panel" in caught_up.data for name in PANELS.split(",")] == [True, True]
    same = stage.open("stakeholder", last=caught_up.id)
    watching(stage, 2)
    assert same.hears_nothing(0.3)


def test_a_page_rendered_before_a_change_gets_it_on_opening(stage: Stage) -> None:
    rendered = stage.deployment.event_count
    stage.tick()
    heard = stage.open("stakeholder", query=f"&last={rendered}").next()
    assert heard and "#checklist-panel" in heard.data


def test_a_cut_subscription_is_made_again(stage: Stage, broker: Broker) -> None:
    page = stage.open("stakeholder")
    watching(stage, 1)

    broker.cut_connections()
    until(lambda: not stage.hub.is_hinted)
    until(lambda: stage.hub.is_hinted)
    stage.tick()

    assert page.next()


def test_without_a_broker_pages_still_tell_the_truth(stage: Stage, broker: Broker) -> None:
    page = stage.open("stakeholder")
    watching(stage, 1)
    broker.kill()
    until(lambda: not stage.hub.is_hinted)

    stage.tick()
    without = page.next()
    broker.start()
    until(lambda: stage.hub.is_hinted)
    stage.tick(ItemState.OPEN)
    again = page.next()

    assert without and again and without.id != again.id


def test_a_hint_lost_on_its_way_is_found_by_the_recheck(stage: Stage, broker: Broker) -> None:
    page = stage.open("stakeholder")
    watching(stage, 1)
    stage.deployment.event_count += 1
    stage.deployment.save(update_fields=["event_count"])
    heard = page.next()
    assert heard and heard.id.startswith(f"{stage.deployment.event_count}-")
