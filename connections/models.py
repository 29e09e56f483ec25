"""What may we touch outside?"""

from __future__ import annotations

from ipaddress import ip_network

import httpx
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from connections.addresses import Permit, checked, origin_of
from connections.credentials import opened_for
from connections.enums import CredentialKind
from connections.exceptions import Blocked, Unreachable
from connections.ranges import Network
from connections.tls import trusting


def validate_base_url(value: str) -> None:
    try:
        target = checked(value, Permit(value))
    except Blocked as blocked:
        raise ValidationError(blocked.sentence) from blocked
    if target.query or target.fragment:
        raise ValidationError("A base address ends with its path; leave out what follows ? or #.")


def validate_ranges(value: object) -> None:
    if not isinstance(value, list):
        raise ValidationError('Write a list of ranges, such as ["10.1.0.0/16"].')
    for text in value:
        try:
            ip_network(text)
        except ValueError as error:
            raise ValidationError(f"“{text}” is no address range such as 10.1.0.0/16.") from error


def validate_authorities(value: str) -> None:
    if "PRIVATE KEY" in value:
        raise ValidationError("This holds a private key; only certificates belong here.")
    if not value.isascii():
        raise ValidationError("A certificate in PEM is plain ASCII text.")
    try:
        trusting(value)
    except Unreachable as trouble:
        raise ValidationError(
            "This is no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----."
        ) from trouble


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def for_service(self, service_key: str) -> ConnectionQuerySet:
        return self.filter(Q(every_service=True) | Q(service_keys__contains=[service_key]))

    def open_to_posts(self) -> ConnectionQuerySet:
        return self.filter(may_be_posted_to=True)


class Connection(models.Model):
    """An address that an administrator vouches for, private ranges and other ports included.

    It is for every service, or for those of `service_keys`. `sealed_credential` is empty for none.
    Gates and metrics only ask; nothing is posted there unless it `may_be_posted_to`.
    """

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
    authorities = models.TextField(
        default="",
        blank=True,
        validators=[validate_authorities],
        help_text="Certificates in PEM that are trusted there beside the public ones.",
    )
    every_service = models.BooleanField(default=True)
    service_keys = ArrayField(models.SlugField(max_length=60), default=list, blank=True)
    may_be_posted_to = models.BooleanField(default=False)
    credential_kind = models.CharField(
        max_length=10, choices=CredentialKind, default=CredentialKind.NONE
    )
    sealed_credential = models.TextField(default="", blank=True, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(credential_kind__in=CredentialKind.values),
                name="credential_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(credential_kind=CredentialKind.NONE, sealed_credential="")
                | (~Q(credential_kind=CredentialKind.NONE) & ~Q(sealed_credential="")),
                name="credential_is_kept_with_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_for(self, service_key: str) -> bool:
        return self.every_service or service_key in self.service_keys

    @property
    def origin(self) -> str:
        """Scheme, host and port, for which a credential is typed."""
        return origin_of(httpx.URL(self.base_url))

    @property
    def place(self) -> Permit:
        """What may be reached, without what is sent there."""
        networks: tuple[Network, ...] = tuple(ip_network(text) for text in self.permitted_ranges)
        return Permit(self.base_url, networks, authorities=self.authorities)

    @property
    def permit(self) -> Permit:
        """The place with its credential; raises `Blocked` where that can no longer be read."""
        place = self.place
        if not self.sealed_credential:
            return place
        credential = opened_for(self.origin, self.sealed_credential)
        return Permit(
            place.base_url,
            place.networks,
            headers=(credential.header,),
            authorities=place.authorities,
            secrets=credential.secrets,
        )
