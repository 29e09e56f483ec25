"""A mail about an account: an invitation, or the way back to a forgotten password."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User


class LetterKind(models.TextChoices):
    INVITATION = "invitation", "Invitation"
    RESET = "reset", "Way to a new password"


class AccountLetter(models.Model):
    """What is still to be mailed, or was. It holds no link: one is made when the mail leaves.

    A forgotten password is asked for by an address; only whoever sends looks whose that is, so
    that the answer on the page cannot say it. Such rows go once they are done with.
    """

    kind = models.CharField(max_length=10, choices=LetterKind)
    address = models.EmailField()
    person = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="account_letters"
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True, null=True, help_text="Empty: done with.")
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=LetterKind.values), name="letter_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=LetterKind.RESET) | Q(person__isnull=False),
                name="invitation_names_its_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.address}"
