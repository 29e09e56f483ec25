"""The headings under which items stand."""

from __future__ import annotations

from django.db import models

from deployments.models import Deployment


class Section(models.Model):
    """A heading of the checklist; its path names the headings above it, outermost first."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="sections")
    path = models.JSONField(default=list)
    position = models.PositiveIntegerField()
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "position"]
        indexes = [models.Index(fields=["deployment", "position"], name="section_order")]

    def __str__(self) -> str:
        return " › ".join(self.path)

    @property
    def title(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def heading(self) -> str:
        """The path below the document's own title, which stands over the whole page already."""
        return " › ".join(self.path[1:] or self.path)

    @property
    def level(self) -> int:
        return len(self.path)
