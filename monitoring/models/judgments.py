"""What was judged of a deployment afterwards, and what its users say went wrong."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from checklists.models import Item
from deployments.models import Deployment, ShareLink
from monitoring.enums import Channel, Result, Verdict


class Judgment(models.Model):
    """How far a success criterion is met, and by what that was judged.

    It stands as long as nobody said anything else of its item: `judged_at` is when that came to be.
    """

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="judgment")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField()
    judged_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Nobody where the portal judged it by what was measured.",
    )
    judged_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="judgment_says_by_what")
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_verdict_display()}"


def judgment_of(item: Item) -> Judgment | None:
    """The one that stands; both have to be read with their item."""
    found: Judgment | None = getattr(item, "judgment", None)
    return found if found is not None and found.judged_at == item.state_at else None


class IncidentQuerySet(models.QuerySet["Incident"]):
    def counted(self) -> IncidentQuerySet:
        return self.filter(dismissed_at__isnull=True)


class Incident(models.Model):
    """Something that a user says went wrong; it counts unless a person finds it does not belong."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="incidents")
    at = models.DateTimeField()
    text = models.TextField()
    channel = models.CharField(max_length=10, choices=Channel)
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reporter_name = models.CharField(max_length=200, blank=True)
    share_link = models.ForeignKey(
        ShareLink, on_delete=models.PROTECT, null=True, related_name="incidents"
    )
    dismissed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True)
    dismissal = models.TextField(blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["deployment", "-at"], name="incident_newest")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="incident_says_what"),
            models.CheckConstraint(
                condition=Q(dismissed_by__isnull=True, dismissed_at__isnull=True, dismissal="")
                | (Q(dismissed_by__isnull=False, dismissed_at__isnull=False) & ~Q(dismissal="")),
                name="incident_dismissed_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(share_link__isnull=True) | Q(channel=Channel.LINK, reporter=None),
                name="incident_by_a_link_is_nobodys",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def who(self) -> str:
        """A machine tells who said it to it, where it knows."""
        return self.reporter_name or str(self.reporter or "somebody")


class Closing(models.Model):
    """With what result a deployment was closed, and what its people learned."""

    deployment = models.OneToOneField(Deployment, on_delete=models.PROTECT, related_name="closing")
    result = models.CharField(max_length=10, choices=Result)
    lessons = models.TextField(blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.get_result_display())
