"""What somebody said under a rule, whether it stands, and who lifted it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from approvals.enums import NEEDS_REASON, Choice
from approvals.models.rules import Rule
from deployments.models import ContentVersion, Deployment


class Vote(models.Model):
    """What somebody said under a rule, with all that proves it; only ever added."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="votes")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="votes")
    person_name = models.CharField(max_length=150)
    on_behalf_of = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="votes_by_stand_ins"
    )
    on_behalf_of_name = models.CharField(max_length=150, blank=True)
    role_title = models.CharField(max_length=100)
    choice = models.CharField(max_length=20, choices=Choice)
    statement = models.TextField()
    reason = models.TextField(blank=True)
    content_version = models.ForeignKey(ContentVersion, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    schedule_hash = models.CharField(max_length=64)
    grounds = models.CharField(max_length=600)
    at = models.DateTimeField()
    authenticated_by = models.CharField(max_length=30)
    authenticated_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True)

    # Read with it where it is asked whether it counts (signoff.py).
    stands: bool
    last_editor: int | None
    is_by_author: bool

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="vote_is_known"),
            models.CheckConstraint(condition=~Q(content_hash=""), name="vote_names_its_content"),
            models.CheckConstraint(
                condition=~Q(choice__in=sorted(NEEDS_REASON)) | ~Q(reason=""),
                name="objection_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of__isnull=True, on_behalf_of_name="")
                | Q(on_behalf_of__isnull=False)
                & ~Q(on_behalf_of_name="")
                & ~Q(on_behalf_of=F("person")),
                name="vote_names_for_whom_it_is",
            ),
        ]

    def __str__(self) -> str:
        said = f"{self.get_choice_display()} as {self.role_title}"
        return f"{said} for {self.on_behalf_of_name}" if self.on_behalf_of_id else said

    @property
    def voice(self) -> str:
        """Whose word it is, as every page and record names it."""
        if self.on_behalf_of_id:
            return f"{self.person_name} for {self.on_behalf_of_name}"
        return self.person_name

    @property
    def parties(self) -> frozenset[int]:
        """Those who count by it, each once: who gave it, and for whom."""
        return frozenset({self.person_id, self.on_behalf_of_id or self.person_id})

    @property
    def is_lifted(self) -> bool:
        return hasattr(self, "lifting")


class Standing(models.Model):
    """Which vote of a person counts on one content: one row, so nobody counts twice.

    A vote "B for A" has one for B and one for A.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="standings")
    content_hash = models.CharField(max_length=64)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="standings")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "content_hash", "person"],
                name="a_person_counts_once_per_content",
            )
        ]

    def __str__(self) -> str:
        return f"counts: {self.vote}"


class Lifting(models.Model):
    """An objection that no longer blocks, since its author lost the say; the vote itself stays."""

    vote = models.OneToOneField(Vote, on_delete=models.PROTECT, related_name="lifting")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()
    means = models.CharField(max_length=30)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="lifting_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.vote}, lifted by {self.by}"
