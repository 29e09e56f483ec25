"""An address that bounces: what it no longer gets, and who says that it works again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import User
from communications import panels, sender
from communications.bounces import bouncing
from communications.bounces.bouncing import note
from communications.enums import DeliveryState
from communications.models import Stakeholder
from communications.sending.settling import send_again
from communications.trials import rehearsal, trying
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment
from deployments.policies import rights_of
from tests.builders import Team, make_administrator, make_person, signed_in
from tests.communications.bounces.makers import GO, copy_to, of
from tests.communications.conftest import (
    make_bouncing,
    make_planned,
)
from tests.communications.smtp_witness import Witness


def test_bouncing_address_gets_no_mail_until_it_is_cleared(
    real_team: Team, witness: Witness
) -> None:
    row = make_bouncing("security@example.org")
    deployment = make_planned(real_team, GO)
    sender.sweep()
    copy = copy_to(deployment, "security@example.org")
    assert (copy.state, copy.last_error) == (DeliveryState.FAILED, row.sentence)
    assert "security@example.org" not in witness.recipients()
    assert len(witness.recipients()) == deployment.messages.get().deliveries.count() - 1
    bouncing.works_again(deployment.pk, row.pk, actor=real_team.release_manager)
    send_again(deployment.pk, copy.pk, actor=real_team.release_manager)
    sender.sweep()
    assert witness.recipients().count("security@example.org") == 1


def test_another_address_of_the_account_gets_mail_again(real_team: Team, witness: Witness) -> None:
    make_bouncing("security@example.org")
    User.objects.filter(pk=real_team.security.pk).update(email="sec@example.org")
    make_planned(real_team, GO)
    sender.sweep()
    assert "sec@example.org" in witness.recipients()


def test_test_copy_to_a_bouncing_address_does_not_leave(real_team: Team, witness: Witness) -> None:
    row = make_bouncing("ops_lead@example.org")
    deployment = make_planned(real_team, GO)
    trial = trying.send_to_me(
        deployment.pk, actor=real_team.ops_lead, message_id=deployment.messages.get().pk
    )
    rehearsal.sweep()
    trial.refresh_from_db()
    assert (trial.state, trial.said, witness.taken) == ("failed", row.sentence, [])


def test_bounced_copy_is_sent_again_to_the_address_of_now(
    deployment: Deployment, machine: User, team: Team
) -> None:
    copy = copy_to(deployment, "security@example.org")
    note(of(copy), reporter=machine)
    User.objects.filter(pk=team.security.pk).update(email="sec@example.org")
    send_again(deployment.pk, copy.pk, actor=team.release_manager)
    copy.refresh_from_db()
    assert (copy.state, copy.address, copy.bounce) == ("scheduled", "sec@example.org", "")
    assert (copy.sent_at, copy.bounced_at) == (None, None)


def test_release_manager_says_that_an_address_works_again(
    deployment: Deployment, team: Team
) -> None:
    row = make_bouncing("security@example.org")
    client = signed_in(team.release_manager)
    page = f"/deployments/{deployment.pk}/messages/recipients/"
    works = f"/deployments/{deployment.pk}/messages/addresses/{row.pk}/works/"
    assert works in client.get(page).content.decode()
    answer = client.post(works, follow=True)
    assert "Mail is sent to security@example.org again." in answer.content.decode()
    row.refresh_from_db()
    assert row.cleared_by == team.release_manager
    assert deployment.events.get(verb="address works again").object_text == "security@example.org"
    assert client.post(works).status_code == 404


@pytest.mark.parametrize("who", ["ops_lead", "member", "security"])
def test_nobody_else_may_say_so(who: str, deployment: Deployment, team: Team) -> None:
    row = make_bouncing("security@example.org")
    with pytest.raises(Forbidden, match="Only release managers of this service and administrators"):
        bouncing.works_again(deployment.pk, row.pk, actor=team.people[who])
    page = signed_in(team.people[who]).get(f"/deployments/{deployment.pk}/messages/recipients/")
    assert "Address works again" not in page.content.decode()


def test_address_of_another_service_is_not_there(deployment: Deployment, team: Team) -> None:
    make_person("far")
    row = make_bouncing("far@example.org")
    works = f"/deployments/{deployment.pk}/messages/addresses/{row.pk}/works/"
    assert signed_in(team.release_manager).post(works).status_code == 404


def test_administrator_clears_it_once(team: Team) -> None:
    row, administrator = make_bouncing("security@example.org"), make_administrator()
    with pytest.raises(Forbidden, match="Only administrators"):
        bouncing.works_again_anywhere(row.pk, actor=team.release_manager)
    event = bouncing.works_again_anywhere(row.pk, actor=administrator)
    assert event.chain == "portal"
    with pytest.raises(Refused, match="has said already that"):
        bouncing.works_again_anywhere(row.pk, actor=administrator)


def test_what_bounced_before_it_was_cleared_is_old_news(
    deployment: Deployment, machine: User, team: Team
) -> None:
    copy = copy_to(deployment, "security@example.org")
    early = of(copy)
    row = make_bouncing("security@example.org")
    bouncing.works_again(deployment.pk, row.pk, actor=team.release_manager)
    note(early, reporter=machine)
    row.refresh_from_db()
    copy.refresh_from_db()
    assert (copy.state, row.cleared_at is None) == (DeliveryState.BOUNCED, False)
    other = copy_to(deployment, "operations@example.org")
    later = replace(of(other), address="security@example.org", message_id="")
    note(later, reporter=machine)
    row.refresh_from_db()
    assert (row.cleared_at, row.since) == (None, later.at)


def test_page_and_panel_name_who_is_not_reached(deployment: Deployment, team: Team) -> None:
    make_bouncing("security@example.org", reason="550 no such user.")
    Stakeholder.objects.create(service=team.service, name="Ann", address="Ann@example.net")
    make_bouncing("ann@example.net")
    found = panels.messages_panel(deployment)["unreachable"]
    assert (found.without_address, found.bouncing) == ([], ["Security"])
    page = panels.messages_page(deployment, rights_of(team.release_manager, team.service))
    assert [(row.address, refusal) for row, refusal in page["bounced"]] == [
        ("ann@example.net", None), ("security@example.org", None),
    ]  # fmt: skip
    shown = signed_in(team.member).get(f"/deployments/{deployment.pk}/messages/recipients/")
    assert "It takes no mail: 550 no such user." in shown.content.decode()
