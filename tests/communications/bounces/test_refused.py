"""A mail server that knows no such mailbox says so before it takes the mail: that counts, too."""

from __future__ import annotations

from approvals import services as approvals
from approvals.verdict import readiness
from communications import sender
from communications.bounces import bouncing
from communications.models import BouncingAddress, Delivery
from deployments import outbox
from deployments.models import Deployment
from tests.builders import Team, make_deployment
from tests.communications.smtp_witness import Witness

ADDRESS = "security@example.org"


def blockers(deployment: Deployment) -> list[str]:
    found = readiness(Deployment.objects.get(pk=deployment.pk)).blockers
    return [one.clause for one in found if one.key.startswith("bouncing:")]


def ask(team: Team, witness: Witness, answer: str) -> Deployment:
    """Everybody who signs is asked by mail; the mail server answers so to one of them."""
    witness.always[ADDRESS] = answer
    deployment = make_deployment(team, submitted=True)
    approvals.tend_requests(deployment.pk)
    outbox.deliver_due()
    sender.sweep()
    return deployment


def test_approver_whose_mailbox_is_not_known_is_a_blocker_until_somebody_clears_it(
    real_team: Team, witness: Witness
) -> None:
    deployment = ask(real_team, witness, "550 5.1.1 no such user")

    assert blockers(deployment) == ["mail to a person who has to sign as Security bounces"]
    row, copy = BouncingAddress.objects.get(), Delivery.objects.get(address=ADDRESS)
    assert (row.address, row.kind, row.reason) == (ADDRESS, "hard", "550 5.1.1 no such user")
    assert (copy.state, copy.last_error) == ("failed", "550 5.1.1 no such user")
    event = deployment.events.get(verb="address bounces")
    assert (event.actor, event.reason) == (None, row.reason)
    sender.sweep()
    assert deployment.events.filter(verb="address bounces").count() == 1

    bouncing.works_again(deployment.pk, row.pk, actor=real_team.release_manager)

    assert blockers(deployment) == []


def test_mail_that_is_refused_for_other_reasons_fails_and_the_address_stays_good(
    real_team: Team, witness: Witness
) -> None:
    deployment = ask(real_team, witness, "550 5.7.1 not from you")

    assert Delivery.objects.get(address=ADDRESS).state == "failed"
    assert not BouncingAddress.objects.exists()
    assert blockers(deployment) == []
