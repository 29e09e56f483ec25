"""What shows that an item is so: words, a link, a number or a file."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from checklists.enums import EvidenceKind
from checklists.models.items import Item
from checklists.sniffing import IMAGES


def _filled(kind: EvidenceKind, *names: str) -> Q:
    """Evidence of this kind has these columns and no others; a unit may be left out."""
    shape = Q(kind=kind)
    for name in ("text", "url", "file_name", "content_type", "sha256"):
        shape &= ~Q(**{name: ""}) if name in names else Q(**{name: ""})
    for name in ("number", "size"):
        shape &= Q(**{f"{name}__isnull": name not in names})
    return shape if kind == EvidenceKind.NUMBER else shape & Q(unit="")


class Evidence(models.Model):
    """What shows that an item is so; it is never changed or removed, a mistake gets another."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=10, choices=EvidenceKind)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=2000, blank=True)
    number = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    unit = models.CharField(max_length=20, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(
        max_length=100, blank=True, help_text="By the file's first bytes, never as declared."
    )
    size = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Also its name on disk.")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["item", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=_filled(EvidenceKind.TEXT, "text")
                | _filled(EvidenceKind.LINK, "url")
                | _filled(EvidenceKind.NUMBER, "number")
                | _filled(EvidenceKind.FILE, "file_name", "content_type", "sha256", "size"),
                name="evidence_is_of_one_kind",
            ),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__regex=r"^https?://"), name="evidence_link_is_http"
            ),
        ]

    def __str__(self) -> str:
        return self.text or self.url or self.file_name or self.measured

    @property
    def measured(self) -> str:
        """The number as people write it, with its unit."""
        return f"{self.number.normalize():f} {self.unit}".strip() if self.number is not None else ""

    @property
    def is_image(self) -> bool:
        return self.content_type in IMAGES
