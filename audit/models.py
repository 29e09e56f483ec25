"""Can it be proven? Signed checkpoints over all chains, and exports for those who ask later."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from audit.enums import Exported, Place
from deployments.models import Deployment

WHOLE = 100


class Checkpoint(models.Model):
    """A signed statement about where chains ended; only ever added.

    `statement` is what was signed, to the byte. It names the root of the heads that moved since
    the checkpoint before, and the hash of that one's statement, so the last vouches for all.
    """

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    head_count = models.PositiveIntegerField()
    key = models.CharField(max_length=64, help_text="Fingerprint of the public key.")
    public_key = models.CharField(max_length=44)
    statement = models.TextField()
    hash = models.CharField(max_length=64, help_text="SHA-256 of the statement.")
    signature = models.CharField(max_length=88)

    class Meta:
        default_permissions = ()
        ordering = ["number"]

    def __str__(self) -> str:
        return f"checkpoint {self.number}"


class CheckpointHead(models.Model):
    """Where one chain ended at a checkpoint; a leaf of the tree whose root is signed."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="heads")
    position = models.PositiveIntegerField()
    chain = models.CharField(max_length=80)
    event_count = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        ordering = ["checkpoint", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "position"], name="one_head_per_place_in_checkpoint"
            ),
            models.UniqueConstraint(
                fields=["chain", "checkpoint"], name="one_head_per_chain_in_checkpoint"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain} ended at event {self.event_count}"


class CheckpointCopy(models.Model):
    """One way that a checkpoint leaves the database, until it has; the sweep tries again."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="copies")
    place = models.CharField(max_length=10, choices=Place)
    to = models.CharField(max_length=500)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["checkpoint", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "place", "to"], name="copied_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None), name="checkpoint_copy_due")
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint} to {self.to}"


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, user: User | AnonymousUser) -> ExportQuerySet:
        """An export is for whoever asked for it; another asks for one of their own."""
        return self.filter(asked_by=user.pk)


class Export(models.Model):
    """Evidence that somebody asked for, made by a worker into a file of AUDIT_DIR.

    `criteria` says what a sample is drawn of, by which seed. `percent` tells how far the making
    is, `problem` why there is no file.
    """

    what = models.CharField(max_length=12, choices=Exported)
    deployment = models.ForeignKey(
        Deployment, on_delete=models.PROTECT, null=True, related_name="exports"
    )
    criteria = models.JSONField(default=dict)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    percent = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what=Exported.DEPLOYMENT, deployment__isnull=False)
                | Q(what=Exported.SAMPLE, deployment__isnull=True),
                name="export_names_what_it_is_of",
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, file="") | Q(made_at__isnull=False) & ~Q(file=""),
                name="export_made_has_a_file",
            ),
        ]

    def __str__(self) -> str:
        return f"evidence of {self.deployment}" if self.deployment_id else "population list"

    def get_absolute_url(self) -> str:
        return reverse("audit:export", args=[self.pk])

    @property
    def is_made(self) -> bool:
        return self.made_at is not None

    @property
    def asked_services(self) -> tuple[int, ...] | None:
        """Of which services a sample is; None: of all."""
        services = self.criteria.get("services")
        return None if services is None else tuple(services)


class Check(models.Model):
    """What the last verification of everything found; the portal makes one a day."""

    at = models.DateTimeField()
    events = models.PositiveBigIntegerField()
    chains = models.PositiveIntegerField()
    checkpoints = models.PositiveIntegerField()
    fault_count = models.PositiveIntegerField()
    faults = models.JSONField(default=list, help_text="The first of them, as sentences.")

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.events} events, {self.fault_count} faults"
