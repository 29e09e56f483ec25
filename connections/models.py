"""What may we touch outside?"""

from ipaddress import ip_network

from django.core.exceptions import ValidationError
from django.db import models

from connections.addresses import Permit, checked
from connections.exceptions import Blocked
from connections.ranges import Network


def validate_base_url(value: str) -> None:
    try:
        checked(value, Permit(value))
    except Blocked as blocked:
        raise ValidationError(blocked.sentence) from blocked


def validate_ranges(value: object) -> None:
    if not isinstance(value, list):
        raise ValidationError('Write a list of ranges, such as ["10.1.0.0/16"].')
    for text in value:
        try:
            ip_network(text)
        except ValueError as error:
            raise ValidationError(f"“{text}” is no address range such as 10.1.0.0/16.") from error


class Connection(models.Model):
    """An address that an administrator vouches for, private ranges and other ports included."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    base_url = models.CharField(
        "base address",
        max_length=300,
        validators=[validate_base_url],
        help_text="Scheme, host and port; requests stay below this address.",
    )
    permitted_ranges = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_ranges],
        help_text='Private address ranges it may reach, such as ["10.1.0.0/16"].',
    )

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def permit(self) -> Permit:
        networks: tuple[Network, ...] = tuple(ip_network(text) for text in self.permitted_ranges)
        return Permit(self.base_url, networks)
