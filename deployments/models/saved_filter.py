"""A filter of the list of deployments that one person keeps under a name."""

from __future__ import annotations

from django.db import models

from accounts.models import User

LONGEST_NAME = 60
LONGEST_QUERY = 1000


class SavedFilter(models.Model):
    """`query` is what stands behind the ? of the address, so that it means what a link means."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)
    saved_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="saved_filter_name_once"),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(query=""),
                name="saved_filter_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.name
