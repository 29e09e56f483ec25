"""What people say to each other about a deployment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from deployments.enums import Subject
from deployments.models.deployment import Deployment

LONGEST_COMMENT = 4000


class Comment(models.Model):
    """Plain text of one person; the database refuses to alter or delete it.

    What it is about is kept as it was called when it was written, so that the comment still says
    so after the item, gate or rule has changed or gone.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="comments")
    object_kind = models.CharField(max_length=10, choices=Subject, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    object_text = models.TextField(blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=LONGEST_COMMENT)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(object_kind="", object_id__isnull=True, object_text="")
                | Q(object_kind__in=Subject.values, object_id__isnull=False),
                name="comment_names_its_object_or_none",
            ),
        ]

    def __str__(self) -> str:
        return self.text
