"""What the scene of the access table has not come to: what ended, was left out, taken back or lost.

Rows as they are, since how they come to be is the matter of other tests. With them each column has
words in it that a page, a mail or a file shows; `Aftermath` knows the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from accounts.models import User
from api import webhooks
from api.services import issue
from audit import checkpoints
from audit.models import Check, CheckpointCopy, Export
from communications.models import Channel
from deployments import clock
from deployments.feeds import links
from deployments.models import AccountLetter, Deployment, PortalHold
from gates.models import TryOut
from intake.models import SourceDocument, TemplateVersion
from tests.api.makers import Sender
from tests.builders import Team, make_proof
from tests.e2e.poison import OWNER
from tests.e2e.scenery import Scenery
from tests.e2e.under_review import dress, hand_in
from tests.e2e.way_back import go_back, stop, tell_everything

DAY = timedelta(days=1)
FOUND = {
    "outcome": "bad", "reason": "it answers too slowly", "value": "9 of 9", "unit": "s (all)",
    "threshold": "at most 5 s", "target": "the other one", "duration_ms": 7,
    "details": ["the first answer took long"],
}  # fmt: skip
Pages = dict[str, str]


@dataclass(frozen=True)
class Aftermath:
    """`pages` are by their readers; `secret` is a machine's, `feed` the address of a calendar.

    What `sender` has delivered is answered again if it comes again.
    """

    back: Deployment
    pages: dict[str, Pages]
    secret: str
    feed: str
    sender: Sender


def make_aftermath(scenery: Scenery) -> Aftermath:
    one, team = scenery.deployment, scenery.team
    dress(one, team)
    sender = _delivered(one, team)
    hand_in(one.gates.get(key="tests"), team)
    back, stopped = go_back(team), stop(team)
    tell_everything(back, team)
    _, secret = issue(team.service, title="Reader", actor=None)
    pages = {
        "ops_lead": _pages_of_back(back) | _pages_of_stopped(stopped),
        "release_manager": _tried(one, team) | _lost(one, team),
        "administrator": _of_the_portal(scenery.administrator, team),
    }
    return Aftermath(back, pages, secret, links.make(team.product_owner)[1], sender)


def _delivered(one: Deployment, team: Team) -> Sender:
    issued = webhooks.issue(
        team.service, title="Lab", actor=team.release_manager, proof=make_proof()
    )
    sender = Sender(*issued)
    assert sender.deliver(delivered(one)).status_code == 201
    return sender


def delivered(one: Deployment) -> dict[str, object]:
    told = {"outcome": "good", "value": "491 of 491", "details": "build 7 of today"}
    return {"deployment": one.pk, "gate": "tests", **told}


def hold_the_portal() -> None:
    """As after a restore: nothing leaves by itself, and its page says why."""
    PortalHold.objects.using(OWNER).create(id=1, held_at=clock.now(), reason="It was restored")


def release_the_portal() -> None:
    PortalHold.objects.using(OWNER).all().delete()


def _pages_of_back(back: Deployment) -> Pages:
    own = back.get_absolute_url()
    first, second = back.items.order_by("position").values_list("pk", flat=True)[:2]
    decision, series = back.decisions.get().pk, back.watch.series.get(key="latency")
    pages = {
        "report": f"{own}report/",
        **{tab: f"{own}{tab}/" for tab in ("runbook", "watch", "go-no-go")},
    }
    named: dict[str, list[object]] = {
        "approvals:dossier": [decision],
        "approvals:review": [decision],
        "checklists:item": [first],
        "checklists:output": [first],
        "checklists:answer_step": [first],
        "monitoring:question": [],
        "monitoring:incidents": [],
        "monitoring:alert": [series.alerts.earliest("pk").pk],
        "monitoring:readings": ["latency"],
        "monitoring:points": [],
        "communications:messages": [],
        "deployments:versions": [],
        "audit:deployment": [],
    }
    pages["chosen"] = reverse("checklists:item", args=[back.pk, second])
    return pages | {
        f"back {name}": reverse(name, args=[back.pk, *more]) for name, more in named.items()
    }


def _pages_of_stopped(stopped: Deployment) -> Pages:
    own = stopped.get_absolute_url()
    return {f"stopped {tab}": f"{own}{tab}/" for tab in ("runbook", "watch")}


def _tried(one: Deployment, team: Team) -> Pages:
    asked = {"settings": {}, "found": FOUND, "asked_by": team.release_manager}
    now = clock.now()
    of_gate = TryOut.objects.create(deployment=one, kind="http", unit="s", asked_at=now, **asked)
    of_metric = TryOut.objects.create(
        service=team.service, kind="http", unit="s", asked_at=now, **asked
    )
    return {
        "gate tried": reverse("gates:tried_out", args=[one.pk, of_gate.pk]),
        "metric tried": reverse("monitoring:metric_tried", args=[team.service.key, of_metric.pk]),
    }


def _lost(one: Deployment, team: Team) -> Pages:
    """What could not be read, and what could not be made."""
    now, by = clock.now(), team.release_manager
    document = SourceDocument.objects.create(
        service=team.service, name="lost.md", body=b"", sha256="0" * 64, uploaded_by=by,
        uploaded_at=now, problem="It is no text",
    )  # fmt: skip
    export = Export.objects.create(
        what="deployment", deployment=one, asked_by=by, asked_at=now, problem="The disk is full"
    )
    line = one.message_plan.earliest("pk")
    room = Channel.objects.create(
        service=team.service, kind="matrix", title="Room", connection_key="elsewhere",
        room="!releases:example.org", made_at=now,
    )  # fmt: skip
    return {
        "room": reverse("communications:channel_edit", args=[team.service.key, room.pk]),
        "unread": document.get_absolute_url(),
        "not made": export.get_absolute_url(),
        "tried copy": reverse("communications:message", args=[one.pk, one.messages.first().pk]),
        "line": reverse("dashboard:plan_edit", args=[one.pk, "messages", line.pk]),
        "as Markdown": reverse("intake:download", args=[one.pk, "markdown"]),
        "compared": reverse("intake:template", args=[_another(TemplateVersion.objects.get()).pk]),
    }


def _another(version: TemplateVersion) -> TemplateVersion:
    """Of the same template, without the last item; the pages of a template compare the two."""
    version.pk, version.number = None, version.number + 1
    version.document["sections"][-1]["items"].pop()
    version.save(force_insert=True)
    return version


def _of_the_portal(administrator: User, team: Team) -> Pages:
    now = clock.now()
    AccountLetter.objects.create(
        kind="invitation", address="lost@example.net", person=team.member, asked_by=administrator,
        asked_at=now, due_at=now, trouble="Nobody is there",
    )  # fmt: skip
    made = checkpoints.make()
    assert made
    CheckpointCopy.objects.create(
        checkpoint=made, place="mail", to="lost@example.net", due_at=now, problem="It bounced"
    )
    Check.objects.create(
        at=now, events=7, chains=1, checkpoints=1, fault_count=1, faults=["event 2 was changed"]
    )
    drawn = {"first": "2026-01-01", "last": "2026-12-31", "size": 1, "seed": "of the day"}
    sample = Export.objects.create(
        what="sample", criteria=drawn, asked_by=administrator, asked_at=now
    )
    year = f"first={now.year}-01-01&last={now.year + 1}-12-31"
    return {
        "invited": reverse("deployments:person", args=[team.member.pk]),
        "proof": reverse("audit:proof"),
        "sample": sample.get_absolute_url(),
        "population": f"{reverse('audit:population')}?{year}",
        "population as CSV": f"{reverse('audit:population_csv')}?{year}",
        "held": reverse("dashboard:operations"),
    }
