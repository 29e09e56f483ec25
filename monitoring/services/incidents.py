"""Users report what went wrong; it is counted, and somebody may find that it does not belong."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from deployments import clock, history
from deployments.exceptions import require
from deployments.models import Deployment, Event, ShareLink
from deployments.policies import rights_of
from monitoring import policies
from monitoring.enums import Channel
from monitoring.models import Incident


@transaction.atomic
def report_incident(
    deployment_id: int,
    text: str,
    *,
    channel: Channel,
    reporter: User | None,
    name: str = "",
    link: ShareLink | None = None,
) -> Incident:
    """Take down what somebody says went wrong; who may say it their channel has looked at."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    require(policies.refusal_to_report(deployment, text, channel, now))
    incident = Incident.objects.create(
        deployment=deployment,
        at=now,
        text=text.strip(),
        channel=channel,
        reporter=reporter,
        reporter_name=name.strip(),
        share_link=link,
    )
    after = {"who": incident.who, "channel": channel.value}
    history.record(
        deployment, "incident reported", actor=reporter, obj=incident, after=after, at=now
    )
    return incident


@transaction.atomic
def report_by_link(link: ShareLink, text: str, *, name: str = "") -> Incident:
    """Take down what somebody says who has the stakeholder link; they name themselves, or do not.

    The link's own limits are judged under the lock in which it is written.
    """
    deployment, now = Deployment.objects.lock(link.deployment_id), clock.now()
    link = deployment.share_links.get(pk=link.pk)
    require(policies.refusal_by_link(link, now))
    return report_incident(
        deployment.pk, text, channel=Channel.LINK, reporter=None, name=name, link=link
    )


@transaction.atomic
def dismiss_incident(deployment_id: int, incident_id: int, *, actor: User, reason: str) -> Event:
    """Say that it has nothing to do with this deployment; it stays in the list, uncounted."""
    deployment = Deployment.objects.lock(deployment_id)
    incident = Incident.objects.select_related("dismissed_by").get(
        deployment=deployment, pk=incident_id
    )
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_dismiss(rights, deployment, incident, reason))
    incident.dismissed_by, incident.dismissed_at = actor, clock.now()
    incident.dismissal = reason.strip()
    incident.save(update_fields=["dismissed_by", "dismissed_at", "dismissal"])
    return history.record(
        deployment,
        "incident dismissed",
        actor=actor,
        obj=incident,
        reason=incident.dismissal,
        at=incident.dismissed_at,
    )
