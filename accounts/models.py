"""Who are you?"""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.enums import Kind, Theme
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
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="user_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.PERSON) | Q(is_superuser=False),
                name="machine_is_never_superuser",
            ),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="user_theme_is_known"),
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


class OpenSession(models.Model):
    """Where somebody is signed in: one browser, as its owner recognises it among others.

    It lasts as long as the session of that key; rows of sessions that are gone are swept away
    when the person signs in again.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_sessions")
    key = models.CharField(max_length=40, unique=True, editable=False)
    browser = models.CharField(max_length=60)
    address = models.GenericIPAddressField(null=True)
    since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, help_text="To five minutes.")

    class Meta:
        default_permissions = ()
        ordering = ["-seen_at", "-pk"]

    def __str__(self) -> str:
        return self.browser


class Attempts(models.Model):
    """How often something secret was guessed at lately, by the digest of what was guessed at."""

    key = models.CharField(max_length=64, primary_key=True, editable=False)
    count = models.PositiveIntegerField()
    began_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.count} attempts since {self.began_at:%H:%M:%S} UTC"
