"""One service taken to one environment at one planned time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models
from django.db.models import DateTimeField, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.db.transaction import TransactionManagementError
from django.utils.functional import cached_property

from accounts.models import User
from deployments.addresses import address
from deployments.clock import PortalNow
from deployments.enums import HOLDS_ENVIRONMENT, OPEN, Right, State
from deployments.models.service import Environment, Service, held_by
from statements import AnyOf, built_once

DEFAULT_WINDOW = timedelta(hours=2)
# Stands for "no time yet" where deployments are in the order of their T0 (finding/paging.py).
FAR = datetime(9999, 12, 31, tzinfo=UTC)
LOCKED = "SELECT FROM deployments_deployment WHERE id = %s FOR NO KEY UPDATE"
MOMENT = Coalesce("t0", Value(FAR, DateTimeField()))


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def visible_to(self, user: User | AnonymousUser) -> DeploymentQuerySet:
        """What the person may know of; everything else answers 404."""
        if not user.is_active:
            return self.none()
        return self.seen_by(user.pk, sees_all=user.is_superuser)

    def seen_by(self, user: int, *, sees_all: bool) -> DeploymentQuerySet:
        """The same by the id of somebody who is active."""
        return self if sees_all else self.filter(AnyOf("service", held_by(user, Right.SEE)))

    def with_names(self) -> DeploymentQuerySet:
        """With all that its page names."""
        people = ("requester", "lead", "content_version__author")
        return self.with_place().select_related(*people)

    def with_place(self) -> DeploymentQuerySet:
        """With what a list says of each; what was signed is large and read where it is shown."""
        related = ("service", "environment", "content_version")
        there = self.select_related(*related).defer("content_version__content")
        return there.annotate(author_ids=_author_ids())

    def lock(self, pk: int) -> Deployment:
        """The one lock under which everything below a deployment is written, taken before judging.

        NO KEY lets the event inserts of other transactions pass their foreign-key check. The row
        is read again once it is locked: a joined row read while waiting would be an older one.
        """
        self.lock_row(pk)
        return _locked(pk)[0]

    def lock_row(self, pk: int) -> None:
        """The same lock, for whoever reads by themselves what they judge, and after it.

        As text, since every act asks it and building it takes five times as long.
        """
        if not connection.in_atomic_block:
            raise TransactionManagementError(
                "A lock is held until its transaction ends; begin one."
            )
        with connection.cursor() as cursor:
            cursor.execute(LOCKED, [pk])
            if cursor.fetchone() is None:
                raise Deployment.DoesNotExist(f"There is no deployment {pk}.")

    def lock_row_if_free(self, pk: int) -> bool:
        """The same unless somebody else has it, or there is none; whoever has it may be waited for
        later.
        """
        with connection.cursor() as cursor:
            cursor.execute(f"{LOCKED} SKIP LOCKED", [pk])
            return cursor.fetchone() is not None

    def open(self) -> DeploymentQuerySet:
        """By the states that are open, since those that are over are most of the table: the index
        on states finds the former, and nothing is won by it for all but the latter.
        """
        return self.filter(state__in=sorted(OPEN))


class Deployment(models.Model):
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="deployments")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    package = models.CharField(max_length=200)
    branch = models.CharField(max_length=200, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    digest = models.CharField("artefact digest", max_length=100, blank=True)
    t0 = models.DateTimeField("planned time T0", null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=64, default="UTC")

    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="requested")
    lead = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="led", verbose_name="release lead"
    )
    authors = models.ManyToManyField(User, blank=True, related_name="authored")

    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    content_version = models.ForeignKey(
        "ContentVersion", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    schedule_hash = models.CharField(max_length=64, blank=True, editable=False)
    schedule_revision = models.PositiveIntegerField(default=0, editable=False)

    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    rollback_at = models.DateTimeField(null=True, blank=True)
    rollback_reason = models.TextField(blank=True)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was stopped, or its rollback finished."
    )
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        help_text="What takes the place of a cancelled deployment.",
    )
    stopped_note = models.TextField(
        blank=True, help_text="How the environment was left when the deployment was stopped."
    )

    # The head of this deployment's event chain; the count is also the version of its live pages.
    event_count = models.PositiveBigIntegerField(default=0, editable=False)
    event_head = models.CharField(max_length=64, blank=True, editable=False)

    # The portal's time when the lock was there, read with it.
    locked_at: datetime

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = [F("t0").desc(nulls_first=True), "-pk"]
        indexes = [
            models.Index(fields=["state", "t0"], name="deployment_state_t0"),
            models.Index(fields=["service", "environment", "t0"], name="deployment_place_t0"),
            # A page of the list, of all services or of one, wherever it begins.
            models.Index(MOMENT, "id", name="deployment_moment"),
            models.Index("service", MOMENT, "id", name="deployment_service_moment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "environment"],
                condition=Q(state__in=sorted(HOLDS_ENVIRONMENT)),
                name="one_deployment_holds_an_environment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="deployment_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(rollback_at__isnull=True, rollback_reason="")
                | (Q(rollback_at__isnull=False) & ~Q(rollback_reason="")),
                name="rollback_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(state=State.CANCELLED),
                name="only_a_cancelled_one_has_a_successor",
            ),
            models.CheckConstraint(
                condition=Q(t0__isnull=True, window_end__isnull=True) | Q(window_end__gt=F("t0")),
                name="window_ends_after_t0",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(state=State.CANCELLED) | Q(t0__isnull=False),
                name="only_a_draft_has_no_t0",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package} → {self.environment}"

    def get_absolute_url(self) -> str:
        return address("dashboard:deployment", self.pk)

    @property
    def chain_key(self) -> str:
        return f"deployment:{self.pk}"

    @property
    def content_hash(self) -> str:
        return self.content_version.hash if self.content_version else ""

    @cached_property
    def author_ids(self) -> list[int]:
        """Who must not sign because they wrote it; lists read it with the deployment."""
        return list(self.authors.values_list("pk", flat=True))

    @property
    def window_length(self) -> timedelta:
        return self.window_end - self.t0 if self.window_end and self.t0 else DEFAULT_WINDOW


def _author_ids() -> ArraySubquery:
    written = Deployment.authors.through.objects.filter(deployment=OuterRef("pk"))
    return ArraySubquery(written.values("user"))


@built_once
def _locked(pk: int) -> DeploymentQuerySet:
    told: dict[str, Any] = {"locked_at": PortalNow()}
    return Deployment.objects.with_place().annotate(**told).filter(pk=pk)


class ContentVersion(models.Model):
    """What was to be done, as it stood after one saved definition; never changed afterwards."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    content = models.JSONField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "number"], name="content_version_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.number} of deployment {self.deployment_id}"
