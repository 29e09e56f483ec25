"""Who comes by a stakeholder link hears of one panel, and of nothing once the link has ended."""

from __future__ import annotations

from datetime import timedelta

from deployments import services as deployments
from deployments.models import ShareLink
from deployments.sharing import links
from tests.live.conftest import Stage
from tests.waiting import until


def make_path(stage: Stage) -> str:
    manager = stage.team.release_manager
    _, address = links.make(stage.deployment.pk, lasts=timedelta(days=7), actor=manager)
    stage.deployment.refresh_from_db()
    return f"/live/share/{address.rstrip('/').rpartition('/')[2]}/"


def watching(stage: Stage, count: int) -> None:
    until(lambda: sum(viewer.primed for viewer in stage.hub.viewers) == count)


def test_guests_hear_the_same_bytes_of_their_panel_only(stage: Stage) -> None:
    path = f"{make_path(stage)}?last={stage.deployment.event_count}"
    pages = [stage.visit(path), stage.visit(f"{path}&panels=header,checklist,history")]
    watching(stage, 2)

    stage.tick()
    deployments.cancel(stage.deployment.pk, actor=stage.team.release_manager, reason="Ann left")

    heard = [page.next_message() for page in pages]
    while heard[0] and "cancelled" not in heard[0].data:
        heard = [page.next_message() for page in pages]
    assert heard[0] is not None
    assert heard[0] == heard[1]
    assert (
        heard[0].data.count("<hx-partial") == heard[0].data.count('hx-target="#share-panel"') == 1
    )
    assert "It is cancelled and does not take place." in heard[0].data
    assert "Ann left" not in heard[0].data
    assert stage.hub.viewers[0].ticket.standing.is_involved is False


def test_guest_who_comes_back_gets_what_was_missed(stage: Stage) -> None:
    path = make_path(stage)
    seen = stage.deployment.event_count
    deployments.cancel(stage.deployment.pk, actor=stage.team.release_manager, reason="Ann left")
    heard = stage.visit(f"{path}?last={seen}").next()
    assert heard is not None
    assert "It is cancelled and does not take place." in heard.data


def test_link_that_opens_nothing_opens_no_stream(stage: Stage) -> None:
    path = make_path(stage)
    links.revoke(stage.deployment.pk, ShareLink.objects.get().pk, actor=stage.team.release_manager)
    for wrong in (path, "/live/share/forged/", f"/live/share/{'x' * 100}/"):
        assert stage.visit(wrong, stage.session_of("member")).status == 404
    assert stage.hub.viewers == []


def test_revoked_link_ends_its_streams_and_no_others(stage: Stage) -> None:
    guest, member = stage.visit(make_path(stage)), stage.open("member")
    watching(stage, 2)
    links.revoke(stage.deployment.pk, ShareLink.objects.get().pk, actor=stage.team.release_manager)
    assert guest.ends()
    until(lambda: len(stage.hub.viewers) == 1)
    assert member.next_message() is not None


def test_who_signed_in_gets_no_panel_of_guests_and_a_secret_opens_no_other_path(
    stage: Stage,
) -> None:
    secret = make_path(stage).rstrip("/").rpartition("/")[2]
    assert stage.visit(f"/live/deployments/{stage.deployment.pk}/?secret={secret}").status == 401
    page = stage.open("member", query="&panels=share")
    watching(stage, 1)
    stage.tick()
    heard = page.next_message()
    assert heard is not None
    assert "share-panel" not in heard.data
