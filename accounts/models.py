"""Who are you?"""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from accounts.enums import Kind
from accounts.zones import validate_zone

LONGEST_NAME = 150  # of the columns that keep somebody's name as it was


class User(AbstractUser):
    """Somebody or something that signs in; a machine may report and read, never vote."""

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PERSON)
    display_name = models.CharField(max_length=100, blank=True)
    zone = models.CharField(
        "time zone",
        max_length=64,
        default="UTC",
        validators=[validate_zone],
        help_text="IANA name, such as Europe/Vienna",
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="user_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.PERSON) | Q(is_superuser=False),
                name="machine_is_never_superuser",
            ),
        ]

    def __str__(self) -> str:
        return (self.display_name or self.get_full_name() or self.username)[:LONGEST_NAME]

    @property
    def is_person(self) -> bool:
        return self.kind == Kind.PERSON


class Role(models.Model):
    """A kind of responsibility under which somebody signs; who holds it is said per service."""

    key = models.SlugField(max_length=50, unique=True)
    title = models.CharField(max_length=100)
    order = models.PositiveSmallIntegerField(default=100)
    time_sensitive = models.BooleanField(
        default=False, help_text="A vote under this role does not survive a reschedule."
    )

    class Meta:
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.title
