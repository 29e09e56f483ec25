"""The verb of a discussion: say something, once and for good."""

from __future__ import annotations

from django.db import models, transaction

from accounts.models import User
from deployments import clock, history, policies
from deployments.enums import Subject
from deployments.exceptions import Invalid, require
from deployments.models import Comment, Deployment, Event


@transaction.atomic
def comment(
    deployment_id: int, *, actor: User, text: str, about: models.Model | None = None
) -> Event:
    """Add a comment on the deployment, or on an item, gate or rule of it.

    The same from the same person again, with nothing said in between, changes nothing.
    """
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_comment(policies.rights_of(actor, deployment.service)))
    said = text.replace("\r\n", "\n").strip()
    require(policies.refusal_of_comment(said))
    kind = _kind(about, deployment)
    last = deployment.comments.order_by("-pk").first()
    if last is not None and _key(last) == (actor.pk, said, kind, about.pk if about else None):
        return deployment.events.get(verb="commented", after__comment=last.pk)
    written = Comment.objects.create(
        deployment=deployment,
        object_kind=kind,
        object_id=about.pk if about else None,
        object_text=str(about) if about else "",
        author=actor,
        text=said,
        created_at=clock.now(),
    )
    return history.record(
        deployment,
        "commented",
        actor=actor,
        obj=about,
        after={"comment": written.pk, "text": said},
        at=written.created_at,
    )


def _key(comment: Comment) -> tuple[int, str, str, int | None]:
    return comment.author_id, comment.text, comment.object_kind, comment.object_id


def _kind(about: models.Model | None, deployment: Deployment) -> str:
    """The word for what it is about; refuses what is no part of this deployment."""
    if about is None:
        return ""
    kind = about._meta.model_name
    if kind not in Subject.values or getattr(about, "deployment_id", None) != deployment.pk:
        raise Invalid("A comment is about this deployment, or an item, gate or rule of it.")
    return kind
