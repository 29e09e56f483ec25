"""What may we touch outside?"""

from django.db import models


class Connection(models.Model):
    """An address that an administrator vouches for, private ranges and other ports included."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    base_url = models.URLField(
        max_length=300, help_text="Scheme, host and port; requests stay below this address."
    )
    permitted_ranges = models.JSONField(
        default=list, help_text='Private address ranges it may reach, such as "10.1.0.0/16".'
    )

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
